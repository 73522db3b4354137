import { badInput, failed, refused, type Failure } from "../failure.ts";
import { hostLabel, sshLabel, type SshHost, type SshRunner } from "./runner-settings.ts";
import { remoteStatus } from "./ssh-command.ts";

/** How an ssh ended. */
export interface LineEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** Its last words; until the program has said hello they are not shown as progress. */
  readonly stderr: string;
  /** The program has said hello: from then on a fault is one of the line or of the program. */
  readonly heard: boolean;
  /** It was ended here because nothing was heard for this long; null otherwise. */
  readonly silentSeconds: number | null;
}

/** What to do when an ssh has ended. */
export type Verdict =
  | { readonly kind: "ended" }
  /** The program is not there yet. */
  | { readonly kind: "ship" }
  /** sshd takes only so many connections at a time (MaxStartups): a little later. */
  | { readonly kind: "again"; readonly fault: Failure }
  | { readonly kind: "fault"; readonly fault: Failure };

/** node that runs the program: `engines` of package.json. */
export const NODE_NEEDED = "20.18";

/** Tells the program's own end from faults of the way to it, each with its cause and remedy. */
export function judgeEnd(runner: SshRunner, end: LineEnd): Verdict {
  const fault = (failure: Failure): Verdict => ({ kind: "fault", fault: failure });
  const label = hostLabel(runner);
  if (end.silentSeconds !== null) return fault(silent(label, end.silentSeconds));
  if (end.heard) return end.code !== null && end.code !== 255 ? { kind: "ended" } : fault(broken(label, end));
  switch (end.code) {
    case remoteStatus.missing:
      return { kind: "ship" };
    case 126:
    case 127:
    case remoteStatus.node:
      return fault(noNode(runner, end));
    case remoteStatus.folder:
      return fault(
        badInput(
          `the folder ${runner.folder} on ${label} cannot be written: ${said(end)}. Make it writable for that login ` +
            "(is the disk full?), or name another one as `folder` of the runner in runners.yaml.",
        ),
      );
    case remoteStatus.damaged:
      return fault(failed(`the conversion program did not arrive whole on ${label}: is its disk full? Run again.`));
    case null:
      return fault(failed(`ssh to ${label} did not run: ${said(end)}. Is openssh-client installed here?`));
    case 255: {
      const again =
        /kex_exchange_identification|ssh_exchange_identification|banner exchange|Connection (closed|reset) by/;
      const failure = unreachable(runner, end);
      return { kind: again.test(end.stderr) ? "again" : "fault", fault: failure };
    }
    default:
      return fault(
        failed(
          `the conversion program did not start on ${label} (status ${end.code}): ${said(end)}. It needs node ` +
            `${NODE_NEEDED} or later and a login without a forced command; see \`wavelift doctor\`.`,
        ),
      );
  }
}

const silent = (label: string, seconds: number): Failure =>
  failed(
    `nothing was heard from ${label} for ${seconds} s: the line is dead, or ssh or the host stands still. The program ` +
      "there ends itself without its line. Look at the network and the host, then run again: it goes on where it stopped.",
  );

const broken = (label: string, end: LineEnd): Failure =>
  failed(
    `the line to ${label} broke, or the program there was killed (memory used up?): ${said(end)}. The program ends ` +
      "itself without its line. Run again: it goes on where it stopped.",
  );

const noNode = (runner: SshRunner, end: LineEnd): Failure =>
  badInput(
    `node does not run on ${hostLabel(runner)} as "${runner.node}": ${said(end)}. Install node ${NODE_NEEDED} or later there, ` +
      "or give its path as `node` of the runner in runners.yaml (logins without a terminal often have a shorter PATH).",
  );

/**
 * ssh's own failures, told by its messages (English: LC_ALL=C).
 * @param settings where the operator says how that host is reached
 */
export function unreachable(
  runner: SshHost,
  end: Pick<LineEnd, "stderr" | "code" | "signal">,
  settings = "the runner in runners.yaml",
): Failure {
  const label = sshLabel(runner);
  const file = runner.knownHostsFile ?? "~/.ssh/known_hosts";
  const port = runner.port ?? 22;
  const entry = port === 22 ? runner.host : `[${runner.host}]:${port}`;
  const trust =
    `\`ssh-keyscan -p ${port} ${runner.host} > new-keys\`, compare \`ssh-keygen -lf new-keys\` with what ` +
    `\`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\` says on that host's own console, and if they are the same, \`cat new-keys >> ${file}\``;
  const { stderr } = end;
  if (/IDENTIFICATION HAS CHANGED|Host key for .* has changed|REVOKED HOST KEY/.test(stderr))
    return refused(
      `the host key of ${label} is not the one in ${file}: somebody may sit in between, or the host was made anew. Nothing was sent. ` +
        `Ask who runs it. Only if its key was really changed: \`ssh-keygen -R '${entry}' -f ${file}\`, then ${trust}.`,
    );
  if (/host key is known for|Host key verification failed/.test(stderr))
    return badInput(`the host key of ${label} is not known, nothing was sent. To trust it: ${trust}.`);
  if (/UNPROTECTED PRIVATE KEY|bad permissions|Load key|not accessible|no such identity/.test(stderr))
    return badInput(
      `the key for ${label} cannot be used: ${said(end)}. See \`identityFile\` of ${settings} (mode 600, no passphrase).`,
    );
  if (/Permission denied|Too many authentication failures/.test(stderr))
    return badInput(
      `${label} does not let us in: ${said(end)}. Put the public key into that login's ~/.ssh/authorized_keys, or name ` +
        `another \`user\` or \`identityFile\` for ${settings}. A key with a passphrase needs an agent, and no \`identityFile\`.`,
    );
  if (/Could not resolve hostname/.test(stderr))
    return badInput(
      `there is no host "${runner.host}": ${said(end)}. Mend \`host\` of ${settings}, or the name service.`,
    );
  return failed(
    `${label} cannot be reached: ${said(end)}. Is the host up, does sshd listen on port ${port}, does a firewall ` +
      "stand in between? Run again when it answers.",
  );
}

/** Last words of an ssh, in one line. */
export function said({ stderr, code, signal }: Pick<LineEnd, "stderr" | "code" | "signal">): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("@"));
  const text = lines.slice(-3).join("; ").slice(0, 500).replace(/\.$/, "");
  return text === "" ? `ended with ${signal ?? `status ${code ?? "unknown"}`}` : text;
}

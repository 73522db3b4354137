import type { SshAccess } from "../../../inventory/schema/ssh-access.ts";
import { run } from "../../commands.ts";
import type { Finished, Started } from "../../effects.ts";
import { exitCodes } from "../../exit-codes.ts";
import { failed, Failure, refused } from "../../failure.ts";
import { sshArguments } from "../../runner/ssh-command.ts";
import { unreachable } from "../../runner/ssh-fault.ts";
import type { SshHost } from "../../runner/runner-settings.ts";
import { SourceFault } from "../contents.ts";
import { quote } from "../locate.ts";
import type { SourceContext } from "../transport.ts";
import { status } from "./sftp-packet.ts";
import { Sftp, SftpBroken, SftpError } from "./sftp.ts";

/** A host whose sshd gives a disk's files. */
export interface Remote extends SshHost {
  /** Where the operator says how it is reached, for messages. */
  readonly settings: string;
}

/** @param server name of the entry's server in the estate */
export const remoteOf = (host: string, ssh: SshAccess, server: string): Remote => ({
  host,
  ...ssh,
  settings: `the source ${quote(server)} in sources.yaml (\`ssh\`)`,
});

/** ssh's own exit status for a fault of the way there. */
const SSH_FAILED = 255;
/** Tries where a host is looked at: many stages start at once, and sshd takes only so many logins at a time (MaxStartups). */
const TRIES = 5;
const PAUSE_MS = 1_000;

/** Words that mean the same to every login's shell. */
const PLAIN = /^[A-Za-z0-9._:/@+=-]+$/;

/**
 * Runs a command there and waits for its end.
 * @param words nothing of them may mean anything to a shell; names from the source never stand here
 * @throws a failure when the host is not reached
 */
export function runThere(
  context: SourceContext,
  disk: string,
  remote: Remote,
  words: readonly string[],
): Promise<Finished> {
  if (!words.every((word) => PLAIN.test(word))) throw refused(`${disk}: ${quote(words.join(" "))} is no plain command`);
  return patiently(context, async () => {
    const args = sshArguments(remote, words.join(" "));
    const finished = await run(context.commands, "ssh", args, { agent: true, timeoutMs: 120_000 });
    if (finished.code === SSH_FAILED || finished.code === null)
      throw named(disk, unreachable(remote, finished, remote.settings));
    return finished;
  });
}

/**
 * Lends a line for looking at files there.
 * @throws a failure when the host is not reached, or does not show a file
 */
export function withSftp<T>(
  context: SourceContext,
  disk: string,
  remote: Remote,
  use: (sftp: Sftp) => Promise<T>,
): Promise<T> {
  return patiently(context, async () => {
    let child: Started | undefined;
    let sftp: Sftp | undefined;
    try {
      sftp = await Sftp.open(context.commands, remote, (started) => (child = started));
      return await use(sftp);
    } catch (error) {
      if (!(error instanceof SftpBroken)) throw error;
      child?.kill("SIGTERM");
      const end = await child?.ended;
      if (end?.code === SSH_FAILED) throw named(disk, unreachable(remote, end, remote.settings));
      throw failed(
        `${disk}: ${remote.host} does not give files over SFTP: ${error.message}. Does its sshd have \`Subsystem sftp\`, and does the ` +
          "login's shell print nothing by itself?",
      );
    } finally {
      await sftp?.close();
    }
  });
}

/** What the other side's refusal of a file means. */
export function fileFault(disk: string, remote: Remote, path: string, error: unknown): unknown {
  if (!(error instanceof SftpError)) return error;
  const what = `${disk}: ${quote(path)} on ${remote.host}`;
  if (error.code === status.noSuchFile)
    return refused(
      `${what}: there is no such file. Was the VM moved or removed? Read the estate again and plan again.`,
    );
  if (error.code === status.permissionDenied)
    return refused(
      `${what}: the login ${quote(remote.user ?? "")} may not read it. Name another \`user\` for ${remote.settings}.`,
    );
  return failed(`${what} cannot be read: ${quote(error.message)}. Is it in use, or its datastore gone? Run again.`);
}

const named = (disk: string, fault: Failure): Failure => new Failure(`${disk}: ${fault.message}`, fault.exitCode);

/** Tries again what the next try may find healed. @throws a failure with the last reason */
export async function patiently<T>({ clock }: SourceContext, work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1)
    try {
      return await work();
    } catch (error) {
      const heals = error instanceof SourceFault || (error instanceof Failure && error.exitCode === exitCodes.failed);
      if (!heals) throw error;
      if (tried >= TRIES) throw error instanceof Failure ? error : failed(error.message);
      // Apart from each other, or all come back at once.
      await clock.sleep(PAUSE_MS * tried * (0.5 + Math.random()));
    }
}

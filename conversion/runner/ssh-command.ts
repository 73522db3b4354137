import type { SshHost, SshRunner } from "./runner-settings.ts";

/** Exit statuses of the scripts below; neither node's, nor the program's, nor ssh's own (255). */
export const remoteStatus = {
  /** The conversion program is not there, or not whole. */
  missing: 91,
  /** The folder cannot be made or written. */
  folder: 92,
  /** What arrived is not what was sent. */
  damaged: 93,
  /** node does not run there. */
  node: 94,
} as const;

/** After so long without an answer ssh takes the line for dead: three times 5 s, as the program does after 15 s. */
const ALIVE = ["ServerAliveInterval=5", "ServerAliveCountMax=3", "TCPKeepAlive=yes"];

/**
 * Arguments of the system's ssh for a command there, or (`-s`) a subsystem. Nobody is asked anything, host keys are checked, nothing is
 * forwarded or shared with other connections, and no file changes what happens unless the operator names one.
 */
export function sshArguments(runner: SshHost, command: string, flags: readonly "-s"[] = []): string[] {
  const { identityFile, knownHostsFile, user, port } = runner;
  const options = [
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    "UpdateHostKeys=no",
    ...(knownHostsFile === undefined ? [] : [`UserKnownHostsFile=${knownHostsFile}`, "GlobalKnownHostsFile=/dev/null"]),
    ...(identityFile === undefined ? [] : [`IdentityFile=${identityFile}`, "IdentitiesOnly=yes", "IdentityAgent=none"]),
    ...["ForwardAgent=no", "ForwardX11=no", "ClearAllForwardings=yes", "Tunnel=no", "PermitLocalCommand=no"],
    ...["ControlMaster=no", "ControlPath=none", "ConnectTimeout=15", "ConnectionAttempts=1", ...ALIVE],
    ...["EscapeChar=none", "RequestTTY=no", "RemoteCommand=none", "LogLevel=INFO"],
  ];
  return [
    "-T",
    ...flags,
    ...["-F", runner.configFile ?? "none"],
    ...options.flatMap((option) => ["-o", option]),
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    "--",
    runner.host,
    command,
  ];
}

/**
 * What ssh sees of the environment: where programs, its own files and, unless a key is named, the agent are. OpenStack's
 * variables are not among them.
 */
export function sshEnvironment(runner: SshRunner, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = ["PATH", "HOME", "KRB5CCNAME", ...(runner.identityFile === undefined ? ["SSH_AUTH_SOCK"] : [])];
  const kept = names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return { ...Object.fromEntries(kept), LC_ALL: "C" };
}

/**
 * Starts the program. The first `exec` makes it the leader of the session that sshd opened, so that it can end all that
 * it started by their group; the digest keeps a file that a power failure or a full disk has cut from being run.
 */
export const startCommand = ({ node, folder }: SshRunner, sha256: string): string =>
  remote(
    `[ "$(sha256sum 2>/dev/null < "$1")" = "$2  -" ] || exit ${remoteStatus.missing}; exec "$0" "$1" program`,
    node,
    `${folder}/conversion-${sha256}.mjs`,
    sha256,
  );

/**
 * Takes the program from standard input: to a name of its own first, so that two at once do not meet and who finds the
 * file finds it whole; prints node's version; removes programs that nobody has sent for a month.
 */
export const receiveCommand = ({ node, folder }: SshRunner, sha256: string): string =>
  remote(
    [
      `umask 077; "$0" -p process.versions.node || exit ${remoteStatus.node}`,
      `mkdir -p "$1" && cd "$1" || exit ${remoteStatus.folder}`,
      `t=$(mktemp .incoming-XXXXXXXX) || exit ${remoteStatus.folder}`,
      `trap "rm -f $t" EXIT; cat > "$t" || exit ${remoteStatus.folder}`,
      `[ "$(sha256sum < "$t")" = "$2  -" ] || exit ${remoteStatus.damaged}`,
      `mv -f "$t" "conversion-$2.mjs" || exit ${remoteStatus.folder}`,
      `find . -maxdepth 1 -name "conversion-*.mjs" -mtime +30 -exec rm -f {} +`,
      `find . -maxdepth 1 -name ".incoming-*" -mtime +0 -exec rm -f {} +`,
    ].join("; "),
    node,
    folder,
    sha256,
  );

/** A script for whatever shell the login has: single quotes and words without any special character mean the same in all. */
const remote = (script: string, ...words: readonly string[]): string => `exec sh -c '${script}' ${words.join(" ")}`;

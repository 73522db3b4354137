import { existsSync } from "node:fs";

/**
 * A command line that is told to end in order (SIGINT) when this process dies by whatever means: an engine without its
 * `wavelift` would go on unseen, and hold the stack's lock. Where there is no setpriv (other systems than Linux) it does.
 */
export function mortal(command: string, args: readonly string[]): [command: string, args: string[]] {
  const setpriv = ["/usr/bin/setpriv", "/bin/setpriv"].find((file) => existsSync(file));
  return setpriv === undefined ? [command, [...args]] : [setpriv, ["--pdeathsig", "INT", "--", command, ...args]];
}

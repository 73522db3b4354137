import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A plugin of a pulumi: `pulumi-resource-openstack 127.0.0.1:PORT`, where its engine listens. */
interface Plugin {
  readonly pid: number;
  readonly name: string;
  readonly enginePort: number;
}

/** How long a plugin whose engine is dead may finish what it is asking the cloud for. */
const GRACE_MS = 15_000;
const POLL_MS = 250;

/**
 * Ends what a killed engine left running. Its plugins notice only after minutes that it is gone, and until then go on
 * with what they were told: one that is about to remove a server would remove it under the next run. They get a moment
 * to finish the request under way, whose answer nobody will read: what it makes is found as a leftover.
 */
export async function endOrphans(project: string, tell: (line: string) => void, graceMs = GRACE_MS): Promise<void> {
  const orphans: Plugin[] = [];
  for (const plugin of pluginsOf(project)) if (!(await listens(plugin.enginePort))) orphans.push(plugin);
  if (orphans.length === 0) return;
  tell(
    `Waiting for ${orphans.length} plugin(s) of the killed run to end: ${orphans.map(({ name }) => name).join(", ")}`,
  );
  const end = Date.now() + graceMs;
  const left = (): Plugin[] => orphans.filter((orphan) => isStill(orphan));
  while (left().length > 0 && Date.now() < end) await sleep(POLL_MS);
  for (const { pid } of left()) kill(pid);
  while (left().length > 0) await sleep(POLL_MS);
}

/** The plugins that work in the project's folder. */
function pluginsOf(project: string): Plugin[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => pluginOf(Number(pid)) ?? [])
    .filter(({ pid }) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === project;
      } catch {
        return false;
      }
    });
}

function pluginOf(pid: number): Plugin | null {
  let args: string[];
  try {
    // Empty for a zombie.
    args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return null;
  }
  const name = /(?:^|\/)(pulumi-resource-[a-z]+)$/.exec(args[0] ?? "")?.[1];
  const port = args.map((arg) => /^127\.0\.0\.1:(\d+)$/.exec(arg)?.[1]).find((found) => found !== undefined);
  return name === undefined || port === undefined ? null : { pid, name, enginePort: Number(port) };
}

const isStill = ({ pid, name }: Plugin): boolean => pluginOf(pid)?.name === name;

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended.
  }
}

/** Whether somebody listens on a port of this machine. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const answer = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once("connect", () => {
      answer(true);
    });
    socket.once("error", () => {
      answer(false);
    });
  });
}

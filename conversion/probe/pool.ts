import { randomUUID } from "node:crypto";
import { reasonOf, run } from "../commands.ts";
import { imageOpts } from "../copy/image-opts.ts";
import type { Commands, Finished } from "../effects.ts";
import type { PoolAccess } from "../rbd/rbd.ts";
import type { PoolFacts } from "./facts.ts";

const TIMEOUT_MS = 20_000;
/** An address of documentation (RFC 5737): no client of any cluster has it. Fencing it for a second harms nobody. */
const NOBODY = "192.0.2.1:0/1";
const SKIPPED = "skipped";

/**
 * Tries what an import does, on a small image of its own that is removed again: its name is none of a Cinder volume.
 * What fails stops what needs it.
 */
export async function probePool(commands: Commands, access: PoolAccess): Promise<PoolFacts> {
  const { pool, user, conf } = access;
  const login = ["--conf", conf, "--id", user];
  const image = `wavelift-doctor-${randomUUID()}`;
  const name = `${pool}/${image}`;
  const tool = (program: string, ...args: string[]): Promise<Finished> =>
    run(commands, program, args, { timeoutMs: TIMEOUT_MS });
  const rbd = (...args: string[]): Promise<Finished> => tool("rbd", ...login, ...args);
  const node = imageOpts({ driver: "raw", file: { driver: "rbd", pool, image, user, conf } });
  const qemu = (command: string): Promise<Finished> =>
    tool("qemu-io", "-c", command, "-c", "flush", "--image-opts", node);
  const fault = (finished: Finished): string | null => (finished.code === 0 ? null : whyNot(finished));
  const after = async (earlier: string | null, next: () => Promise<Finished>): Promise<string | null> =>
    earlier === null ? fault(await next()) : SKIPPED;

  const list = fault(await rbd("ls", pool));
  const create = await after(list, () => rbd("create", name, "--size", "4M"));
  const write = await after(create, () => qemu("write -P 119 0 65536"));
  // qemu-io ends with 0 also where the pattern differs: then it says so.
  const read = await after(write, async () => {
    const finished = await qemu("read -P 119 0 65536");
    return finished.stdout.includes("verification failed")
      ? { ...finished, code: 1, stderr: "what was written reads back differently" }
      : finished;
  });
  const metadata = await after(create, async () => {
    const set = await rbd("image-meta", "set", name, "wavelift.doctor", "1");
    return set.code === 0 ? rbd("image-meta", "get", name, "wavelift.doctor") : set;
  });
  const watchers = await after(create, () => rbd("status", name, "--format", "json"));
  let monitorsAheadMs: number | null = null;
  const fence = await after(list, async () => {
    const fenced = await tool("ceph", ...login, "osd", "blocklist", "add", NOBODY, "1");
    monitorsAheadMs = aheadMs(fenced.stdout + fenced.stderr, Date.now());
    return fenced;
  });
  const removed = create === null ? fault(await rbd("rm", "--no-progress", name)) : null;
  return {
    ...{ pool, user, conf },
    steps: { list, create, write, read, metadata, watchers, fence },
    leftover: removed === null ? null : `${name}: ${removed}`,
    monitorsAheadMs,
  };
}

/** What a tool of Ceph said, without the lines of its libraries' log; a missing key is told by these alone. */
function whyNot(finished: Finished): string {
  const own = finished.stderr.split("\n").filter((line) => !/^\d{4}-\d\d-\d\dT\S+ [0-9a-f]+ +-?\d+ /.test(line));
  const missing = /unable to find a keyring on (\S+?),/.exec(finished.stderr)?.[1];
  return `${missing === undefined ? "" : `no key in ${missing}; `}${reasonOf({ ...finished, stderr: own.join("\n") })}`;
}

/** The monitors' clock from "blocklisting ADDRESS until 2026-01-01T00:00:00.000000+0000 (1 sec)". */
export function aheadMs(text: string, nowMs: number): number | null {
  const until = /until (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d):?(\d\d)/.exec(text);
  const time = until === null ? NaN : Date.parse(`${until[1] ?? ""}${until[2] ?? ""}:${until[3] ?? ""}`);
  return Number.isNaN(time) ? null : Math.round(time - 1000 - nowMs);
}

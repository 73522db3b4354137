import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { ChildCommands, run } from "../../../conversion/commands.ts";
import { openRbd, type Rbd } from "../../../conversion/rbd/rbd.ts";

/** The lab's Ceph: pool and user of Cinder. */
export const access = { pool: "volumes", user: "cinder", conf: "/etc/ceph/ceph.conf" };
export const commands = new ChildCommands();
export const rbd: Rbd = openRbd(commands, access);

/** Runs a tool; its failure is the test's. */
export function tool(name: string, ...args: string[]): string {
  return execFileSync(name, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** The tests of the conversion program need real tools and a real Ceph: without them they fail, they are never skipped. */
export async function needLab(): Promise<void> {
  for (const name of ["qemu-img", "qemu-nbd", "qemu-io", "rbd", "ceph", "setpriv"]) {
    const { code } = await run(commands, name, ["--version"]);
    assert.equal(code, 0, `the tool ${name} is missing: install qemu-utils, ceph-common and util-linux`);
  }
  const { code, stderr } = await run(
    commands,
    "rbd",
    ["--conf", access.conf, "--id", access.user, "--pool", access.pool, "ls"],
    { timeoutMs: 15_000 },
  );
  assert.equal(code, 0, `these tests need the lab's Ceph (npm run lab -- up): rbd ls said ${stderr}`);
}

import { readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { reasonOf, run } from "../commands.ts";
import type { Commands, Log } from "../effects.ts";
import { messageOf } from "../failure.ts";
import { runFolder } from "../run-folder.ts";
import type { Settings } from "../settings.ts";
import type { FolderFacts, HostFacts, ToolFacts } from "./facts.ts";
import { probePool } from "./pool.ts";

/** A network mount whose server is gone answers never. */
const TIMEOUT_MS = 10_000;
const TOOLS = ["qemu-img", "qemu-nbd", "rbd", "ceph", "rados", "setpriv", "prlimit", "nbdkit"];

/** Looks at this host as the conversion program will use it. Writes one small image into each pool, and removes it. */
export async function probeHost(commands: Commands, settings: Settings, log: Log): Promise<HostFacts> {
  const clockMs = Date.now();
  const tied = await run(commands, "true", [], { timeoutMs: TIMEOUT_MS });
  const tools = await Promise.all(TOOLS.map(async (name) => [name, await probeTool(commands, name)] as const));
  const datastores = await Promise.all(
    Object.entries(settings.datastores).map(
      async ([name, path]) => [name, { path, ...(await probeDatastore(commands, path)) }] as const,
    ),
  );
  const pools: HostFacts["pools"] = {};
  for (const [target, access] of Object.entries(settings.storage)) {
    log(`looking at the pool ${access.pool} of the target ${target}`);
    pools[target] = await probePool(commands, access);
  }
  return {
    hostName: hostname(),
    node: process.versions.node,
    clockMs,
    openFiles: openFiles(),
    setpriv: tied.code === 0 ? null : reasonOf(tied),
    tools: Object.fromEntries(tools),
    runFolder: await probeFolder(() => runFolder()),
    bundleFolder: await probeFolder(() => dirname(fileURLToPath(import.meta.url))),
    datastores: Object.fromEntries(datastores),
    pools,
  };
}

async function probeTool(commands: Commands, name: string): Promise<ToolFacts> {
  const { code, stdout, stderr } = await run(commands, name, ["--version"], { timeoutMs: TIMEOUT_MS });
  return { found: code !== 127 && code !== 126, version: /\d+\.\d+(?:\.\d+)*/.exec(stdout + stderr)?.[0] ?? null };
}

async function probeFolder(folder: () => string): Promise<FolderFacts> {
  let path = "";
  try {
    path = folder();
    const { bavail, bsize } = await statfs(path);
    return { path, freeBytes: bavail * bsize, fault: null };
  } catch (error) {
    return { path, freeBytes: null, fault: messageOf(error) };
  }
}

/** By a child: this process would hang with a mount that hangs. */
async function probeDatastore(commands: Commands, path: string): Promise<{ writable: boolean; fault: string | null }> {
  const tests = ["-maxdepth", "0", "-type", "d", "-readable", "-executable"];
  const print = ["(", "-writable", "-printf", "rw", "-o", "-printf", "r", ")"];
  const found = await run(commands, "find", ["-L", path, ...tests, ...print], { timeoutMs: TIMEOUT_MS });
  if (found.code !== 0) return { writable: false, fault: reasonOf(found) };
  if (found.stdout === "") return { writable: false, fault: "it is no folder that this user may read" };
  return { writable: found.stdout === "rw", fault: null };
}

function openFiles(): number | null {
  try {
    const soft = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return soft === undefined ? null : soft === "unlimited" ? Number.MAX_SAFE_INTEGER : Number(soft);
  } catch {
    return null;
  }
}

import { cp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { stagingFolder } from "./cache.ts";
import { type Part, parts } from "./parts.ts";
import { formatElapsed, type Progress } from "./progress.ts";
import type { Run } from "./run.ts";
import { goCommand, trimModules } from "./trim.ts";

/** What a build is done with. */
export interface BuildTools {
  readonly run: Run;
  readonly progress: Progress;
  /** Folder toolchain/go with the sources; it is only read. */
  readonly sources: string;
  /** Where folders for the build may be made: on the file system of the cache. */
  readonly root: string;
}

/** Packages to build of each part of go/pulumi. One module, so that what they share is compiled once. */
const targets: Readonly<Partial<Record<Part["name"], readonly string[]>>> = {
  cli: ["github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", "./cmd/pulumi-language-nodejs"],
  openstack: ["./cmd/pulumi-resource-openstack"],
};

const linkFlags = [
  "-s -w", // no symbol tables: half the size
  // Without it `pulumi version` is empty and the Automation API refuses the CLI.
  `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${parts.cli.version}`,
].join(" ");

/**
 * Builds parts from Go modules and moves the executables of each to its folder (`folderOf`). Go verifies every module
 * against go.sum. The plugin `command` has its own module with older packages: it compiles while the others' modules
 * are still being downloaded. @throws ToolchainError with what go said.
 */
export async function buildParts(
  wanted: readonly Part[],
  folderOf: (part: Part) => string,
  tools: BuildTools,
): Promise<void> {
  const work = await stagingFolder(tools.root);
  const started = Date.now();
  const counts = new Map<string, string>();
  const show = (name: string, text: string): void => {
    counts.set(name, text);
    const elapsed = formatElapsed(Date.now() - started);
    tools.progress.status(`building ${[...counts].map(([key, value]) => `${key}: ${value}`).join("; ")} (${elapsed})`);
  };
  const jobs: Promise<void>[] = [];
  if (wanted.includes(parts.command)) jobs.push(buildModule("command", "command", ["."], work, tools, show));
  const packages = wanted.flatMap((part) => targets[part.name] ?? []);
  if (packages.length > 0) jobs.push(buildModule("pulumi", "pulumi", packages, work, tools, show));
  try {
    // Both to their end, so that no go command of ours runs on after a failure of the other.
    for (const result of await Promise.allSettled(jobs)) if (result.status === "rejected") throw result.reason;
    for (const part of wanted) {
      for (const name of part.executables) await rename(join(work, "bin", name), join(folderOf(part), name));
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function buildModule(
  name: string,
  module: string,
  packages: readonly string[],
  work: string,
  tools: BuildTools,
  show: (name: string, text: string) => void,
): Promise<void> {
  const folder = join(work, module);
  await cp(join(tools.sources, module), folder, { recursive: true });
  let fetched = 0;
  const onFetch = (line: string): void => {
    if (line.startsWith("go: downloading")) show(name, `${++fetched} modules downloaded`);
  };
  show(name, "modules");
  if (packages.some((target) => target.startsWith("github.com/pulumi/pulumi/pkg")))
    await trimModules(folder, tools.run);
  const list = await goCommand(tools.run, folder, ["list", "-deps", ...packages], onFetch);
  const total = list.split("\n").length;
  let compiled = 0;
  // -v names each package that is compiled; what Go has in its own cache is not named.
  const onCompile = (line: string): void => {
    if (!/[\s:#]/.test(line)) show(name, `${++compiled} of at most ${total} packages compiled`);
  };
  const output = `${join(work, "bin")}/`;
  await goCommand(tools.run, folder, ["build", "-v", "-ldflags", linkFlags, "-o", output, ...packages], onCompile);
  show(name, "done");
}

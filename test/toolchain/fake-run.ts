import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Run, RunResult } from "../../toolchain/run.ts";

const ok = (stdout = ""): RunResult => ({ exitCode: 0, stdout, stderr: "" });

/** Settings of a fakeRun(). */
export interface FakeRunOptions {
  /** What `go env GOVERSION GOTOOLCHAIN` says; null where Go is not installed. */
  readonly go?: { readonly version: string; readonly toolchain: string } | null;
  /** What `pulumi version` says. */
  readonly pulumi?: string;
  /** Folder for what Go would have downloaded. */
  readonly modules: string;
}

/**
 * A runner that plays Go and an installed pulumi, and notes each call. A build leaves executables whose size tells
 * them apart; downloaded modules have the files that trim.json speaks of, so that the real trimming works on them.
 */
export function fakeRun(options: FakeRunOptions): Run & { readonly calls: string[] } {
  const calls: string[] = [];
  const fake: Run = async (file, args, { cwd = "" } = {}) => {
    calls.push([file.split("/").at(-1), ...args].join(" "));
    if (file.endsWith("/pulumi")) return ok(options.pulumi ?? "");
    if (file !== "go") return ok();
    const go = options.go === undefined ? { version: "go1.26.8", toolchain: "local" } : options.go;
    if (go === null) return { exitCode: 127, stdout: "", stderr: "spawn go ENOENT" };
    switch (args[0]) {
      case "env":
        return ok(`${go.version}\n${go.toolchain}`);
      case "mod":
        return ok(args[1] === "download" ? await downloadModule(options.modules, args[3] ?? "", cwd) : "");
      case "list":
        return ok("one\ntwo");
      default:
        await writeOutputs(args);
        return ok();
    }
  };
  return Object.assign(fake, { calls });
}

const Trim = z.object({
  packages: z.array(z.object({ module: z.string(), package: z.string(), keep: z.array(z.string()) })),
});

async function downloadModule(modules: string, module: string, cwd: string): Promise<string> {
  const folder = join(modules, module);
  const trim = Trim.parse(JSON.parse(await readFile(join(cwd, "_trim", "trim.json"), "utf8")));
  for (const one of trim.packages.filter((entry) => entry.module === module)) {
    await mkdir(join(folder, one.package, "testdata"), { recursive: true });
    for (const name of [...one.keep, "heavy.go", "heavy_test.go"])
      await writeFile(join(folder, one.package, name), "package x\n");
  }
  return JSON.stringify({ Path: module, Dir: folder });
}

async function writeOutputs(args: readonly string[]): Promise<void> {
  const output = args[args.indexOf("-o") + 1] ?? "";
  await mkdir(output, { recursive: true });
  for (const target of args.slice(args.indexOf("-o") + 2)) {
    const name = target === "." ? "pulumi-resource-command" : (target.split("/").at(-1) ?? "");
    await writeFile(join(output, name), `built from ${target}\n`);
    await chmod(join(output, name), 0o755);
  }
}

/** Lays out a PULUMI_HOME or a bin folder with executables. */
export async function placeExecutables(folder: string, names: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of names) {
    await writeFile(join(folder, name), "#!/bin/sh\n");
    await chmod(join(folder, name), 0o755);
  }
}

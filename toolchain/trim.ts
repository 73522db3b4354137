import { copyFile, cp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { goEnvironment } from "./go.ts";
import type { Run } from "./run.ts";
import { ToolchainError } from "./tool-error.ts";

const Trim = z.strictObject({
  packages: z.array(
    z.strictObject({
      /** Go module and the folder of the package in it. */
      module: z.string(),
      package: z.string(),
      /** Our file, beside trim.json, that stands for the package's files. */
      ours: z.string(),
      /** Files of the package that stay. */
      keep: z.array(z.string()),
    }),
  ),
});

const Downloaded = z.object({ Path: z.string(), Dir: z.string() });

/**
 * Leaves the clouds that nobody migrates to out of the CLI: in a copy of each module named in _trim/trim.json, a few
 * packages are replaced by ours, which refuse by name. `folder` is a private copy of go/pulumi; its go.mod is changed.
 * This takes half of the compile time away (the OpenAPI explorer of `pulumi api` alone was a quarter).
 * The modules are downloaded and verified against go.sum as always before they are copied.
 */
export async function trimModules(folder: string, run: Run): Promise<void> {
  const trim = Trim.parse(JSON.parse(await readFile(join(folder, "_trim", "trim.json"), "utf8")));
  const modules = [...new Set(trim.packages.map((one) => one.module))];
  const replacements: string[] = [];
  for (const module of modules) {
    const original = await moduleFolder(folder, module, run);
    const copy = join(folder, "trimmed", module);
    await mkdir(dirname(copy), { recursive: true });
    await cp(original, copy, {
      recursive: true,
      // Tests and their data are most of it; go build never looks at them.
      filter: (path) => basename(path) !== "testdata" && !path.endsWith("_test.go"),
    });
    await makeWritable(copy, run);
    for (const one of trim.packages.filter((entry) => entry.module === module)) {
      const target = join(copy, one.package);
      const present = (await readdir(target)).filter((name) => name.endsWith(".go"));
      const gone = one.keep.filter((name) => !present.includes(name));
      if (gone.length > 0)
        throw new ToolchainError(`${module}/${one.package} has no ${gone.join(", ")}: see trim.json`);
      for (const name of present) if (!one.keep.includes(name)) await rm(join(target, name));
      await copyFile(join(folder, "_trim", one.ours), join(target, basename(one.ours)));
    }
    replacements.push("-replace", `${module}=./trimmed/${module}`);
  }
  await goCommand(run, folder, ["mod", "edit", ...replacements]);
}

async function moduleFolder(folder: string, module: string, run: Run): Promise<string> {
  const text = await goCommand(run, folder, ["mod", "download", "-json", module]);
  return Downloaded.parse(JSON.parse(text)).Dir;
}

/** Go's module cache is read-only, and so is a copy of it. */
async function makeWritable(folder: string, run: Run): Promise<void> {
  const answer = await run("chmod", ["-R", "u+w", folder]);
  if (answer.exitCode !== 0) throw new ToolchainError(`chmod: ${answer.stderr}`);
}

/** Runs go and returns its standard output. @throws ToolchainError with the end of what go said. */
export async function goCommand(
  run: Run,
  cwd: string,
  args: readonly string[],
  onErrorLine?: (line: string) => void,
): Promise<string> {
  const answer = await run("go", args, { cwd, env: goEnvironment, ...(onErrorLine ? { onErrorLine } : {}) });
  if (answer.exitCode === 0) return answer.stdout;
  // With -v the names of the packages stand between the messages.
  const said = answer.stderr.split("\n").filter((line) => /[\s:]/.test(line.trim()));
  throw new ToolchainError(`go ${args.slice(0, 2).join(" ")} failed:\n${said.slice(-25).join("\n")}`);
}

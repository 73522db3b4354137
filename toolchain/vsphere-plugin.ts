import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findGoProgram, type GoProgram } from "./go-program.ts";
import { isExecutable } from "./probe.ts";
import { compareVersions, parseVersion } from "./version.ts";

/**
 * The plugin of @pulumi/vsphere, cut down to the look-ups in use. Nothing needs it (docs/vsphere-live.md), so it is built only
 * when it is asked for: `npm run toolchain -- vsphere`, two and a half minutes of CPU.
 */
export const vspherePlugin: GoProgram = {
  name: "pulumi-resource-vsphere",
  title: "the vsphere plugin",
  sources: fileURLToPath(new URL("go/vsphere/", import.meta.url)),
};

/** The newest installed official plugin (`pulumi plugin install resource vsphere`), else ours where it was built, else null. */
export async function findVspherePlugin(env: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  const plugins = join(env["PULUMI_HOME"] ?? join(env["HOME"] ?? homedir(), ".pulumi"), "plugins");
  const installed = (await readdir(plugins).catch(() => []))
    .flatMap((folder) => {
      const version = parseVersion(/^resource-vsphere-(v\d+\.\d+\.\d+)$/.exec(folder)?.[1] ?? "");
      return version === null ? [] : [{ folder, version }];
    })
    .sort((a, b) => compareVersions(b.version, a.version));
  for (const { folder } of installed) {
    const file = join(plugins, folder, vspherePlugin.name);
    if (await isExecutable(file)) return file;
  }
  return findGoProgram(vspherePlugin, env);
}

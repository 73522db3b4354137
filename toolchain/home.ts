import { createHash } from "node:crypto";
import { copyFile, link, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { stagingFolder } from "./cache.ts";
import { type Part, pluginFolder } from "./parts.ts";

/** A plugin and the file that is to be its executable. */
export interface PlacedPlugin {
  readonly part: Part;
  readonly file: string;
}

async function sizeBytes(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.size,
    () => -1,
  );
}

/**
 * A PULUMI_HOME of our own with the plugins laid out as `pulumi plugin install -f` does: plugins/KIND-NAME-vVERSION/
 * with the executable, an empty .lock file beside the folder. Files are hard links into the cache, copies where the
 * file system does not allow that. Its name follows from the files, so a running Pulumi never sees its plugins change.
 */
export async function pulumiHome(root: string, plugins: readonly PlacedPlugin[]): Promise<string> {
  const key = createHash("sha256").update(JSON.stringify(plugins.map(({ file }) => file)));
  const home = join(root, `home-${key.digest("hex").slice(0, 16)}`);
  for (const { part, file } of plugins) {
    const folder = join(home, "plugins", pluginFolder(part));
    const placed = join(folder, basename(file));
    if ((await sizeBytes(placed)) === (await sizeBytes(file))) continue;
    const staging = await stagingFolder(root);
    await link(file, join(staging, basename(file))).catch(() => copyFile(file, join(staging, basename(file))));
    await mkdir(join(home, "plugins"), { recursive: true });
    await rm(folder, { recursive: true, force: true });
    try {
      await rename(staging, folder);
    } catch (error) {
      await rm(staging, { recursive: true, force: true });
      // A run beside this one may have placed the same file meanwhile.
      if ((await sizeBytes(placed)) !== (await sizeBytes(file))) throw error;
    }
    await writeFile(`${folder}.lock`, "");
  }
  return home;
}

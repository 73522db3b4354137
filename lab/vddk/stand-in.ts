import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { cacheRoot } from "../../toolchain/cache.ts";

const run = promisify(execFile);

/** What the stand-in of VMware's library serves, and whom (vix-disk-lib.c says what the fields mean). */
export interface StandIn {
  readonly folder: string;
  readonly record: string;
  readonly password: string;
  readonly thumbprint: string;
  readonly failingReads?: number;
}

/** Builds the stand-in in the layout of VMware's distribution. @param libDir folder for it, made where it is missing */
export async function buildStandIn(libDir: string): Promise<void> {
  await mkdir(join(libDir, "lib64"), { recursive: true });
  const source = fileURLToPath(new URL("vix-disk-lib.c", import.meta.url));
  await run("cc", [
    "-shared",
    "-fPIC",
    "-O2",
    "-Wall",
    "-Wextra",
    "-o",
    join(libDir, "lib64/libvixDiskLib.so.8"),
    source,
  ]);
}

/** Says what the stand-in does from its next start on. */
export async function configureStandIn(libDir: string, settings: StandIn): Promise<void> {
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(join(libDir, "stand-in.conf"), lines.join(""), { mode: 0o600 });
}

const PLUGIN = "usr/lib/x86_64-linux-gnu/nbdkit/plugins/nbdkit-vddk-plugin.so";

/**
 * nbdkit's vddk plugin. Debian 12 has none; the one of Debian 13 (section contrib) works with Debian 12's nbdkit. It is
 * fetched by apt, which verifies it, without a change of this machine's own sources, and kept in the cache.
 */
export async function vddkPlugin(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const folder = join(cacheRoot(env), "nbdkit-plugin-vddk-trixie");
  const plugin = join(folder, PLUGIN);
  if ((await stat(plugin).catch(() => null)) !== null) return plugin;
  const work = await mkdtemp(join(tmpdir(), "wavelift-vddk-"));
  try {
    const at = (name: string): string => join(work, name);
    await Promise.all(
      ["lists/partial", "cache/archives/partial", "unpacked"].map((name) => mkdir(at(name), { recursive: true })),
    );
    const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
    await writeFile(at("list"), `deb [signed-by=${keyring} arch=amd64] http://deb.debian.org/debian trixie contrib\n`);
    const settings = {
      "Dir::Etc::SourceList": at("list"),
      "Dir::Etc::SourceParts": "/dev/null",
      "Dir::State::Lists": at("lists"),
      "Dir::Cache": at("cache"),
      "Acquire::Languages": "none",
      "APT::Sandbox::User": "root",
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    await run("apt-get", [...options, "update"], { cwd: work });
    await run("apt-get", [...options, "download", "nbdkit-plugin-vddk"], { cwd: work });
    const [archive] = (await readdir(work)).filter((name) => name.endsWith(".deb"));
    if (archive === undefined) throw new Error("apt-get gave no package nbdkit-plugin-vddk");
    await run("dpkg-deb", ["-x", at(archive), at("unpacked")]);
    await mkdir(cacheRoot(env), { recursive: true });
    // Another run may have been faster.
    await rename(at("unpacked"), folder).catch(async (error: unknown) => {
      if ((await stat(plugin).catch(() => null)) === null) throw error;
    });
    return plugin;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

// Runs a stage: `node bin/convert.mjs VERB`. The conversion program is one bundled file, dist/conversion-HASH.mjs, named by
// the hash of its sources: built when it is missing, used as it is where the sources are not there.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(project, "dist");
const DAY_MS = 86_400_000;

/** Every file that can be in the bundle; the lock file stands for the libraries. */
function sources() {
  const folders = ["conversion", "cloud", "planning", "inventory"].map((name) => join(project, name));
  const files = folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder, { recursive: true })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(folder, name)),
  );
  return [...files.sort(), join(project, "package-lock.json"), fileURLToPath(import.meta.url)].filter(existsSync);
}

function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files)
    hash
      .update(`${file.slice(project.length)}\0`)
      .update(readFileSync(file))
      .update("\0");
  return hash.digest("hex").slice(0, 16);
}

const bundles = () =>
  existsSync(dist) ? readdirSync(dist).filter((name) => /^conversion-[0-9a-f]{16}\.mjs$/.test(name)) : [];

/** Where there are no sources: the newest bundle. */
function shipped() {
  const age = (name) => statSync(join(dist, name)).mtimeMs;
  const [newest] = bundles().sort((a, b) => age(b) - age(a));
  if (newest === undefined)
    throw new Error(`neither the sources of the conversion program nor a bundle are in ${project}`);
  return join(dist, newest);
}

/** Builds to a name of its own and renames: who finds the bundle finds it whole. */
async function build(bundle) {
  const { build: esbuild } = await import("esbuild");
  const unfinished = `${bundle}.${process.pid}`;
  try {
    await esbuild({
      entryPoints: [join(project, "conversion/main.ts")],
      outfile: unfinished,
      bundle: true,
      platform: "node",
      target: "node20",
      format: "esm",
      logLevel: "error",
      // Libraries in CommonJS ask for node's own modules with require().
      banner: {
        js: 'import { createRequire as waveliftRequire } from "node:module"; const require = waveliftRequire(import.meta.url);',
      },
    });
    renameSync(unfinished, bundle);
  } finally {
    rmSync(unfinished, { force: true });
  }
  for (const old of bundles().map((name) => join(dist, name)))
    if (Date.now() - statSync(old).mtimeMs > 30 * DAY_MS) rmSync(old, { force: true });
}

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
};

/** Whether the builder that holds the lock is dead or hangs. The lock may go at any moment: then there is none to judge. */
function isAbandoned(lock) {
  try {
    const owner = readFileSync(lock, "utf8");
    const age = Date.now() - statSync(lock).mtimeMs;
    return owner === "" ? age > 5000 : !isAlive(Number(owner)) || age > 120_000;
  } catch {
    return false;
  }
}

/** Many stages start at once: one builds, the others wait for it, or take over when it has died. */
async function ensureBundle() {
  const files = sources();
  if (!files.some((file) => file === join(project, "conversion", "main.ts"))) return shipped();
  const bundle = join(dist, `conversion-${hashOf(files)}.mjs`);
  const lock = `${bundle}.lock`;
  while (!existsSync(bundle)) {
    mkdirSync(dist, { recursive: true });
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      if (isAbandoned(lock)) rmSync(lock, { force: true });
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    try {
      if (!existsSync(bundle)) await build(bundle);
    } finally {
      rmSync(lock, { force: true });
    }
  }
  return bundle;
}

const { main } = await import(pathToFileURL(await ensureBundle()).href);
await main(process.argv.slice(2));

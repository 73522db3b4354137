#!/usr/bin/env node
// `node bin/setup.mjs FILE.ts [ARGS]`: makes sure the packages of package-lock.json are installed, then runs FILE with
// tsx. Plain JavaScript: it runs on a fresh clone, before any package is there.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const project = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(3);
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 18))
  fail(
    `Wavelift needs node 20.18 or later; this is node ${process.versions.node}. Install a newer one (https://nodejs.org) and run this again.`,
  );

/** npm leaves a copy of what it installed in node_modules: equal versions mean nothing is to be done. */
function installed() {
  const have = path.join(project, "node_modules", ".package-lock.json");
  if (!existsSync(have)) return false;
  const versions = (file) => {
    const packages = JSON.parse(readFileSync(file, "utf8")).packages;
    return Object.entries(packages).filter(([name, entry]) => name !== "" && entry.optional !== true);
  };
  const installedVersions = new Map(versions(have).map(([name, entry]) => [name, entry.version]));
  return versions(path.join(project, "package-lock.json")).every(
    ([name, entry]) => installedVersions.get(name) === entry.version,
  );
}

if (!installed()) {
  process.stderr.write("Installing the packages of package-lock.json (about 15 s) ...\n");
  const result = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: project,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (result.error !== undefined) fail(`npm could not be started: ${result.error.message}`);
  if (result.status !== 0) fail(`npm ci failed (status ${result.status}): see above.`);
}

const [file, ...args] = process.argv.slice(2);
if (file === undefined) process.exit(0);
process.argv = [process.argv[0], path.resolve(project, file), ...args];
const { register } = await import("tsx/esm/api"); // not by require.resolve: tsx 4.23's CommonJS build looks in a wrong folder
register();
await import(pathToFileURL(path.resolve(project, file)).href);

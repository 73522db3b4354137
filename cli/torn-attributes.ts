import { readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { backendFolder } from "./stale-lock.ts";

/** To fill such a file takes a living pulumi far less. */
const FILLING_MS = 300;

/**
 * Removes what makes a whole state unreadable after a kill. A file backend keeps content type and checksum of each state
 * file in a file FILE.attrs beside it and, unlike the state, writes that one in place (gocloud.dev v0.46, fileblob/attrs.go:
 * created empty, then filled). A pulumi that is killed in between leaves it empty, and from then on "failed to load
 * checkpoint: EOF". Without the file all is well: nothing in it is needed. One that a living pulumi is just filling is given
 * the time to be filled (and could go, too: that pulumi writes the state all the same).
 *
 * @param url address of the state backend
 * @returns the files that were removed
 */
export async function removeTornAttributes(url: string | undefined, projectName: string): Promise<string[]> {
  const home = backendFolder(url);
  if (home === null) return [];
  const stacks = path.join(home, ".pulumi", "stacks", projectName);
  const torn = [path.join(home, ".pulumi", "meta.yaml.attrs"), ...attributesIn(stacks)].filter(isTorn);
  if (torn.length === 0) return [];
  await sleep(FILLING_MS);
  const files = torn.filter(isTorn);
  for (const file of files) rmSync(file, { force: true });
  return files;
}

function attributesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".attrs"))
      .map((name) => path.join(folder, name));
  } catch {
    return [];
  }
}

/** Whether it is there and holds no JSON: empty, cut, or zeroes after a power failure. */
function isTorn(file: string): boolean {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return false;
  }
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}

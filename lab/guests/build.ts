import { execa } from "execa";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { type LabPaths, labSource } from "../paths.ts";
import { guestFiles, rootUuid } from "./content.ts";
import { type Guest, GuestFile, disksOf } from "./definition.ts";
import { writeAs } from "./formats.ts";
import { kernelVersion, makeDataImage, makeRootImage } from "./image.ts";

/** Builds guests; what is already built from the same definition and program is left alone. */

/** Reads a file of definitions (default: the lab's own). Throws an error that names every fault. */
export const readGuests = async (file?: string): Promise<Guest[]> => {
  const path = file ?? labSource("guests", "guests.yaml");
  const parsed = GuestFile.safeParse(parse(await readFile(path, "utf8")));
  if (!parsed.success) throw new Error(`${path}:\n${z.prettifyError(parsed.error)}`);
  return parsed.data.guests;
};

/** The guests named by key, or all. Throws for a name that is not there. */
export const chooseGuests = (guests: readonly Guest[], keys: readonly string[]): Guest[] => {
  const unknown = keys.filter((key) => !guests.some((guest) => guest.key === key));
  if (unknown.length > 0) {
    throw new Error(`no such guest: ${unknown.join(", ")}; there are: ${guests.map(({ key }) => key).join(", ")}`);
  }
  return keys.length === 0 ? [...guests] : guests.filter(({ key }) => keys.includes(key));
};

/** Says how long a step took: "guest db01   4.2 s". */
const timed = async <T>(name: string, say: (line: string) => void, work: () => Promise<T>): Promise<T> => {
  const start = performance.now();
  const result = await work();
  say(`${name.padEnd(24)} ${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s`);
  return result;
};

/** Digest of all that a guest is made from. */
const stampOf = async (guest: Guest, baseStamp: string): Promise<string> => {
  const hash = createHash("sha256").update(baseStamp).update(JSON.stringify(guest));
  for (const name of ["build.ts", "content.ts", "definition.ts", "formats.ts", "image.ts"]) {
    hash.update(await readFile(labSource("guests", name)));
  }
  return hash.digest("hex");
};

const buildGuest = async (guest: Guest, paths: LabPaths): Promise<void> => {
  const own = join(paths.guests, guest.key);
  const work = join(own, "work");
  const root = join(paths.guests, "root");
  await rm(own, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const hostKey = join(own, "ssh_host_ed25519_key");
  await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", guest.name, "-f", hostKey]);
  const files = [
    ...guestFiles(guest, await kernelVersion(root)),
    { path: "/etc/ssh/ssh_host_ed25519_key", mode: 0o600, text: await readFile(hostKey, "utf8") },
    { path: "/etc/ssh/ssh_host_ed25519_key.pub", mode: 0o644, text: await readFile(`${hostKey}.pub`, "utf8") },
  ];
  const [kind = "", key = ""] = (await readFile(`${hostKey}.pub`, "utf8")).split(" ");
  const addresses = guest.nics.map(({ address }) => address.replace(/\/.*/, "")).join(",");
  await writeFile(join(own, "known_hosts"), `${addresses} ${kind} ${key}\n`);
  const disks = disksOf(guest);
  for (const folder of new Set(disks.map(({ datastore, file }) => join(paths.datastores, datastore, dirname(file))))) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
  }
  for (const disk of disks) {
    const raw = join(work, "disk.raw");
    if (disk.data === null) {
      const { firmware } = guest;
      await makeRootImage({
        image: raw,
        sizeMiB: disk.sizeMiB,
        firmware,
        uuid: rootUuid(guest),
        root,
        files,
        workFolder: work,
      });
    } else {
      const { label, contentMiB } = disk.data;
      const marker = `${label} of ${guest.name}`;
      const sums = await makeDataImage(raw, { sizeMiB: disk.sizeMiB, label, contentMiB }, marker, work);
      await writeFile(join(own, `${label}.SHA256SUMS`), sums);
    }
    await writeAs(raw, join(paths.datastores, disk.datastore, disk.file), disk.format);
  }
  await rm(work, { recursive: true });
};

/** known_hosts of all guests that are built: `ssh -o UserKnownHostsFile=` then proves that it is the same machine. */
const writeKnownHosts = async (paths: LabPaths): Promise<void> => {
  const keys = await builtGuests(paths);
  const lines = await Promise.all(keys.map((key) => readFile(join(paths.guests, key, "known_hosts"), "utf8")));
  await writeFile(join(paths.guests, "known_hosts"), lines.join(""));
};

/**
 * Builds the guests that are not there yet, or were made from something else.
 * @param side how many are built side by side.
 */
export const buildGuests = async (
  guests: readonly Guest[],
  paths: LabPaths,
  say: (line: string) => void,
  side = 2,
): Promise<void> => {
  await timed("guest base", say, () => execa(labSource("guests", "base.sh"), [paths.guests], { stdio: "inherit" }));
  const baseStamp = await readFile(join(paths.guests, "stamp"), "utf8");
  const waiting = [...guests];
  const worker = async (): Promise<void> => {
    for (let guest = waiting.shift(); guest !== undefined; guest = waiting.shift()) {
      const it = guest;
      const stamp = await stampOf(it, baseStamp);
      const stampFile = join(paths.guests, it.key, "stamp");
      const before = await readFile(stampFile, "utf8").catch(() => "");
      const there = disksOf(it).every(({ datastore, file }) => existsSync(join(paths.datastores, datastore, file)));
      if (before === stamp && there) continue;
      await timed(`guest ${it.key}`, say, () => buildGuest(it, paths));
      await writeFile(stampFile, stamp);
    }
  };
  await Promise.all(Array.from({ length: side }, worker));
  await writeKnownHosts(paths);
};

/** Keys of the guests that lie in the lab, in any version. */
export const builtGuests = async (paths: LabPaths): Promise<string[]> =>
  existsSync(paths.guests)
    ? (await readdir(paths.guests)).filter((name) => existsSync(join(paths.guests, name, "stamp"))).sort()
    : [];

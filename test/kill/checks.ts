import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lockFolder, readLocks } from "../../cli/stale-lock.ts";
import type { CloudOffer } from "../../cloud/offer.ts";
import { imagesOf } from "../../lab/demo/leftovers.ts";
import { isIdentical, ledger } from "../lab/disks.ts";
import { processesOf } from "./processes.ts";
import { WAVE, type KillWave } from "./wave.ts";

/** How long the rest of a run that was killed may take to end: heartbeats are missed for 15 s at most. */
const REST_SECONDS = 30;
const STACK = `wavelift/${WAVE}`;

/** What of the wave is in the cloud, by its mark or, where a mark is missing, by its name. */
async function held(wave: KillWave): Promise<Record<"servers" | "ports" | "volumes", CloudOffer["volumes"][number][]>> {
  const offers = await wave.workspace.offers();
  const ours = <T extends { name: string; mark: { stack: string } | null }>(found: readonly T[]): T[] =>
    found.filter(({ name, mark }) => mark?.stack === STACK || (mark === null && /^kill[12]\b/.test(name)));
  const of = (kind: "servers" | "ports" | "volumes") =>
    ours<{ id: string; name: string; mark: CloudOffer["volumes"][number]["mark"]; status?: string }>(
      offers.flatMap((offer) => [...offer[kind]]),
    ).map((found) => ({ sizeGiB: 0, volumeType: "", status: "", ...found }));
  return { servers: of("servers"), ports: of("ports"), volumes: of("volumes") };
}

/** Ids of the wave's volumes, as far as they are there now. */
export async function volumeIds(wave: KillWave): Promise<string[]> {
  return (await held(wave)).volumes.map(({ id }) => id);
}

const keys = (found: readonly { mark: { key: string } | null; name: string }[]): string =>
  found
    .map(({ mark, name }) => mark?.key ?? `${name} (without a mark)`)
    .sort()
    .join(", ");

/** After an `up` in peace: every disk once and equal to its source, one server, one port a VM, no change in preview. */
export async function faultsAfterUp(wave: KillWave): Promise<string[]> {
  const faults: string[] = [];
  const { servers, ports, volumes } = await held(wave);
  const expected = wave.disks.map(({ name }) => name).join(", ");
  if (keys(volumes) !== expected) faults.push(`volumes: ${keys(volumes)}; expected ${expected}`);
  if (keys(servers) !== "kill1") faults.push(`servers: ${keys(servers)}; expected kill1`);
  if (keys(ports) !== wave.vms.join(", ")) faults.push(`ports: ${keys(ports)}; expected ${wave.vms.join(", ")}`);
  for (const { name, file } of wave.disks) {
    const volume = volumes.find(({ mark }) => mark?.key === name);
    if (volume === undefined) continue;
    const { state } = (await ledger(volume.id)) ?? { state: "without a ledger" };
    if (state !== "sealed") faults.push(`${name} is ${state}, expected sealed`);
    if (!(await isIdentical(file, volume.id))) faults.push(`${name} is not what its source is`);
  }
  const preview = await wave.workspace.preview("--expect-no-changes");
  if (preview.exitCode !== 0) faults.push(`preview shows a change:\n${preview.all}`);
  return [...faults, ...(await faultsAtRest(wave))];
}

/** After a `destroy` in peace: nothing. @param everIds volumes of all rounds so far */
export async function faultsAfterDestroy(wave: KillWave, everIds: readonly string[]): Promise<string[]> {
  const { servers, ports, volumes } = await held(wave);
  const left = [...servers, ...ports, ...volumes].map(({ name, id }) => `${name} (${id}) is left in the cloud`);
  const images = (await imagesOf(everIds)).map((image) => `${image} is left`);
  return [...left, ...images, ...(await faultsAtRest(wave))];
}

/** At rest: no process, no lock, no work folder or socket, and sources as they were. */
async function faultsAtRest(wave: KillWave): Promise<string[]> {
  const end = Date.now() + REST_SECONDS * 1000;
  while (processesOf(wave.folder).length > 0 && Date.now() < end) await sleep(200);
  const processes = processesOf(wave.folder).map(
    ({ pid, args }) => `process ${pid} is left: ${args.join(" ").slice(0, 200)}`,
  );
  const locks = lockFolder(wave.workspace.environment["PULUMI_BACKEND_URL"], "wavelift", WAVE);
  const held = locks === null ? [] : readLocks(locks).map(({ pid }) => `the stack's lock of pid ${pid} is left`);
  const run = existsSync(wave.runFolder) ? leftIn(wave.runFolder) : [];
  return [...processes, ...held, ...run, ...(await wave.changedSources())];
}

/** Its folder of limits stays, empty: whoever waits or copies has a file there, and takes a dead one's away. */
function leftIn(runFolder: string): string[] {
  return readdirSync(runFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() || /^work-/.test(entry.name))
    .map((entry) => `${path.join(entry.parentPath, entry.name)} is left in the run folder`);
}

import { setTimeout as sleep } from "node:timers/promises";
import type { WaveFile } from "../inventory/schema/wave.ts";
import type { Holdings } from "../planning/holdings.ts";
import type { ImageFacts, TrashFacts } from "../planning/image-facts.ts";
import { judgeImages } from "../planning/leftover-images.ts";
import { duplicateMessage, wouldDuplicate } from "../planning/leftover-stop.ts";
import { judgeLeftovers, leftoversOf, volumesToAsk, type Judged } from "../planning/leftovers.ts";
import { exitCodes, UserError } from "./failure.ts";
import { openClouds, type LeftoverClouds } from "./leftover-clouds.ts";
import { imageName, removeImages } from "./leftover-images.ts";
import { nameOf, removeLeftovers } from "./remove-leftovers.ts";
import { runPulumi } from "./pulumi.ts";
import { parseStackState, type StackState } from "./stack-state.ts";
import { askLauncher, unknownImages } from "./storage-facts.ts";
import { clearInterrupted, expectUnlocked } from "./interrupted.ts";
import { purge } from "./purge-trash.ts";

/** A creation may have been asked for in the moment of the kill: so long does the cloud get to show it. */
const APPEAR_TRIES = 5;
const APPEAR_PAUSE_MS = 2000;

const tell = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** A wave's stack and what is known of it before a run. */
export interface WaveStack {
  readonly stack: string;
  readonly wave: string;
  /** null: there is no wave file (yet, or any more). */
  readonly file: WaveFile | null;
}

/**
 * Looks for what this stack has made and does not know: leftovers of a run that was killed. `preview` shows them, `up`
 * and `destroy` remove what holds no data. A wave without leftovers costs three requests a target and one of Pulumi.
 *
 * @returns the state as it was
 * @param justKilled a dead run was found: what it asked for last may still be on its way
 * @throws {UserError} when `up` would make something a second time that has to be kept.
 */
export async function clearLeftovers(
  verb: "preview" | "up" | "destroy",
  { stack, wave, file }: WaveStack,
  justKilled: boolean,
): Promise<StackState> {
  const mark = `wavelift/${stack}`;
  const state = await stateOf(stack);
  const clouds = await openClouds(targetsOf(file, state));
  try {
    const holdings = await readSettled(mark, clouds, state, justKilled);
    for (const fault of clouds.faults) tell(`Leftovers: ${fault}`);
    const { judged, trash } = await judge(mark, clouds, holdings, state);
    const images = judgeImages(mark, holdings, state, verb === "destroy" ? new Set() : declaredImages(file));
    if (verb === "preview") {
      for (const one of images)
        tell(`leftover: ${imageName(one)}: ${one.remove ? "up and destroy remove it" : "kept"}: ${one.reason}`);
      for (const { leftover, remove, reason } of judged)
        tell(`leftover: ${nameOf(leftover)}: ${remove ? "up and destroy remove it" : "kept"}: ${reason}`);
      return state;
    }
    const kept = judged.filter(({ remove }) => !remove);
    if (verb === "up") {
      const declared = file?.vms.filter(({ phase }) => phase !== "absent").map(({ key }) => key) ?? [];
      const duplicates = wouldDuplicate(kept, state.names, new Set(declared));
      if (duplicates.length > 0) throw new UserError(duplicateMessage(wave, stack, duplicates), exitCodes.stopped);
    }
    const removable = judged.length - kept.length;
    if (removable + trash.length > 0) {
      await expectUnlocked(stack, state);
      tell(`Removing ${removable + trash.length} leftover(s) of stack ${stack}.`);
      await removeLeftovers(judged, holdings, clouds.reached, tell);
      await purge(mark, clouds.reached, trash, tell);
    }
    if (images.some(({ remove }) => remove)) {
      await expectUnlocked(stack, state);
      await removeImages(images, clouds.reached, tell);
    }
    for (const one of images) if (!one.remove) tell(`kept ${imageName(one)}: ${one.reason}`);
    for (const { leftover, reason } of kept) tell(`kept ${nameOf(leftover)}: ${reason}`);
    // Last: as long as they stand in the state, a run that is killed here is understood by the next.
    if (clouds.faults.size === 0) await clearInterrupted(stack, state);
    return state;
  } finally {
    await clouds.close();
  }
}

/** Keys of the templates that a run declares: with what is there of them it goes on. */
function declaredImages(file: WaveFile | null): ReadonlySet<string> {
  return new Set((file?.images ?? []).filter(({ phase }) => phase !== "absent").map(({ key }) => key));
}

/** What the stack's state says now. */
export async function stateOf(stack: string): Promise<StackState> {
  const exported = await runPulumi(["stack", "export", "--stack", stack, "--non-interactive"], {}, "capture");
  if (exported.exitCode !== 0) throw new UserError(`The state of stack ${stack} cannot be read.`, exitCodes.failed);
  return parseStackState(exported.stdout);
}

/** The wave's targets, and those that only the state still knows. */
export function targetsOf(file: WaveFile | null, state: StackState): ReadonlyMap<string, string> {
  const planned = Object.entries(file?.targets ?? {}).map(([target, { cloud }]) => [target, cloud] as const);
  return new Map([...state.targets, ...planned]);
}

/** What the clouds hold; after a kill, when everything that was being created has shown up or had the time to. */
async function readSettled(
  mark: string,
  clouds: LeftoverClouds,
  state: StackState,
  justKilled: boolean,
): Promise<Holdings[]> {
  for (let attempt = 1; ; attempt += 1) {
    const holdings = await clouds.read();
    const found = leftoversOf(mark, holdings, state.ids);
    const missing = (["server", "port", "volume"] as const).some(
      (kind) =>
        state.interrupted.filter((operation) => operation.kind === kind).length >
        found.filter((leftover) => leftover.kind === kind).length,
    );
    if (!justKilled || !missing || attempt >= APPEAR_TRIES) return holdings;
    await sleep(APPEAR_PAUSE_MS);
  }
}

/** Judges all leftovers. The conversion host is asked only where there are any, or `always`. */
export async function judge(
  mark: string,
  clouds: LeftoverClouds,
  holdings: readonly Holdings[],
  state: StackState,
  always = false,
): Promise<{ readonly judged: Judged[]; readonly trash: (TrashFacts & { readonly target: string })[] }> {
  const leftovers = leftoversOf(mark, holdings, state.ids);
  if (leftovers.length === 0 && !always) return { judged: [], trash: [] };
  const images = new Map<string, ImageFacts>();
  const trash = new Map<string, TrashFacts & { target: string }>();
  for (const [target, volumeIds] of volumesToAsk(mark, holdings, leftovers)) {
    const cloud = clouds.reached.get(target)?.cloud ?? target;
    const facts = await askLauncher("leftovers", { version: 1, stack: mark, target, cloud, volumeIds });
    if ("fault" in facts) tell(`Leftovers: the images of target ${target} cannot be looked at: ${facts.fault}`);
    const seen = "fault" in facts ? unknownImages(volumeIds, facts.fault) : facts.images;
    for (const image of seen) images.set(image.volumeId, image);
    if (!("fault" in facts)) for (const entry of facts.trash) trash.set(entry.id, { ...entry, target });
  }
  const there = new Set(holdings.flatMap(({ volumes }) => volumes.map(({ id }) => id)));
  // An image in the trash whose volume Cinder still has is on its way out, or was put there by hand.
  const gone = (volumeId: string): boolean => clouds.faults.size === 0 && !there.has(volumeId);
  const removable = [...trash.values()].filter((entry) => entry.ledger !== "accepted" && gone(entry.volumeId));
  return { judged: judgeLeftovers(mark, holdings, state, images), trash: removable };
}

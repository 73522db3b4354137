import { existsSync } from "node:fs";
import { exitCodes } from "./failure.ts";
import { loadWaveFile } from "../inventory/load.ts";
import type { WaveFile } from "../inventory/schema/wave.ts";
import { POLICY_GIVEN } from "../review/policy-given.ts";
import { waveFilePath } from "../review/inputs.ts";
import { expectNotAccepted } from "./accepted.ts";
import { ensureStack } from "./ensure-stack.ts";
import { expectEstateUnused } from "./estate-destroy.ts";
import { clearLeftovers } from "./leftovers.ts";
import { tellWhatIsLeft } from "./leftovers-after.ts";
import { clearDeadLocks } from "./locks.ts";
import { endOrphans, runMark } from "./orphans.ts";
import { runPulumi } from "./pulumi.ts";
import { runReported } from "./run-reported.ts";
import { readStackSettings, type StackSettings } from "./stack-config.ts";

/**
 * Resources of a wave, with room to spare: waiting imports hold a place each and must not keep servers from being
 * made, so `--parallel` is at least this.
 */
export function resourceCount(file: WaveFile | null): number {
  const vms = file?.vms ?? [];
  const images = 2 * (file?.images?.length ?? 0);
  return 32 + images + vms.reduce((sum, vm) => sum + 6 + 3 * vm.disks.length + vm.nics.length, 0);
}

/** Options that pulumi needs for a wave's run, beside those of the user. */
export function pulumiOptions(
  verb: "preview" | "up" | "destroy",
  stack: string,
  settings: StackSettings,
  file: WaveFile | null,
): string[] {
  const policy = existsSync(settings.policyConfig) ? ["--policy-pack-config", settings.policyConfig] : [];
  const options = [verb, "--stack", stack, "--parallel", String(resourceCount(file))];
  if (verb !== "destroy") options.push("--policy-pack", "policy", ...policy);
  // One VM's fault does not stop the others. In the estate's own stack it would: where the edited rule of a security
  // group cannot be made, the old one must not go, and without this nothing is deleted after a fault.
  if (verb !== "preview" && settings.wave !== "") options.push("--continue-on-error");
  // A group that somebody removed from the cloud by hand is made again, and a rule that somebody added is seen.
  if (verb !== "destroy" && settings.wave === "") options.push("--refresh");
  return options;
}

/** `wavelift preview|up|destroy STACK`: pulumi with the policy pack and the options that a migration needs. */
export async function runStack(
  verb: "preview" | "up" | "destroy",
  stack: string,
  rest: readonly string[],
  json = false,
): Promise<number> {
  const settings = readStackSettings(stack);
  const waveFile = waveFilePath(settings.inventory, settings.wave);
  const file = settings.wave !== "" && existsSync(waveFile) ? await loadWaveFile(waveFile) : null;
  // The stack file is in git; the stack itself is in this backend only after the first use.
  const made = await ensureStack(stack);
  if (made !== 0) return made;
  if (verb === "destroy" && settings.wave === "") await expectEstateUnused(stack, settings);
  const justKilled = verb !== "preview" && (await clearKilledRun(stack));
  const waveStack = { stack, wave: settings.wave, file };
  const before = settings.wave === "" ? null : await clearLeftovers(verb, waveStack, justKilled);
  if (verb !== "preview" && before !== null) await expectNotAccepted(verb, waveStack, before);
  const options = [...pulumiOptions(verb, stack, settings, file), ...rest];
  // The launcher looks up there what is too volatile for a job, such as the ESXi host of a VM.
  const environment = { [POLICY_GIVEN]: "1", WAVELIFT_INVENTORY: settings.inventory, ...runMark(stack) };
  if (verb === "preview") return (await runPulumi(options, environment)).exitCode;
  const exitCode = await runReported({ verb, stack, file, json }, options, environment);
  if (verb !== "destroy" || before === null) return exitCode;
  const clean = await tellWhatIsLeft(waveStack, before);
  return clean ? exitCode : exitCode || exitCodes.failed;
}

/** Ends the processes of a run that was killed and removes its lock. @returns whether there was one */
async function clearKilledRun(stack: string): Promise<boolean> {
  const hadOrphans = await endOrphans(stack, (line) => process.stderr.write(`${line}\n`));
  return (await clearDeadLocks(stack)) || hadOrphans;
}

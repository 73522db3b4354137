import { existsSync } from "node:fs";
import { loadWaveFile } from "../inventory/load.ts";
import type { WaveFile } from "../inventory/schema/wave.ts";
import { POLICY_GIVEN } from "../review/policy-given.ts";
import { waveFilePath } from "../review/inputs.ts";
import { runPulumi } from "./pulumi.ts";
import { runReported } from "./run-reported.ts";
import { isStale, lockFolder, readLocks } from "./stale-lock.ts";
import { readStackSettings, type StackSettings } from "./stack-config.ts";

/**
 * Resources of a wave, with room to spare: waiting imports hold a place each and must not keep servers from being
 * made, so `--parallel` is at least this.
 */
export function resourceCount(file: WaveFile | null): number {
  const vms = file?.vms ?? [];
  return 32 + vms.reduce((sum, vm) => sum + 6 + 3 * vm.disks.length + vm.nics.length, 0);
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
  // One VM's fault does not stop the others.
  if (verb !== "preview") options.push("--continue-on-error");
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
  const selected = await runPulumi(
    ["stack", "select", "--create", "--stack", stack, "--non-interactive"],
    {},
    "capture",
  );
  if (selected.exitCode !== 0) return selected.exitCode;
  if (verb !== "preview") await clearStaleLocks(stack);
  const options = pulumiOptions(verb, stack, settings, file);
  const environment = { [POLICY_GIVEN]: "1" };
  if (verb === "preview") return (await runPulumi([...options, ...rest], environment)).exitCode;
  return runReported({ verb, stack, file, json }, [...options, ...rest], environment);
}

/** A killed pulumi leaves its lock behind; where its process is dead, on this host, the lock is removed and said so. */
async function clearStaleLocks(stack: string): Promise<void> {
  const folder = lockFolder(process.env["PULUMI_BACKEND_URL"], "wavelift", stack);
  const stale = folder === null ? [] : readLocks(folder).filter((lock) => isStale(lock));
  if (folder === null || stale.length === 0 || stale.length < readLocks(folder).length) return;
  for (const lock of stale)
    process.stderr.write(
      `Stack ${stack} was locked by pid ${lock.pid} of ${lock.username} since ${lock.timestamp}; that process is dead: the lock is removed.\n`,
    );
  await runPulumi(["cancel", "--yes", "--stack", stack, "--non-interactive"], {}, "capture");
}

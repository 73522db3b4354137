import { WaveName } from "../inventory/schema/names.ts";
import { ensureStack } from "./ensure-stack.ts";
import { UserError } from "./failure.ts";
import { runPulumi } from "./pulumi.ts";
import { readStackValues } from "./stack-config.ts";

/** `wavelift init WAVE`: the wave's stack, with the settings of the estate's own stack. Harmless when it is there. */
export async function initWave(wave: string, estateStack: string): Promise<number> {
  const name = WaveName.safeParse(wave);
  if (!name.success) throw new UserError(`"${wave}" is no name of a wave: ${name.error.issues[0]?.message ?? ""}`);
  if (wave === estateStack) throw new UserError(`"${wave}" is the estate's own stack: a wave needs another name.`);
  const values = { ...readStackValues(estateStack), "wavelift:wave": wave, "wavelift:estateStack": estateStack };
  const made = await ensureStack(wave);
  if (made !== 0) return made;
  const pairs = Object.entries(values).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
  const set = await runPulumi(["config", "set-all", "--stack", wave, "--non-interactive", ...pairs]);
  if (set.exitCode === 0)
    process.stdout.write(`Stack ${wave} is ready: Pulumi.${wave}.yaml. Next: wavelift plan ${wave}\n`);
  return set.exitCode;
}

import { nearest } from "../../inventory/known-keys.ts";
import { WaveName } from "../../inventory/schema/names.ts";
import { shown } from "../../inventory/shown.ts";
import { UserError } from "../failure.ts";

/** @throws {UserError} unless the wave is one of these */
export function expectWave(wave: string, known: readonly string[], what = "wave"): void {
  if (known.includes(wave)) return;
  const meant = nearest(wave, known);
  const hint = meant === null ? `There are: ${[...known].sort().join(", ") || "none"}.` : `Did you mean ${meant}?`;
  throw new UserError(`No ${what} ${shown(wave)}. ${hint}`);
}

/** @throws {UserError} unless the text is a name that a wave may have */
export function expectWaveName(text: string): void {
  const name = WaveName.safeParse(text);
  if (!name.success) throw new UserError(`${shown(text)} is no name of a wave: ${name.error.issues[0]?.message ?? ""}`);
}

/** One thing that was checked. `note` is worth knowing and needs nothing; only a fault fails the whole. */
export interface Finding {
  /** Where: "here", or the conversion host. */
  readonly where: string;
  readonly check: string;
  readonly state: "ok" | "note" | "warning" | "fault";
  readonly found: string;
  readonly expected: string;
  /** What to do; empty when all is well. */
  readonly remedy: string;
}

/** All is well. */
export const fine = (where: string, check: string, found: string, expected: string): Finding => ({
  ...{ where, check, found, expected },
  state: "ok",
  remedy: "",
});

/** Whether a dotted version is at least another one. */
export function atLeast(version: string, needed: string): boolean {
  const [have, want] = [version, needed].map((text) => text.split(".").map(Number));
  for (const [index, part] of (want ?? []).entries()) {
    const mine = have?.[index] ?? 0;
    if (mine !== part) return mine > part;
  }
  return true;
}

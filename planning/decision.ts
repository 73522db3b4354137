/**
 * What was decided and why, or why nothing could be decided. A decision never throws: its problem becomes a concern of
 * the rule that watches over it, with the other findings.
 */
export type Decision<T> =
  { readonly ok: true; readonly value: T; readonly reason: string } | { readonly ok: false; readonly problem: string };

export function decided<T>(value: T, reason: string): Decision<T> {
  return { ok: true, value, reason };
}

export function undecided(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem };
}

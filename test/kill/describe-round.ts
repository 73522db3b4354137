import type { RoundResult } from "./rounds.ts";

/** One round for people. */
export function describeRound(result: RoundResult, of: number): string {
  const { round, action, edit, strikes, struckSeconds, peaceSeconds, faults } = result;
  const struck = strikes.map(({ strike, hit }) => `${strike} (${hit})`).join("; ");
  const edited = edit === "none" ? "" : `, ${edit} edited meanwhile`;
  const outcome = faults.length === 0 ? "ok" : `FAILED:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`;
  return `round ${round}/${of}: ${action}${edited}: ${struck}; struck ${struckSeconds} s, in peace ${peaceSeconds} s: ${outcome}`;
}

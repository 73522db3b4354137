import type { Progress } from "../../toolchain/progress.ts";

/** Progress that keeps its lines. */
export function recordedProgress(): Progress & { readonly lines: string[] } {
  const lines: string[] = [];
  return { lines, line: (text) => void lines.push(text), status: () => undefined };
}

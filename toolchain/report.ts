import type { Decision } from "./decide.ts";
import type { PartName } from "./parts.ts";

/** What became of one part. */
export interface PartReport {
  readonly part: PartName;
  readonly title: string;
  readonly version: string;
  readonly use: Exclude<Decision["use"], "ask-go" | "none">;
  readonly path: string;
  readonly why: string;
}

/** What ensureToolchain() decided and did. */
export interface ToolchainReport {
  readonly nodeVersion: string;
  readonly parts: readonly PartReport[];
  readonly pulumiHome: string;
  /** True where PULUMI_HOME is ours, in the cache; false where it is the user's own. */
  readonly ownsHome: boolean;
  readonly elapsedMs: number;
}

/** The report for people: one line a part with what is used, one with the reason. */
export function reportLines(report: ToolchainReport): string[] {
  return [
    `Node.js ${report.nodeVersion}`,
    ...report.parts.flatMap((one) => [`${one.title} ${one.version} (${one.use}): ${one.path}`, `    ${one.why}`]),
    `PULUMI_HOME ${report.pulumiHome} (${report.ownsHome ? "Wavelift's own, in the cache" : "yours: all plugins are there"})`,
  ];
}

/** `export` lines for a POSIX shell. Values are quoted, so that no character in a path means anything to it. */
export function exportLines(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`);
}

import { spawn } from "node:child_process";
import { ensureToolchain } from "../toolchain/ensure.ts";
import { project } from "./project.ts";

/** How a pulumi ended. */
export interface PulumiResult {
  readonly exitCode: number;
  /** Only when captured. */
  readonly stdout: string;
}

/** Environment of every pulumi: the ensured toolchain in front. */
export async function pulumiEnvironment(): Promise<NodeJS.ProcessEnv> {
  const toolchain = await ensureToolchain();
  return { ...process.env, ...toolchain.env };
}

/**
 * Runs pulumi in the project's folder with our terminal. Ctrl-C reaches it from the terminal: it cancels in order,
 * and we stay until it has ended.
 */
export async function runPulumi(
  args: readonly string[],
  extra: Readonly<Record<string, string>> = {},
  stdout: "inherit" | "capture" | "stderr" = "inherit",
): Promise<PulumiResult> {
  const env = { ...(await pulumiEnvironment()), ...extra };
  const stay = (): void => undefined;
  process.on("SIGINT", stay);
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn("pulumi", args, {
        cwd: project,
        env,
        stdio: ["inherit", stdout === "capture" ? "pipe" : stdout === "stderr" ? 2 : "inherit", "inherit"],
      });
      const chunks: Buffer[] = [];
      child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
      child.once("error", reject);
      child.once("close", (code, signal) => {
        resolve({ exitCode: code ?? (signal === "SIGINT" ? 130 : 1), stdout: Buffer.concat(chunks).toString("utf8") });
      });
    });
  } finally {
    process.off("SIGINT", stay);
  }
}

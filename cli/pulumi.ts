import { spawn } from "node:child_process";
import { strayCloudSettings, withoutStraySettings } from "../cloud/environment.ts";
import { noProxy } from "../cloud/transport.ts";
import { ensureToolchain } from "../toolchain/ensure.ts";
import { mortal } from "./mortal.ts";
import { project } from "./project.ts";
import { backendUrl } from "./stale-lock.ts";
import { removeTornAttributes } from "./torn-attributes.ts";

/** How a pulumi ended. */
export interface PulumiResult {
  readonly exitCode: number;
  /** Only when captured. */
  readonly stdout: string;
}

let toldOfStrays = false;
/** A run that was killed must not keep this one from reading the state. */
async function mendBackend(): Promise<void> {
  for (const file of await removeTornAttributes(backendUrl(process.env), "wavelift"))
    process.stderr.write(
      `Removed ${file}: a pulumi that was killed had left it empty, which makes the state unreadable.\n`,
    );
}

/**
 * Environment of every pulumi: the ensured toolchain in front, and no setting of a cloud (an openrc file that was read):
 * the provider would mix it into the entry of clouds.yaml.
 */
export async function pulumiEnvironment(): Promise<NodeJS.ProcessEnv> {
  const toolchain = await ensureToolchain();
  await mendBackend();
  const strays = strayCloudSettings(process.env);
  if (strays.length > 0 && !toldOfStrays)
    process.stderr.write(`Not used: ${strays.join(", ")}. A cloud is what its entry of clouds.yaml says.\n`);
  toldOfStrays = true;
  // Pulumi's parts talk to each other on this machine, and its node libraries would send that to a proxy too.
  const direct = noProxy(process.env["no_proxy"] ?? process.env["NO_PROXY"]);
  return { ...withoutStraySettings(process.env), ...toolchain.env, no_proxy: direct, NO_PROXY: direct };
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
      const child = spawn(...mortal("pulumi", args), {
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

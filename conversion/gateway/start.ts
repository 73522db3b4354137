import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { createInterface } from "node:readline";
import { toolEnvironment } from "../commands.ts";
import type { Clock } from "../effects.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { failed, Failure } from "../failure.ts";
import { liveness } from "../process-identity.ts";
import { runFolder } from "../run-folder.ts";
import { GatewayReply, type GatewayOrder } from "./order.ts";
import { logPath, servingProcess } from "./pid-file.ts";
import { alivePath } from "./server.ts";
import { urlOf, type GatewayPlace } from "./url.ts";

/** How long a gateway may take until it serves: it looks into the source first. */
const START_MS = 300_000;
const STOP_MS = 20_000;
const POLL_MS = 200;
const ANSWER_MS = 5_000;

const PASSED_ON = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "WAVELIFT_RUN_DIR"];

/** Another process has the port. */
export class PortTaken extends Failure {}

/**
 * Starts a gateway in a session of its own, which the end of this program does not reach, and waits until it serves.
 * @throws {PortTaken} when the port is another process's, else the gateway's own failure
 */
export async function startGateway(order: GatewayOrder, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const log = openSync(logPath(order.volumeId), "w", 0o600);
  const extra = PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  const child = spawn(process.execPath, [ownBundle(), "gateway"], {
    detached: true,
    cwd: runFolder(env),
    env: { ...toolEnvironment(env), ...Object.fromEntries(extra) },
    stdio: ["pipe", "pipe", log],
  });
  closeSync(log);
  const [input, output] = [child.stdin, child.stdout];
  if (input === null || output === null) throw failed("the gateway cannot be started: it has no standard streams");
  input.on("error", () => undefined);
  input.end(`${JSON.stringify(order)}\n`);
  const answer = await new Promise<string | null>((resolve) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      resolve(null);
    }, START_MS);
    const lines = createInterface({ input: output });
    const settle = (line: string | null) => {
      clearTimeout(timer);
      resolve(line);
    };
    lines.once("line", settle);
    child.once("error", () => {
      settle(null);
    });
    lines.once("close", () => {
      settle(null);
    });
  });
  output.destroy();
  child.unref();
  judge(answer, order);
}

function judge(answer: string | null, { disk, volumeId, address, port }: GatewayOrder): void {
  const reply = answer === null ? undefined : GatewayReply.safeParse(JSON.parse(answer)).data;
  if (reply === undefined)
    throw failed(`${disk}: its gateway ended before it served. See ${logPath(volumeId)} on the conversion host.`);
  if (reply.kind === "serving") return;
  if (reply.busy) throw new PortTaken(`${disk}: port ${port} of ${address} is taken by another process`);
  throw new Failure(reply.message, known(reply.exitCode));
}

/** Whether a gateway answers there that serves this very source. */
export async function isServing(place: GatewayPlace, fingerprint: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await fetch(urlOf(place, alivePath(place.token)), { signal, redirect: "error" });
    return answer.status === 204 && answer.headers.get("etag") === `"${fingerprint}"`;
  } catch {
    return false;
  }
}

/** Ends the gateway of a volume on this host, if one runs. @returns whether none runs any more */
export async function stopGateway(clock: Clock, volumeId: string): Promise<boolean> {
  const running = servingProcess(volumeId);
  if (running === null) return true;
  process.kill(running.pid, "SIGTERM");
  const start = clock.now();
  while (liveness(running) === "alive") {
    if (clock.now() - start > STOP_MS) process.kill(running.pid, "SIGKILL");
    if (clock.now() - start > STOP_MS * 2) return false;
    await clock.sleep(POLL_MS);
  }
  return true;
}

/** The file that this program runs from: a gateway runs from the same one. */
function ownBundle(): string {
  const [, bundle] = process.argv;
  if (bundle === undefined) throw failed("the conversion program does not know the file that it runs from");
  return bundle;
}

const known = (code: number): ExitCode => Object.values(exitCodes).find((value) => value === code) ?? exitCodes.failed;

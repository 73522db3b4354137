import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { ChildCommands } from "../commands.ts";
import { systemClock, type Log } from "../effects.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { badInput, Failure, messageOf } from "../failure.ts";
import { migrate } from "../instant/migrate.ts";
import { runFolder, workFolder } from "../run-folder.ts";
import { holdSessions } from "../source/vsphere-sessions.ts";
import { poolAccess } from "../verbs/world.ts";
import { GatewayOrder, type GatewayReply } from "./order.ts";
import { removePidFile, writePidFile } from "./pid-file.ts";
import { gatewayServer, listen, PortInUse } from "./server.ts";
import { openSource } from "./open-source.ts";
import { ownsConnection } from "./own-connection.ts";
import { throttle } from "./throttle.ts";

const MIB = 1024 * 1024;

/**
 * The process that stands behind an image until it is copied: it serves the source disk and runs the copy. It outlives the
 * stage that started it, and ends by itself when the image stands alone or is given up; the next `up` starts it again where
 * it died, at the same address. It answers its order with one line and says the rest into its log.
 */
export async function runGateway(): Promise<ExitCode> {
  const log: Log = (line) => process.stderr.write(`${new Date().toISOString()} ${line}\n`);
  // Whoever started it reads one line and leaves.
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  process.on("SIGHUP", () => undefined);
  const end = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      log(`received ${signal}`);
      end.abort();
    });
  const commands = new ChildCommands();
  const folder = workFolder(runFolder());
  try {
    await serve(await readOrder(), commands, folder, end, log);
    return exitCodes.ok;
  } catch (error) {
    const exitCode = error instanceof Failure ? error.exitCode : exitCodes.failed;
    const busy = error instanceof PortInUse;
    log(`error: ${messageOf(error)}`);
    await reply({ kind: "fault", message: messageOf(error), exitCode, busy });
    return exitCode;
  } finally {
    commands.killAll();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function serve(
  order: GatewayOrder,
  commands: ChildCommands,
  folder: string,
  end: AbortController,
  log: Log,
): Promise<void> {
  const { settings, target, volumeId, disk, address, port, token } = order;
  const { logins } = order;
  const sessions = holdSessions(logins);
  const { session: vsphere } = sessions;
  const source = await openSource(order, { commands, clock: systemClock, log, settings, logins, vsphere, folder });
  const { mibPerSecond, copyAfterSeconds = 0 } = settings.gateway ?? {};
  const rate = throttle(systemClock, mibPerSecond === undefined ? null : mibPerSecond * MIB);
  let copyPid: number | null = null;
  const isCopy = (port: number): boolean => copyPid !== null && ownsConnection(copyPid, port);
  const server = gatewayServer(source.disk, token, { rate, isCopy }, log);
  try {
    await listen(server, address, port);
    writePidFile(volumeId);
    log(`${disk}: serving ${source.how}, ${order.sizeBytes} bytes`);
    await reply({ kind: "serving" });
    const access = poolAccess(settings, target);
    const unwatch = source.watch(() => {
      log(`${disk}: ${source.refused() ?? ""}`);
    });
    const stop = (): void => {
      server.close();
      server.closeAllConnections();
    };
    const reading = {
      copyAfterSeconds,
      mayCopy: () => source.refused() === null,
      copyBegins: (pid: number) => {
        copyPid = pid;
      },
      stop,
    };
    await migrate(commands, systemClock, access, order, reading, end.signal, log);
    unwatch();
  } finally {
    removePidFile(volumeId);
    server.close();
    server.closeAllConnections();
    await source.disk.close();
    await sessions.close();
  }
}

async function readOrder(): Promise<GatewayOrder> {
  const lines = createInterface({ input: process.stdin });
  const line = await new Promise<string>((resolve) => {
    lines.once("line", resolve);
    lines.once("close", () => {
      resolve("");
    });
  });
  lines.close();
  let order: unknown;
  try {
    order = JSON.parse(line);
  } catch {
    order = undefined;
  }
  const result = GatewayOrder.safeParse(order);
  // It holds credentials: only where it is wrong is said.
  if (!result.success)
    throw badInput(
      `program and gateway do not understand each other: ${result.error.issues.map(({ path }) => path.map(String).join(".")).join(", ")}`,
    );
  return result.data;
}

const reply = (answer: GatewayReply): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(`${JSON.stringify(answer)}\n`, () => {
      resolve();
    });
  });

import { readFileSync, rmSync } from "node:fs";
import { connect, type CloudClient } from "../cloud/client.ts";
import { getVolume, setBootable, setImageProperties } from "../cloud/cinder.ts";
import { addLocation, createImage, deleteImage, getImage, listImages, updateImage } from "../cloud/glance.ts";
import { readImageUsers } from "../cloud/image-users.ts";
import { computeHosts, consoleOutput, getServer } from "../cloud/nova.ts";
import { IMAGE_TAG } from "../planning/mark.ts";
import { ChildCommands } from "./commands.ts";
import { systemClock, type Log } from "./effects.ts";
import { exitCodes, type ExitCode } from "./exit-codes.ts";
import { badInput, cancelled, Failure, messageOf } from "./failure.ts";
import { sharedRate } from "./limits/active-copies.ts";
import { unlimitedRate } from "./limits/bandwidth.ts";
import { HELLO, Order, type Reply } from "./order.ts";
import { probeHost } from "./probe/host.ts";
import { poolSpaces } from "./probe/space.ts";
import { defaultPatience } from "./rbd/takeover.ts";
import { runFolder, workFolder } from "./run-folder.ts";
import { holdSessions } from "./source/vsphere-sessions.ts";
import { perform } from "./verbs/perform.ts";
import type { Cinder, Glance, Nova, World } from "./verbs/world.ts";
import { holdLifeline } from "./watchdog.ts";

/** How long closing the image and the ledger in order may take; less than the launcher's patience. */
const ORDERLY_END_MS = 4_000;

/**
 * The far side: does one order on the conversion host. It lives as long as its launcher's heartbeats come; without them
 * it ends what copies at once, closes the image where that goes quickly, and kills its whole process group, itself
 * included, so that nothing it has started writes on.
 */
export async function runProgram(): Promise<ExitCode> {
  const log: Log = (line) => process.stderr.write(`${line}\n`);
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  const commands = new ChildCommands();
  let finished = false;
  const cancel = new AbortController();
  const end = (reason: string): void => {
    if (finished || cancel.signal.aborted) return;
    cancel.abort(cancelled(reason));
    log(`${reason}: everything ends`);
    commands.cancel();
    setTimeout(() => {
      endEverything(commands);
    }, ORDERLY_END_MS);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      end(`received ${signal}`);
    });
  process.stdout.write(`${HELLO}\n`);
  const lifeline = holdLifeline(process.stdin, end, () => process.stdout.write("\n"));
  let folder: string | null = null;
  try {
    const order = readOrder(await lifeline.order);
    folder = workFolder(runFolder());
    const reply = await doOrder(order, commands, folder, log, cancel.signal);
    finished = true;
    await new Promise((resolve) => process.stdout.write(`\n${JSON.stringify(reply)}\n`, resolve));
    return exitCodes.ok;
  } catch (error) {
    if (cancel.signal.aborted) return exitCodes.cancelled;
    log(`error: ${messageOf(error)}`);
    return error instanceof Failure ? error.exitCode : exitCodes.failed;
  } finally {
    finished = true;
    commands.killAll();
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}

function readOrder(line: string): Order {
  const result = Order.safeParse(parsed(line));
  // The order holds credentials: only where it is wrong is said, never what stands there.
  if (!result.success)
    throw badInput(
      `launcher and program do not understand each other: ${result.error.issues.map(({ path }) => path.map(String).join(".")).join(", ")}`,
    );
  return result.data;
}

/** The order as JSON; undefined where it is none. The parser's own message would quote the text. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function doOrder(
  order: Order,
  commands: ChildCommands,
  folder: string,
  log: Log,
  signal: AbortSignal,
): Promise<Reply> {
  let opened: Promise<CloudClient> | undefined;
  const client = (): Promise<CloudClient> => {
    if (order.cloud === null) throw badInput(`the verb ${order.work.verb} was sent without a cloud`);
    return (opened ??= connect(order.cloud));
  };
  const cinder: Cinder = {
    getVolume: async (id) => getVolume(await client(), id),
    setBootable: async (id) => setBootable(await client(), id),
    setImageProperties: async (id, properties) => setImageProperties(await client(), id, properties),
  };
  const nova: Nova = {
    getServer: async (id) => getServer(await client(), id),
    consoleOutput: async (id, lines) => consoleOutput(await client(), id, lines),
    computeHosts: async () => computeHosts(await client()),
  };
  const glance: Glance = {
    projectId: async () => (await client()).projectId,
    list: async (properties) => listImages(await client(), { ...properties, tag: IMAGE_TAG }),
    get: async (id) => getImage(await client(), id),
    create: async (image) => createImage(await client(), image),
    update: async (before, looks, dropped) => updateImage(await client(), before, looks, dropped),
    addLocation: async (id, url) => addLocation(await client(), id, url),
    remove: async (id) => deleteImage(await client(), id),
    users: async (id) => readImageUsers(await client(), id),
  };
  const { settings, mayCopy, work, logins } = order;
  if (work.verb === "probe") return { kind: "facts", facts: await probeHost(commands, settings, log) };
  if (work.verb === "space") return { kind: "space", spaces: await poolSpaces(commands, settings) };
  const sessions = holdSessions(logins);
  const { bandwidth } = settings;
  const shared = mayCopy && bandwidth !== undefined ? sharedRate(bandwidth, process.env, systemClock) : null;
  const world: World = {
    commands,
    clock: systemClock,
    log,
    settings,
    logins,
    vsphere: sessions.session,
    cinder,
    nova,
    glance,
    folder,
    patience: defaultPatience,
    mayCopy,
    signal,
    rate: shared ?? unlimitedRate,
  };
  try {
    return await perform(world, work);
  } finally {
    shared?.stop();
    await sessions.close();
    await (await opened)?.close();
  }
}

/** Kills the process group where this process leads it, which is how a runner starts it; else its children. */
function endEverything(commands: ChildCommands): never {
  commands.killAll();
  const fields = readFileSync("/proc/self/stat", "utf8");
  const group = Number(fields.slice(fields.lastIndexOf(")") + 2).split(" ")[2]);
  if (group === process.pid) process.kill(-group, "SIGKILL");
  process.exit(exitCodes.cancelled);
}

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../../conversion/commands.ts";
import { imageOpts } from "../../../conversion/copy/image-opts.ts";
import { DONE_KEY, Ledger, LEDGER_KEY } from "../../../conversion/ledger/ledger.ts";
import { serveNode } from "../../../conversion/nbd/serve.ts";
import type { World } from "../../../conversion/verbs/world.ts";
import { access, commands, rbd, tool } from "./tools.ts";

const made: string[] = [];
const login = ["--conf", access.conf, "--id", access.user];

/** An RBD image as Cinder makes it for a volume; `removeImages` takes it away. */
export function makeImage(size = "1G"): { volumeId: string; image: string } {
  const volumeId = randomUUID();
  const image = `volume-${volumeId}`;
  tool("rbd", ...login, "create", `${access.pool}/${image}`, "--size", size);
  made.push(image);
  return { volumeId, image };
}

/** Removes every image that was made; a client that was killed keeps its watch for 30 s. */
export async function removeImages(): Promise<void> {
  for (const image of made.splice(0)) {
    for (const address of await rbd.watchers(image).catch(() => [])) await rbd.blocklist(address, 60);
    for (let attempt = 0; attempt < 40; attempt++) {
      const { code } = await run(commands, "rbd", [...login, "--no-progress", "rm", `${access.pool}/${image}`]);
      if (code === 0 || code === 2) break;
      await sleep(1000);
    }
  }
}

/** The image as a node of qemu. */
export const imageNode = (image: string): string =>
  imageOpts({ driver: "raw", file: { driver: "rbd", ...nodeOf(image) } });
const nodeOf = (image: string) => ({ pool: access.pool, image, user: access.user, conf: access.conf });

/** Whether the image holds exactly these bytes, and nothing but zeroes after them. */
export async function holds(image: string, rawFile: string): Promise<boolean> {
  const raw = imageOpts({ driver: "raw", file: { driver: "file", filename: rawFile } });
  const { code, stderr } = await run(commands, "qemu-img", ["compare", "--image-opts", raw, imageNode(image)]);
  if (code !== 0 && code !== 1) throw new Error(stderr);
  return code === 0;
}

/**
 * Whether the image, which may read from elsewhere, begins with exactly these bytes. Not by qemu-img: what asks an image that
 * reads from elsewhere for its extents (compare, convert, rbd diff) is killed by SIGFPE inside librbd 16.2.
 */
export async function readsAs(world: World, image: string, rawFile: string, snapshot?: string): Promise<boolean> {
  const raw = readFileSync(rawFile);
  const node = { ...nodeOf(image), ...(snapshot === undefined ? {} : { snapshot }) };
  const contents = await serveNode(world, image, { driver: "raw", file: { driver: "rbd", ...node } }, { plain: true });
  try {
    const found = Buffer.alloc(raw.length);
    for (let offset = 0; offset < raw.length; offset += 4 << 20) {
      const length = Math.min(4 << 20, raw.length - offset);
      await contents.read({ offset, length }, found.subarray(offset, offset + length));
    }
    return found.equals(raw);
  } finally {
    await contents.close();
  }
}

/** Writes a pattern into the image as a stranger would. */
export function scribble(image: string, offset: number, length: number, byte = 0xee): void {
  tool("qemu-io", "-c", `write -P ${byte} ${offset} ${length}`, "--image-opts", imageNode(image));
}

export async function ledgerOf(image: string): Promise<Ledger | null> {
  const text = (await rbd.metadata(image)).get(LEDGER_KEY);
  return text === undefined ? null : Ledger.parse(JSON.parse(text));
}

export async function changeLedger(image: string, change: Partial<Ledger>): Promise<void> {
  const ledger = await ledgerOf(image);
  if (ledger === null) throw new Error(`${image} has no ledger`);
  await run(commands, "rbd", [...login, "image-meta", "remove", `${access.pool}/${image}`, DONE_KEY]);
  await rbd.setMeta(image, LEDGER_KEY, JSON.stringify({ ...ledger, ...change }));
}

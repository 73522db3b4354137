import type { Started } from "./effects.ts";

/** What an NBD server is told to end with, and how long it gets after each, in milliseconds. */
const STEPS: readonly (readonly [signal: NodeJS.Signals, milliseconds: number])[] = [
  ["SIGTERM", 5_000],
  ["SIGTERM", 60_000],
  ["SIGKILL", 0],
];

/**
 * Ends servers in order, and by force those that do not end. The second SIGTERM is for a qemu-nbd that got the first one
 * before it served: it then stands still, with its socket open, until it gets another one (qemu 7.2, qemu-nbd.c: main
 * sets its state to running whatever the signal's handler has set it to).
 */
export async function endInOrder(servers: readonly Started[], steps = STEPS): Promise<void> {
  await Promise.all(
    servers.map(async (server) => {
      for (const [signal, milliseconds] of steps) {
        server.kill(signal);
        if (await endsWithin(server, milliseconds)) return;
      }
      await server.ended;
    }),
  );
}

/** By real time, not by a clock that a test may turn: what is killed early leaves its watch on the image. */
async function endsWithin(server: Started, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false);
  });
  try {
    return await Promise.race([server.ended.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Log } from "../effects.ts";
import { failed, Failure, messageOf } from "../failure.ts";
import { unlimitedRate, type RateLimit } from "../limits/bandwidth.ts";
import type { Window } from "../source/contents.ts";
import { readRange } from "./range.ts";
import type { ServedDisk } from "./served-disk.ts";

/** Up to here an answer is read whole before its first byte goes. librbd asks for at most one object (4 MiB by default). */
const WHOLE_BYTES = 32 * 1024 * 1024;
const BLOCK_BYTES = 4 * 1024 * 1024;

/** Path of a disk. Nobody can guess it; librbd passes on neither user and password nor a query of the URL (16.2). */
export const diskPath = (token: string): string => `/${token}/disk.raw`;
/** Answers with the disk's validator whatever its source does: whether the gateway itself lives. */
export const alivePath = (token: string): string => `/${token}/alive`;

/** How fast the copy may go: a server that runs from the image is never held back by it. */
export interface Pace {
  readonly rate: RateLimit;
  /** Whether a connection from this port is the copy's own. */
  isCopy(remotePort: number): boolean;
}

/**
 * Serves one disk over HTTP as librbd's migration reads it: HEAD for the size, GET with a range for every read, 206 with
 * exactly the bytes that were asked for. Every fault is a 503, and nothing is ever a 404: librbd (16.2) takes a 404 for
 * "reads as zeroes", without a word to anybody.
 */
export function gatewayServer(disk: ServedDisk, token: string, pace: Pace, log: Log): Server {
  const paced = new WeakMap<Socket, boolean>();
  const rateOf = (socket: Socket): RateLimit => {
    const isCopy = paced.get(socket) ?? pace.isCopy(socket.remotePort ?? 0);
    paced.set(socket, isCopy);
    return isCopy ? pace.rate : unlimitedRate;
  };
  const server = createServer((request, response) => {
    answer(disk, token, rateOf(request.socket), request, response).catch((error: unknown) => {
      log(`${request.method ?? ""} ${request.headers.range ?? ""}: ${messageOf(error)}`);
      if (response.headersSent) response.destroy();
      else unavailable(response);
    });
  });
  // A connection that is closed in the moment of a request is an error to the guest: only librbd closes one.
  server.keepAliveTimeout = 0;
  server.headersTimeout = 0;
  server.requestTimeout = 0;
  server.timeout = 0;
  return server;
}

/** The port is another process's. */
export class PortInUse extends Failure {}

/** Listens. @throws a failure that says which address and port, and why not */
export function listen(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const code = "code" in error ? String(error.code) : "";
      const what = `the gateway cannot listen on ${address} port ${port}: ${messageOf(error)}`;
      if (code === "EADDRINUSE") reject(new PortInUse(what));
      else if (code !== "EADDRNOTAVAIL") reject(failed(what));
      else reject(failed(`${what}. It must be an address of this conversion host: see \`gateway\` in runners.yaml.`));
    });
    server.listen(port, address, resolve);
  });
}

async function answer(
  disk: ServedDisk,
  token: string,
  rate: RateLimit,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.resume();
  const url = request.url ?? "";
  if (isPath(url, alivePath(token))) {
    response.writeHead(204, { etag: disk.etag }).end();
    return;
  }
  if (!isPath(url, diskPath(token))) {
    unavailable(response);
    return;
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { allow: "GET, HEAD", "content-length": 0 }).end();
    return;
  }
  const { etag, sizeBytes } = disk;
  const headers = { "accept-ranges": "bytes", "content-type": "application/octet-stream", etag };
  // A range means nothing for HEAD (RFC 9110, 14.2). The size is only told while the disk can be read.
  if (request.method === "HEAD") {
    await disk.read({ offset: 0, length: Math.min(512, sizeBytes) });
    response.writeHead(200, { ...headers, "content-length": sizeBytes }).end();
    return;
  }
  const asked = readRange(request.headers.range, one(request.headers["if-range"]), etag, sizeBytes);
  if (asked.kind === "unsatisfiable") {
    response.writeHead(416, { ...headers, "content-range": `bytes */${sizeBytes}`, "content-length": 0 }).end();
    return;
  }
  const window = asked.kind === "part" ? asked.window : { offset: 0, length: sizeBytes };
  const range = `bytes ${window.offset}-${window.offset + window.length - 1}/${sizeBytes}`;
  const more = asked.kind === "part" ? { "content-range": range } : {};
  await send(disk, rate, window, response, () => {
    response.writeHead(asked.kind === "part" ? 206 : 200, {
      ...headers,
      ...more,
      "content-length": window.length,
    });
  });
}

/** Sends a window. The first piece is read before the headers go: what fails later breaks the connection. */
async function send(
  disk: ServedDisk,
  rate: RateLimit,
  { offset, length }: Window,
  response: ServerResponse,
  begin: () => void,
): Promise<void> {
  const piece = length <= WHOLE_BYTES ? length : BLOCK_BYTES;
  for (let at = 0; at < length && !response.destroyed; at += piece) {
    const part = Math.min(piece, length - at);
    await rate.take(part);
    const data = await disk.read({ offset: offset + at, length: part });
    if (at === 0) begin();
    await written(response, data);
  }
  response.end();
}

/** Resolves when the client has room for more, or is gone. */
function written(response: ServerResponse, data: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (response.write(data)) {
      resolve();
      return;
    }
    response.once("drain", resolve);
    response.once("close", resolve);
  });
}

function unavailable(response: ServerResponse): void {
  response.writeHead(503, { "retry-after": "1", "content-length": 0 }).end();
}

const one = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? header[0] : header);

/** Compares in a time that tells nothing of where they differ. */
function isPath(given: string, path: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(path));
}

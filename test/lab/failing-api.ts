import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import { z } from "zod";

/** A request that is answered with a refusal instead of being passed on. */
export interface Fault {
  readonly method: string;
  /** Of the path and query behind the service's port. */
  readonly path: RegExp;
  /** Of the request's body: which VM is meant. */
  readonly body: RegExp;
  readonly status: number;
  readonly answer: object;
}

/** Headers that belong to the connection to the service, not to its answer. */
const PER_CONNECTION = new Set(["transfer-encoding", "connection", "content-length"]);
const HOST = "127.0.0.1";
const Address = z.object({ port: z.int() });

/**
 * Stands between a run and the lab's APIs: passes everything on, but for the requests that it is told to refuse. The
 * catalog in each token names it instead of the services: `http://127.0.0.1:PORT/SERVICEPORT/...`.
 */
export class FailingApi {
  faults: readonly Fault[] = [];
  private readonly server: Server = createServer((incoming, outgoing) => {
    this.answer(incoming, outgoing).catch((error: unknown) => {
      outgoing.writeHead(502).end(String(error));
    });
  });

  async open(): Promise<void> {
    this.server.listen(0, HOST);
    await once(this.server, "listening");
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** A text with the addresses of services (clouds.yaml, a token's catalog) that leads through here. */
  through(text: string): string {
    const { port } = Address.parse(this.server.address());
    return text.replaceAll(/http:\/\/127\.0\.0\.1:(\d+)/g, `http://${HOST}:${port}/$1`);
  }

  private async answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = "GET", url = "/", headers } = incoming;
    const [, port, path] = /^\/(\d+)(\/.*)?$/.exec(url) ?? [];
    const body = await bytesOf(incoming);
    const fault = this.faults.find(
      (each) => each.method === method && each.path.test(path ?? "/") && each.body.test(body.toString("utf8")),
    );
    if (fault !== undefined) {
      outgoing.writeHead(fault.status, { "content-type": "application/json" }).end(JSON.stringify(fault.answer));
      return;
    }
    const upstream = request({
      host: HOST,
      port: Number(port),
      method,
      path: path ?? "/",
      headers: { ...headers, host: `${HOST}:${port ?? ""}`, "accept-encoding": "identity", connection: "close" },
    });
    upstream.end(body);
    const [answered] = z.tuple([z.custom<IncomingMessage>()]).parse(await once(upstream, "response"));
    const received = await bytesOf(answered);
    const isToken = port === "5000" && path?.startsWith("/v3/auth/tokens") === true;
    const sent = isToken ? Buffer.from(this.through(received.toString("utf8"))) : received;
    const kept = Object.entries(answered.headers).filter(([name]) => !PER_CONNECTION.has(name));
    const length = { "content-length": sent.length };
    outgoing.writeHead(answered.statusCode ?? 502, { ...Object.fromEntries(kept), ...length }).end(sent);
  }
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (chunk instanceof Buffer) chunks.push(chunk);
  return Buffer.concat(chunks);
}

import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** A request on its way to one of the lab's services. */
export interface ProxiedRequest {
  readonly method: string;
  /** Port of the real service: 5000 Keystone, 8774 Nova, 8776 Cinder, 9696 Neutron. */
  readonly port: number;
  /** Path and query as the service sees them. */
  readonly path: string;
  readonly body: string;
}

export interface ProxiedAnswer {
  readonly status: number;
  readonly body: string;
}

export interface FaultHooks {
  /** Before the service gets it. An answer given here is what the caller gets; the service hears nothing. */
  readonly onRequest?: (request: ProxiedRequest) => ProxiedAnswer | undefined | Promise<ProxiedAnswer | undefined>;
  /**
   * The service has done its work and answered; the caller waits. An answer given here replaces the service's. When
   * the caller is dead at the end of it, the answer goes nowhere.
   */
  readonly onAnswer?: (
    request: ProxiedRequest,
    answer: ProxiedAnswer,
  ) => ProxiedAnswer | undefined | Promise<ProxiedAnswer | undefined>;
}

export interface FaultProxy {
  /** What happens from now on; `{}` lets everything through. */
  hooks: FaultHooks;
  /** Writes a copy of a clouds.yaml whose clouds are reached through the proxy. */
  writeCloudsYaml(from: string, to: string): void;
  close(): Promise<void>;
}

/** Where the lab's services listen. */
const LAB = "http://127.0.0.1";

/**
 * An HTTP proxy between the provider (or the program itself) and the lab's OpenStack: faults at an exact point instead
 * of by luck. `http://127.0.0.1:PROXY/5000/v3` is the lab's `http://127.0.0.1:5000/v3`; the catalog in every token is
 * rewritten, so that all services are reached through it.
 */
export async function startFaultProxy(hooks: FaultHooks = {}): Promise<FaultProxy> {
  const server = createServer((request, response) => {
    relay(request, response, proxy.hooks, base()).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  const base = (): string => `${LAB}:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: FaultProxy = {
    hooks,
    writeCloudsYaml: (from, to) => {
      writeFileSync(to, rewritten(readFileSync(from, "utf8"), base()));
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
  return proxy;
}

/** Every address of a service becomes one of the proxy. */
const rewritten = (text: string, base: string): string =>
  text.replaceAll(/http:\/\/127\.0\.0\.1:(\d+)/g, (_whole, port: string) => `${base}/${port}`);

async function relay(
  request: IncomingMessage,
  response: ServerResponse,
  hooks: FaultHooks,
  base: string,
): Promise<void> {
  const [, port, path = ""] = /^\/(\d+)(\/.*)?$/.exec(request.url ?? "") ?? [];
  const call: ProxiedRequest = {
    method: request.method ?? "GET",
    port: Number(port),
    path,
    body: await textOf(request),
  };
  const early = await hooks.onRequest?.(call);
  if (early !== undefined) {
    response.writeHead(early.status, { "content-type": "application/json" }).end(early.body);
    return;
  }
  const upstream = await send(call, request);
  const found: ProxiedAnswer = { status: upstream.statusCode ?? 502, body: await textOf(upstream) };
  const answer = (await hooks.onAnswer?.(call, found)) ?? found;
  const body = call.port === 5000 ? rewritten(answer.body, base) : answer.body;
  const headers = { ...upstream.headers };
  for (const name of ["content-length", "content-encoding", "transfer-encoding", "connection"])
    Reflect.deleteProperty(headers, name);
  response.writeHead(answer.status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

function send(call: ProxiedRequest, original: IncomingMessage): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { ...original.headers, host: `127.0.0.1:${call.port}`, connection: "close" };
    const { method, port, path } = call;
    const sent = httpRequest({ host: "127.0.0.1", method, port, path, headers, agent: false }, resolve);
    sent.once("error", reject);
    sent.end(call.body);
  });
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk as Uint8Array));
  const whole = Buffer.concat(chunks);
  return (message.headers["content-encoding"] === "gzip" ? gunzipSync(whole) : whole).toString("utf8");
}

import { createServer as createHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import type { CloudEntry } from "../../cloud/entry.ts";

/** A request as a fake service saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly token: string | undefined;
  readonly microversion: string | undefined;
  readonly body: unknown;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, text as it is. */
  readonly body?: unknown;
  /** Breaks the connection instead of answering. */
  readonly reset?: boolean;
  /** Never answers. */
  readonly hang?: boolean;
}

export interface FakeCloud {
  readonly url: string;
  readonly entry: CloudEntry;
  readonly seen: Seen[];
  /** Tokens that were given out, the last one is the newest. */
  readonly tokens: string[];
  /** What the services (not Keystone) answer. */
  answer: (seen: Seen) => Reply;
  /** What Keystone answers instead of a token. */
  refuse: Reply | null;
  lifetimeSeconds: number;
  /** Names of the roles in each token. */
  roles: string[];
  close(): Promise<void>;
}

export const PASSWORD = "correct-horse-battery";
export const PROJECT = "5f1c0ffee";

/** A real HTTP(S) server on 127.0.0.1 that is Keystone, Nova, Cinder and Neutron of one small cloud. */
export async function startFakeCloud(
  tls?: { key: string; cert: string },
  projectId: string = PROJECT,
): Promise<FakeCloud> {
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      const header = (name: string): string | undefined => request.headers[name]?.toString();
      const seen: Seen = {
        method: request.method ?? "",
        path: request.url ?? "",
        token: header("x-auth-token"),
        microversion: header("openstack-api-version"),
        body: text === "" ? undefined : (JSON.parse(text) as unknown),
      };
      cloud.seen.push(seen);
      send(response, seen.path === "/identity/v3/auth/tokens" ? (cloud.refuse ?? token()) : cloud.answer(seen));
    });
  };
  const send = (response: ServerResponse, reply: Reply): void => {
    if (reply.hang === true) return;
    if (reply.reset === true) {
      response.socket?.resetAndDestroy();
      return;
    }
    response.writeHead(reply.status ?? 200, { ...reply.headers });
    response.end(
      typeof reply.body === "string" ? reply.body : reply.body === undefined ? "" : JSON.stringify(reply.body),
    );
  };
  const token = (): Reply => {
    const id = `secret-token-${cloud.tokens.length + 1}`;
    cloud.tokens.push(id);
    const issued = Date.now() - 7_200_000; // Keystone's clock is two hours behind ours
    const endpoint = (type: string, path: string) => ({
      type,
      endpoints: [{ interface: "public", region_id: "RegionOne", url: `${cloud.url}${path}` }],
    });
    return {
      status: 201,
      headers: { "x-subject-token": id },
      body: {
        token: {
          issued_at: new Date(issued).toISOString(),
          expires_at: new Date(issued + cloud.lifetimeSeconds * 1000).toISOString(),
          project: { id: projectId },
          roles: cloud.roles.map((name) => ({ name })),
          catalog: [
            endpoint("compute", "/compute/v2.1"),
            endpoint("volumev3", `/volume/v3/${projectId}`),
            endpoint("network", "/network"),
            endpoint("image", "/image"),
          ],
        },
      },
    };
  };

  const server = tls === undefined ? createHttp(handle) : createHttps(tls, handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`;
  const cloud: FakeCloud = {
    url,
    entry: {
      name: "fake",
      authUrl: `${url}/identity/v3`,
      auth: {
        kind: "password",
        user: { name: "mover", domain: { name: "Default" } },
        password: PASSWORD,
        project: { name: "estate", domain: { id: "default" } },
      },
      region: "RegionOne",
      interface: "public",
      caPem: null,
      endpoints: {},
    },
    seen: [],
    tokens: [],
    answer: () => ({ status: 404 }),
    refuse: null,
    lifetimeSeconds: 3600,
    roles: ["member"],
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
  return cloud;
}

/** Runs something with other environment variables, and puts the old ones back. */
export async function withEnvironment(
  values: Readonly<Record<string, string>>,
  run: () => Promise<unknown>,
): Promise<void> {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  try {
    await run();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}

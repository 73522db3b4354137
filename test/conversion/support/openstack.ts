import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { CinderVolume } from "../../../cloud/cinder.ts";

/** A Keystone and a Cinder that know a few volumes: for runs of the whole program, which speaks HTTP. */
export interface FakeOpenStack {
  readonly cloudsYaml: string;
  readonly password: string;
  add(volume: CinderVolume): void;
  close(): Promise<void>;
}

export async function startOpenStack(): Promise<FakeOpenStack> {
  const volumes = new Map<string, CinderVolume>();
  const server = createServer((request, response) => {
    answer(request, response, volumes, port());
  });
  const port = (): number => (server.address() as AddressInfo).port;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const password = "a-secret-that-must-not-be-seen";
  const auth = { username: "u", password, project_name: "p", user_domain_name: "d", project_domain_name: "d" };
  const cloud = { auth: { auth_url: `http://127.0.0.1:${port()}/v3`, ...auth }, region_name: "R" };
  return {
    cloudsYaml: JSON.stringify({ clouds: { lab: cloud } }),
    password,
    add: (volume) => volumes.set(volume.id, volume),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  volumes: ReadonlyMap<string, CinderVolume>,
  port: number,
): void {
  const send = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  };
  request.resume();
  const url = request.url ?? "";
  if (url.endsWith("/auth/tokens")) {
    const url = `http://127.0.0.1:${port}/volume/v3/p1`;
    const endpoints = [{ interface: "public", region: "R", region_id: "R", url }];
    const times = { issued_at: new Date().toISOString(), expires_at: new Date(Date.now() + 3_600_000).toISOString() };
    const catalog = [{ type: "block-storage", endpoints }];
    send(201, { token: { ...times, project: { id: "p1" }, roles: [], catalog } }, { "x-subject-token": "t" });
    return;
  }
  const volume = volumes.get(url.split("/").at(-1) ?? "");
  if (volume === undefined) send(404, { itemNotFound: { message: "no such volume" } });
  else send(200, { volume: { ...volume, size: volume.sizeGiB, volume_type: volume.volumeType, attachments: [] } });
}

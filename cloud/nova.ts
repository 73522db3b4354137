import { z } from "zod";
import { getAll, getOrNull, parseAnswer } from "./answer.ts";
import type { CloudClient } from "./client.ts";
import { unlessRefused } from "./optional.ts";

/** A server as Nova has it now. */
export interface NovaServer {
  readonly id: string;
  readonly name: string;
  /** For example ACTIVE, BUILD, ERROR, SHUTOFF. */
  readonly status: string;
  /** Why it is in ERROR; null when it is not. */
  readonly fault: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

const ServerBody = z.object({
  server: z.object({
    id: z.string(),
    name: z.string(),
    status: z.string(),
    fault: z.object({ message: z.string() }).nullish(),
    metadata: z.record(z.string(), z.string()).default({}),
  }),
});
/** A host that runs servers. */
export interface ComputeHost {
  readonly name: string;
  readonly address: string;
}

const Hypervisor = z.object({
  hypervisor_hostname: z.string(),
  host_ip: z.string(),
  status: z.string(),
  state: z.string(),
});
const ConsoleBody = z.object({ output: z.string().nullish() });

/** The server, or null when there is none of this id in the project. */
export async function getServer(client: CloudClient, id: string): Promise<NovaServer | null> {
  const body = await getOrNull(client, "compute", `/servers/${encodeURIComponent(id)}`, ServerBody);
  if (body === null) return null;
  const { name, status, fault, metadata } = body.server;
  return { id: body.server.id, name, status, fault: fault?.message ?? null, metadata };
}

/** The last lines of a server's console log; empty while it has none. */
export async function consoleOutput(client: CloudClient, id: string, lines: number): Promise<string> {
  const path = `/servers/${encodeURIComponent(id)}/action`;
  const body = { "os-getConsoleOutput": { length: lines } };
  const answer = await client.request("compute", "POST", path, body, { idempotent: true });
  return parseAnswer({ client, service: "compute", method: "POST", path }, ConsoleBody, answer).output ?? "";
}

/** Compute hosts that are up and take servers; null where Nova does not tell this user (only administrators may ask). */
export async function computeHosts(client: CloudClient): Promise<readonly ComputeHost[] | null> {
  const all = await unlessRefused(getAll(client, "compute", "/os-hypervisors/detail", "hypervisors", Hypervisor));
  return (
    all
      ?.filter(({ status, state }) => status === "enabled" && state === "up")
      .map(({ hypervisor_hostname: name, host_ip: address }) => ({ name, address })) ?? null
  );
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { z } from "zod";
import { shown } from "../shown.ts";
import { LookedUpVm } from "./looked-up.ts";
import { serverOf, type VsphereSettings } from "./settings.ts";
import { VsphereError } from "./vsphere-error.ts";

/** Look-ups of @pulumi/vsphere at one vCenter. */
export interface Lookups {
  /** getVirtualMachine. `place` is its path below the datacenter's VM folder. @throws VsphereError when there is no answer. */
  readonly vm: (datacenter: string, place: string) => Promise<LookedUpVm>;
  readonly close: () => Promise<void>;
}

const Looked = z.object({ id: z.string() });

/**
 * Starts the plugin and asks it directly, as the engine does, but outside of any stack: what a stack's provider is
 * configured with stands in its state, the password too. Here it goes to the plugin in one message on the loopback
 * interface, and is in no argument, environment, file or state. Only look-ups are ever asked for, which change nothing.
 * @param program the plugin, with what starts it so that it ends with this process
 * @throws {VsphereError} when it does not start or cannot log in
 */
export async function openLookups(
  [program, args]: readonly [program: string, args: readonly string[]],
  settings: VsphereSettings,
  limitMs: number,
): Promise<Lookups> {
  const server = serverOf(settings.url);
  const fault = (reason: string): VsphereError =>
    new VsphereError(server, `look-ups of the vsphere plugin: ${reason}`, null);
  const work = await mkdtemp(path.join(tmpdir(), "wavelift-vsphere-"));
  const caFile = path.join(work, "ca.pem");
  if (settings.caPem !== null) await writeFile(caFile, settings.caPem);
  // A home of its own: the provider must neither find nor leave sessions there.
  const env = { HOME: work, ...(settings.caPem === null ? {} : { SSL_CERT_FILE: caFile }) };
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(child, "close").catch(() => undefined);
  child.once("error", () => undefined);
  let client: ResourceProviderClient | null = null;
  const close = async (): Promise<void> => {
    client?.close();
    child.kill("SIGKILL");
    await ended;
    await rm(work, { recursive: true, force: true });
  };
  const deadline = (): { deadline: number } => ({ deadline: Date.now() + limitMs });
  const said = (error: ServiceError): VsphereError =>
    fault(shown(error.details.replaceAll(settings.password(), "***"), 200));
  try {
    const port = await firstLine(child.stdout, limitMs);
    if (!/^\d{1,5}$/.test(port)) throw fault("the plugin does not start");
    const connected = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
    client = connected;
    const config = { user: settings.username, password: settings.password(), vsphereServer: settings.url.host };
    const configure = new provider.ConfigureRequest();
    configure.setArgs(struct.Struct.fromJavaScript(config));
    for (const [name, value] of Object.entries(config))
      configure.getVariablesMap().set(`vsphere:config:${name}`, value);
    await new Promise<void>((resolve, reject) => {
      connected.configure(configure, new Metadata(), deadline(), (error) => {
        if (error === null) resolve();
        else reject(said(error));
      });
    });
    const invoke = (name: string, wanted: Record<string, string>): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const request = new provider.InvokeRequest();
        request.setTok(`vsphere:index/${name}:${name}`);
        request.setArgs(struct.Struct.fromJavaScript(wanted));
        connected.invoke(request, new Metadata(), deadline(), (error, response) => {
          const failures = error === null ? response.getFailuresList().map((one) => one.getReason()) : [];
          if (error !== null) reject(said(error));
          else if (failures.length > 0) reject(fault(shown(failures.join("; "), 200)));
          else resolve(response.getReturn()?.toJavaScript());
        });
      });
    const datacenters = new Map<string, Promise<string>>();
    const datacenterId = (name: string): Promise<string> => {
      const known = datacenters.get(name) ?? invoke("getDatacenter", { name }).then((found) => Looked.parse(found).id);
      datacenters.set(name, known);
      return known;
    };
    return {
      vm: async (datacenter, place) => {
        const wanted = { name: place, datacenterId: await datacenterId(datacenter) };
        const found = LookedUpVm.safeParse(await invoke("getVirtualMachine", wanted));
        if (!found.success) throw fault(`${shown(place)}: an answer of another shape`);
        return found.data;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error instanceof VsphereError
      ? error
      : fault(error instanceof Error ? shown(error.message, 200) : "no answer");
  }
}

/** The plugin's first line is its port. */
async function firstLine(output: Readable, limitMs: number): Promise<string> {
  const lines = createInterface({ input: output, signal: AbortSignal.timeout(limitMs) });
  for await (const line of lines) return line.trim();
  return "";
}

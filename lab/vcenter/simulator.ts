import { spawn } from "node:child_process";
import { createHash, randomBytes, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { ensureGoProgram } from "../../toolchain/go-program.ts";
import { simulatorProgram } from "./build.ts";
import { Population, PopulationVm, withDatastores } from "./population.ts";

/** How the lab's vCenter is started. */
export interface SimulatorOptions {
  /** What it holds (lab/vcenter/population.ts). */
  readonly population: z.input<typeof Population>;
  /** Names and addresses that its certificate is for. Default: 127.0.0.1 and localhost. */
  readonly names?: readonly string[];
  /** Port on 127.0.0.1. Default: a free one. */
  readonly port?: number;
  /** Folder for the datastores' files. Default: one of its own that goes with it. */
  readonly folder?: string;
  /** Give each disk a file of its size (sparse) with a descriptor. Default: no. */
  readonly files?: boolean;
  /** Names of ESXi hosts that serve their datastores themselves, to whoever has a ticket of the vCenter. Default: none. */
  readonly hostServers?: readonly string[];
}

/** A vCenter that runs. */
export interface Simulator {
  /** For example https://127.0.0.1:40513/sdk. */
  readonly url: string;
  /** PEM file to trust; it ends with the simulator. */
  readonly certificateFile: string;
  /** SHA-256 of the certificate as vSphere and browsers show it: pairs in upper case with colons. */
  readonly thumbprint: string;
  readonly user: string;
  readonly password: string;
  /** Managed object id of each VM by its name. */
  readonly ids: Readonly<Record<string, string>>;
  /** Folder of the datastores' files, one folder each: `dc0-ds0` is the first of the first datacenter. */
  readonly datastores: string;
  /** Address and port of each host of `hostServers`. */
  readonly hosts: Readonly<Record<string, string>>;
  /** A VM is from now on what `vm` says: new (then `datacenter` is needed), or changed. Gives its managed object id. */
  readonly put: (vm: z.input<typeof PopulationVm>, datacenter?: string) => Promise<string>;
  /** Takes a VM out of the inventory. */
  readonly remove: (name: string) => Promise<void>;
  /** What goes wrong with reading disks from now on; {} ends it. Gives what was served until now. */
  readonly trouble: (trouble: Trouble) => Promise<Served>;
  /** How exports over leases go from now on; {} as they should. Gives what became of them until now. */
  readonly exports: (trouble: LeaseTrouble) => Promise<ExportCounts>;
  readonly stop: () => Promise<void>;
}

/** How exports go: a number says how many exports or streams it meets. lab/vcenter/go/leases.go has the same shape. */
export interface LeaseTrouble {
  /** Seconds without progress after which a lease ends. Default 300. */
  readonly timeoutSeconds?: number;
  /** How long a lease is prepared. Default 0. */
  readonly initializingMs?: number;
  /** Exports that are refused because the VM has another task; leases that fail while they are prepared. */
  readonly busy?: number;
  readonly fails?: number;
  /** After `cutAfter` bytes: streams that break, that end as if they were whole, that stall until their lease ends. */
  readonly cuts?: number;
  readonly shorts?: number;
  readonly stalls?: number;
  readonly cutAfter?: number;
  /** The lease names another certificate than the host shows. */
  readonly wrongThumbprint?: boolean;
}

const ExportCounts = z.strictObject({
  opened: z.int(),
  progress: z.int(),
  completed: z.int(),
  aborted: z.int(),
  expired: z.int(),
  streams: z.int(),
});
export type ExportCounts = z.infer<typeof ExportCounts>;

/** What goes wrong at /folder: a number says how many requests it meets. lab/vcenter/go/troubles.go has the same shape. */
export interface Trouble {
  /** Requests that are let through first. */
  readonly skip?: number;
  /** All sessions end, once. */
  readonly endSessions?: boolean;
  /** Requests that are answered with `status` (and lead to `location`). */
  readonly answers?: number;
  readonly status?: number;
  readonly location?: string;
  /** Logins are refused, whatever the password. */
  readonly noLogins?: boolean;
  /** Connections that break: without an answer; in the middle of the body. */
  readonly drops?: number;
  readonly cuts?: number;
  /** Bodies of half the length, which end as if they were whole. */
  readonly shorts?: number;
  /** Answers with half the range; with a range 512 bytes further on; with the whole file instead of the range. */
  readonly halves?: number;
  readonly shifts?: number;
  readonly wholes?: number;
  /** Each answer waits so long, and all together come at this rate. */
  readonly delayMs?: number;
  readonly bytesPerSecond?: number;
  /** The server breaks every connection for so long, and has then forgotten all sessions. */
  readonly outMs?: number;
}

const Served = z.strictObject({ requests: z.int(), bytes: z.int(), tickets: z.int(), logins: z.int() });
/** What was asked for at /folder since the start; of the requests, `tickets` came to ESXi hosts. */
export type Served = z.infer<typeof Served>;

const Names = z.record(z.string(), z.string());
const Started = z.object({ url: z.string(), certificate: z.string(), ids: Names, hosts: Names });
const Failed = z.object({ error: z.string() });

/** Starts the simulator, building it first where that was not done. @throws Error with what is wrong with the population. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const program = await ensureGoProgram(simulatorProgram);
  const population = Population.parse(options.population);
  const work = await mkdtemp(join(tmpdir(), "wavelift-vcenter-"));
  const file = join(work, "population.json");
  const datastores = options.folder ?? join(work, "datastores");
  await writeFile(file, JSON.stringify(population));
  const [user, password] = ["wavelift@vsphere.local", randomBytes(18).toString("base64url")];
  const child = spawn(program, [], { cwd: work, stdio: ["pipe", "pipe", "pipe"] });
  const ended = once(child, "close");
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-4000)));
  const answers: AsyncIterator<string, undefined> = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (order: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(order)}\n`);
    const line = await answers.next();
    if (line.done === true) throw new Error(`the vCenter simulator ended: ${said.trim()}`);
    const answer: unknown = JSON.parse(line.value);
    const failed = Failed.safeParse(answer);
    if (failed.success) throw new Error(`the vCenter simulator: ${failed.data.error}`);
    return answer;
  };
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
    await rm(work, { recursive: true, force: true });
  };
  // One that has ended says why in its last answer.
  child.stdin.on("error", () => undefined);
  try {
    const started = Started.parse(
      await ask({
        population: file,
        folder: datastores,
        listen: `127.0.0.1:${options.port ?? 0}`,
        user,
        password,
        names: options.names ?? ["127.0.0.1", "localhost"],
        files: options.files ?? false,
        hostServers: options.hostServers ?? [],
      }),
    );
    const certificateFile = join(work, "vcenter.pem");
    await writeFile(certificateFile, started.certificate);
    const thumbprint = thumbprintOf(started.certificate);
    const put = async (vm: z.input<typeof PopulationVm>, datacenter = ""): Promise<string> => {
      const answer = await ask({ put: withDatastores(PopulationVm.parse(vm)), datacenter });
      return z.object({ id: z.string() }).parse(answer).id;
    };
    const remove = async (name: string): Promise<void> => {
      await ask({ remove: name });
    };
    const trouble = async (ordered: Trouble): Promise<Served> => {
      return z.object({ served: Served }).parse(await ask({ trouble: ordered })).served;
    };
    const exports = async (ordered: LeaseTrouble): Promise<ExportCounts> => {
      return z.object({ exports: ExportCounts }).parse(await ask({ lease: ordered })).exports;
    };
    return { ...started, datastores, certificateFile, thumbprint, user, password, put, remove, trouble, exports, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function thumbprintOf(pem: string): string {
  const digest = createHash("sha256").update(new X509Certificate(pem).raw).digest("hex").toUpperCase();
  return digest.match(/../g)?.join(":") ?? "";
}

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
  /** A VM is from now on what `vm` says: new (then `datacenter` is needed), or changed. Gives its managed object id. */
  readonly put: (vm: z.input<typeof PopulationVm>, datacenter?: string) => Promise<string>;
  /** Takes a VM out of the inventory. */
  readonly remove: (name: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const Started = z.object({ url: z.string(), certificate: z.string(), ids: z.record(z.string(), z.string()) });
const Failed = z.object({ error: z.string() });

/** Starts the simulator, building it first where that was not done. @throws Error with what is wrong with the population. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const program = await ensureGoProgram(simulatorProgram);
  const population = Population.parse(options.population);
  const work = await mkdtemp(join(tmpdir(), "wavelift-vcenter-"));
  const file = join(work, "population.json");
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
        folder: options.folder ?? join(work, "datastores"),
        listen: `127.0.0.1:${options.port ?? 0}`,
        user,
        password,
        names: options.names ?? ["127.0.0.1", "localhost"],
        files: options.files ?? false,
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
    return { ...started, certificateFile, thumbprint, user, password, put, remove, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function thumbprintOf(pem: string): string {
  const digest = createHash("sha256").update(new X509Certificate(pem).raw).digest("hex").toUpperCase();
  return digest.match(/../g)?.join(":") ?? "";
}

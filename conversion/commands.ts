import { spawn, type ChildProcess } from "node:child_process";
import { Writable } from "node:stream";
import type { Commands, Finished, RunOptions, Started } from "./effects.ts";

/** The most text kept of a child's output; tools print far less, and a runaway must not fill the memory. */
const KEPT_CHARACTERS = 1 << 20;

/** What tools may see of the environment: no credential of the operator's shell gets into it. */
const PASSED_ON = ["PATH", "HOME", "TMPDIR", "XDG_RUNTIME_DIR", "CEPH_CONF", "CEPH_ARGS"];

/** The environment for tools: few variables, and messages in English, because some are recognised by their text. */
export function toolEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return { ...Object.fromEntries(kept), LC_ALL: "C.UTF-8" };
}

/**
 * Real children. `setpriv --pdeathsig KILL` makes the kernel end the child when this process dies by whatever means:
 * a qemu-img must not write on when nobody watches it any more.
 */
export class ChildCommands implements Commands {
  readonly #env: NodeJS.ProcessEnv;
  /** Where the operator's ssh agent listens. */
  readonly #agent: NodeJS.ProcessEnv;
  readonly #living = new Map<ChildProcess, string>();
  #cancelled = false;

  constructor(env: NodeJS.ProcessEnv = process.env) {
    this.#env = toolEnvironment(env);
    this.#agent = env["SSH_AUTH_SOCK"] === undefined ? {} : { SSH_AUTH_SOCK: env["SSH_AUTH_SOCK"] };
  }

  start(tool: string, args: readonly string[], options: RunOptions = {}): Started {
    if (this.#cancelled && tool !== "rbd")
      return {
        pid: -1,
        ended: Promise.resolve({ code: null, signal: "SIGKILL", stdout: "", stderr: "cancelled" }),
        kill: () => undefined,
      };
    const child = spawn("setpriv", ["--pdeathsig", "KILL", "--", tool, ...args], {
      env: options.agent === true ? { ...this.#env, ...this.#agent } : this.#env,
      stdio: [
        options.onStreams === undefined ? "ignore" : "pipe",
        ...["pipe" as const, "pipe" as const],
        ...(options.secret === undefined ? [] : ["pipe" as const]),
      ],
    });
    handOver(child, options.secret);
    this.#living.set(child, tool);
    child.once("close", () => this.#living.delete(child));
    return {
      pid: child.pid ?? -1,
      ended: ended(child, tool, options),
      kill: (signal) => {
        child.kill(signal);
      },
    };
  }

  /**
   * Ends what copies at once, and starts nothing but `rbd` from now on. An `rbd` that runs may finish and the writer may
   * be closed in order: a client of Ceph that is killed keeps its watch for 30 s, which the next run would wait for.
   */
  cancel(): void {
    this.#cancelled = true;
    for (const [child, tool] of this.#living) if (tool !== "rbd" && tool !== "qemu-nbd") child.kill("SIGKILL");
  }

  /** Ends every child at once. */
  killAll(): void {
    for (const child of this.#living.keys()) child.kill("SIGKILL");
  }
}

/** Writes the secret into the child's descriptor 3, where it asked for one. A child that ends before it has read is no fault of ours. */
function handOver(child: ChildProcess, secret: string | undefined): void {
  const pipe = child.stdio[3];
  if (secret === undefined || !(pipe instanceof Writable)) return;
  pipe.on("error", () => undefined);
  pipe.end(secret);
}

function ended(child: ChildProcess, tool: string, options: RunOptions): Promise<Finished> {
  return new Promise((resolve) => {
    let stdout = "";
    let stderr = "";
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            stderr += `no answer in ${options.timeoutMs ?? 0} ms, ended`;
            child.kill("SIGKILL");
          }, options.timeoutMs);
    if (options.onStreams !== undefined && child.stdin !== null && child.stdout !== null)
      options.onStreams(child.stdin, child.stdout);
    else
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        if (options.onStdout !== undefined) options.onStdout(text);
        else stdout = (stdout + text).slice(0, KEPT_CHARACTERS);
      });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-KEPT_CHARACTERS);
    });
    child.on("error", (error) => {
      clearTimeout(timer);
      resolve({
        code: 127,
        signal: null,
        stdout,
        stderr: `${tool} cannot be started (is util-linux's setpriv there?): ${error.message}`,
      });
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout, stderr });
    });
  });
}

/** Starts a tool and waits for its end. */
export function run(
  commands: Commands,
  tool: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  return commands.start(tool, args, options).ended;
}

/** What a tool said about its failure, in one line; its exit status where it said nothing. */
export function reasonOf(finished: Finished): string {
  const text = finished.stderr
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(-5)
    .join("; ")
    .slice(0, 1000);
  return text === "" ? `ended with ${finished.signal ?? `status ${finished.code ?? "unknown"}`}` : text;
}

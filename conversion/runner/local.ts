import { spawn } from "node:child_process";
import { toolEnvironment } from "../commands.ts";
import type { Runner } from "./runner.ts";

/** What of the environment the program needs beyond that of the tools. */
const PASSED_ON = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSH_AUTH_SOCK", "WAVELIFT_RUN_DIR"];

/**
 * This host: another node process of the same bundle, leader of a session and process group of its own, so that a
 * terminal's Ctrl-C does not reach it unordered, and all that it starts can be ended by its group.
 * @param bundle path of the bundle
 */
export function localRunner(bundle: string, env: NodeJS.ProcessEnv): Runner {
  return {
    start(onStderr) {
      const extra = PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
      const child = spawn(process.execPath, [bundle, "program"], {
        detached: true,
        env: { ...toolEnvironment(env), ...Object.fromEntries(extra) },
        stdio: ["pipe", "pipe", "pipe"],
      });
      const killGroup = (): void => {
        if (child.pid === undefined) return;
        try {
          process.kill(-child.pid, "SIGKILL");
        } catch {
          // No process of the group is left.
        }
      };
      // A program that has ended takes no more heartbeats; how it ended is what matters.
      child.stdin.on("error", () => undefined);
      child.stderr.setEncoding("utf8").on("data", onStderr);
      let stdout = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
      return {
        ended: new Promise((resolve) => {
          child.on("error", (error) => {
            onStderr(`${process.execPath} cannot be started: ${error.message}\n`);
            resolve({ code: null, signal: null, stdout: "" });
          });
          // What it left behind, should it have been killed, would keep its pipes open.
          child.on("exit", killGroup);
          child.on("close", (code, signal) => {
            resolve({ code, signal, stdout });
          });
        }),
        send: (line) => {
          child.stdin.write(`${line}\n`);
        },
        hangUp: () => {
          child.stdin.end();
        },
        kill: killGroup,
      };
    },
  };
}

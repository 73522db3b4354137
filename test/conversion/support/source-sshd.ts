import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SshAccess } from "../../../inventory/schema/ssh-access.ts";
import { descendants, until } from "./launch.ts";
import { tool } from "./tools.ts";

/** An sshd of this machine that plays a host with disks. It can be ended and started again. */
export interface SourceSshd {
  readonly host: string;
  readonly access: SshAccess;
  readonly folder: string;
  /** Programs that its logins find before all others. */
  readonly bin: string;
  /** Ends it, with every line that stands. */
  stop(): void;
  start(): Promise<void>;
  close(): void;
}

/**
 * Starts it on the loopback, with keys of its own. Needs root, as the lab does.
 * @param root folder that its logins see as `/`: root's, and so are all above it. Default: they see this machine
 */
export async function startSourceSshd(root?: string): Promise<SourceSshd> {
  const folder = mkdtempSync(join(tmpdir(), "wavelift-source-sshd-"));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const host = "127.0.0.1";
  const port = 30_000 + (process.pid % 10_000);
  for (const key of ["host", "other", "login"])
    tool("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", join(folder, key));
  const hostKey = readFileSync(join(folder, "host.pub"), "utf8").split(" ").slice(0, 2).join(" ");
  writeFileSync(join(folder, "known_hosts"), `[${host}]:${port} ${hostKey}\n`);
  writeFileSync(join(folder, "authorized_keys"), readFileSync(join(folder, "login.pub")));
  writeFileSync(
    join(folder, "sshd_config"),
    [
      `ListenAddress ${host}:${port}`,
      `HostKey ${join(folder, "host")}`,
      `AuthorizedKeysFile ${join(folder, "authorized_keys")}`,
      "PidFile none",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "PermitRootLogin prohibit-password",
      "StrictModes no",
      "UsePAM no",
      "Subsystem sftp internal-sftp",
      ...(root === undefined ? [] : [`ChrootDirectory ${root}`]),
      `SetEnv PATH=${bin}:${process.env["PATH"] ?? "/usr/bin:/bin"}`,
      "",
    ].join("\n"),
  );
  let child: ChildProcess | null = null;
  const stop = (): void => {
    const pid = child?.pid;
    child = null;
    if (pid === undefined) return;
    // Each of its lines has a session of its own.
    for (const one of [pid, ...descendants(pid).map((line) => line.pid)])
      try {
        process.kill(one, "SIGKILL");
      } catch {
        // It has ended already.
      }
  };
  const start = async (): Promise<void> => {
    let log = "";
    const args = ["-D", "-e", "-f", join(folder, "sshd_config")];
    child = spawn("/usr/sbin/sshd", args, { stdio: ["ignore", "ignore", "pipe"] });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (log += text));
    await until("sshd listens", () => log.includes("Server listening"), 30);
  };
  await start();
  return {
    ...{ host, folder, bin, stop, start },
    access: {
      user: "root",
      port,
      identityFile: join(folder, "login"),
      knownHostsFile: join(folder, "known_hosts"),
    },
    close: () => {
      stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

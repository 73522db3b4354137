import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processesWith, until } from "./launch.ts";
import { tool } from "./tools.ts";

/**
 * A conversion host behind sshd: the launcher runs in a network namespace of its own whose only way out is a cable (a
 * veth pair) to the host, where sshd listens. The cable can be pulled: packets vanish and no connection is closed.
 */
export interface ConversionHost {
  /** `runner` of runners.yaml. */
  readonly runner: Record<string, unknown>;
  /** Command in front of the launcher: it runs at the other end of the cable. */
  readonly wrapper: readonly string[];
  /** Private folder of this host; `bundles` in it gets the conversion program. */
  readonly folder: string;
  readonly bundles: string;
  readonly knownHosts: string;
  /** Public host key, as `known_hosts` has it behind the name. */
  readonly hostKey: string;
  /** Name of this host in `known_hosts`. */
  readonly entry: string;
  pull(): void;
  plug(): void;
  close(): Promise<void>;
}

/** Starts sshd on a free port with keys of its own. Needs root, as the lab does. */
export async function startConversionHost(): Promise<ConversionHost> {
  const [host] = await startConversionHosts(1);
  if (host === undefined) throw new Error("no conversion host");
  return host;
}

/** Starts several, each with a cable of its own to the one place where launchers run. All are closed with the first. */
export async function startConversionHosts(count: number): Promise<ConversionHost[]> {
  const name = `wls${process.pid}`;
  tool("ip", "netns", "add", name);
  tool("ip", "-n", name, "link", "set", "lo", "up");
  const hosts: ConversionHost[] = [];
  for (let index = 0; index < count; index++) hosts.push(await startAtCable(name, index));
  return hosts.map((host, index) => ({
    ...host,
    close: async () => {
      if (index > 0) return;
      tool("ip", "netns", "del", name);
      for (const one of hosts) await one.close();
    },
  }));
}

async function startAtCable(name: string, index: number): Promise<ConversionHost> {
  const folder = mkdtempSync(join(tmpdir(), "wavelift-sshd-"));
  // 198.18.0.0/15 is for tests of networks (RFC 2544).
  const net = `198.18.${process.pid % 251}`;
  const address = `${net}.${4 * index + 1}`;
  const port = 20_000 + (process.pid % 10_000);
  for (const key of ["host", "other", "login"])
    tool("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", join(folder, key));
  const hostKey = readFileSync(join(folder, "host.pub"), "utf8").split(" ").slice(0, 2).join(" ");
  const entry = `[${address}]:${port}`;
  const knownHosts = join(folder, "known_hosts");
  writeFileSync(knownHosts, `${entry} ${hostKey}\n`);
  const [cable, near] = [`cable${index}`, `${name}h${index}`];
  tool("ip", "link", "add", near, "type", "veth", "peer", "name", cable, "netns", name);
  tool("ip", "addr", "add", `${address}/30`, "dev", near);
  tool("ip", "link", "set", near, "up");
  tool("ip", "-n", name, "addr", "add", `${net}.${4 * index + 2}/30`, "dev", cable);
  tool("ip", "-n", name, "link", "set", cable, "up");
  const sshd = startSshd(folder, address, port);
  await until("sshd listens", () => sshd.log().includes("Server listening"), 15);
  const bundles = join(folder, "bundles");
  return {
    runner: {
      kind: "ssh",
      host: address,
      port,
      user: "root",
      identityFile: join(folder, "login"),
      knownHostsFile: knownHosts,
      node: process.execPath,
      folder: bundles,
    },
    wrapper: ["ip", "netns", "exec", name],
    ...{ folder, bundles, knownHosts, hostKey, entry },
    pull: () => {
      tool("ip", "-n", name, "link", "set", cable, "down");
    },
    plug: () => {
      tool("ip", "-n", name, "link", "set", cable, "up");
    },
    close: async () => {
      sshd.child.kill("SIGKILL");
      await until("no program is left", () => processesWith(bundles).length === 0, 40);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function startSshd(folder: string, address: string, port: number): { child: ChildProcess; log: () => string } {
  // sshd's folder for the processes that face the network; the package's service would make it.
  mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  writeFileSync(join(folder, "authorized_keys"), readFileSync(join(folder, "login.pub")));
  const config = join(folder, "sshd_config");
  writeFileSync(
    config,
    [
      `ListenAddress ${address}:${port}`,
      `HostKey ${join(folder, "host")}`,
      `AuthorizedKeysFile ${join(folder, "authorized_keys")}`,
      "PidFile none",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "PermitRootLogin prohibit-password",
      "StrictModes no",
      // Fewer logins at a time than stages that start.
      "MaxStartups 2",
      "UsePAM yes",
      // What the program of the far side keeps there is this test's own.
      `SetEnv WAVELIFT_RUN_DIR=${join(folder, "run")}`,
      "",
    ].join("\n"),
  );
  const child = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", config], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  return { child, log: () => log };
}

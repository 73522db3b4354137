import { execa } from "execa";
import { z } from "zod";
import type { EstateVm } from "../../inventory/schema/estate.ts";

/** What a migrated guest proved of itself, each item a sentence; `faults` is empty when all is well. */
export interface GuestProof {
  readonly vm: string;
  readonly hostName: string;
  readonly addresses: readonly string[];
  readonly files: number;
  readonly faults: readonly string[];
}

const Links = z.array(
  z.object({
    ifname: z.string(),
    address: z.string().optional(),
    addr_info: z.array(z.object({ local: z.string().optional(), prefixlen: z.number().optional() })).default([]),
  }),
);

/** Logs into guests as root with the lab's key. Their host keys are the migrated ones; the lab starts with none known. */
export class GuestLogin {
  private readonly keyFile: string;
  private readonly knownHosts: string;

  constructor(keyFile: string, knownHosts: string) {
    this.keyFile = keyFile;
    this.knownHosts = knownHosts;
  }

  /** Runs a command in the guest and returns what it printed. @throws when ssh or the command fails. */
  async run(address: string, command: string): Promise<string> {
    const options = [
      "StrictHostKeyChecking=accept-new",
      `UserKnownHostsFile=${this.knownHosts}`,
      "BatchMode=yes",
      "ConnectTimeout=20",
    ];
    const { stdout } = await execa(
      "ssh",
      ["-i", this.keyFile, ...options.flatMap((option) => ["-o", option]), "--", `root@${address}`, command],
      { timeout: 120_000, stdin: "ignore" },
    );
    return stdout;
  }
}

/** Asks a guest over ssh, at its old address, whether it is what it was. */
export async function proveGuest(vm: EstateVm, login: GuestLogin): Promise<GuestProof> {
  const first = vm.nics[0]?.addresses[0]?.address;
  if (first === undefined) throw new Error(`${vm.key} has no address in the estate`);
  // sshd answers before the data disks are mounted; the guest has all it needs once its boot has ended.
  await login.run(first, "systemctl is-system-running --wait > /dev/null || true");
  const hostName = (await login.run(first, "hostname")).trim();
  const links = Links.parse(JSON.parse(await login.run(first, "ip -json address show")));
  const faults = hostName === vm.hostName ? [] : [`host name is ${hostName}, was ${vm.hostName ?? "unknown"}`];
  for (const nic of vm.nics) faults.push(...nicFaults(nic, links));
  const data = await login.run(
    first,
    'for sums in /data*/SHA256SUMS; do [ -e "$sums" ] || continue; cd "${sums%/*}" && sha256sum -c SHA256SUMS || echo "FAILED in $PWD"; done',
  );
  const lines = data.split("\n").filter((line) => line !== "");
  faults.push(...lines.filter((line) => !line.endsWith(": OK")).map((line) => `data: ${line}`));
  // Every disk after the boot disk holds known files: one that was not mounted would otherwise go unnoticed.
  const mounted = (await login.run(first, "ls -d /data*/SHA256SUMS 2>/dev/null | wc -l")).trim();
  if (Number(mounted) !== vm.disks.length - 1)
    faults.push(`data: ${mounted} of ${vm.disks.length - 1} data disks hold their files`);
  const addresses = vm.nics.flatMap((nic) => nic.addresses.map(({ address }) => `${address} (${nic.macAddress})`));
  return { vm: vm.key, hostName, addresses, files: lines.length, faults };
}

function nicFaults(nic: EstateVm["nics"][number], links: z.infer<typeof Links>): string[] {
  if (nic.macAddress === null) return [];
  const link = links.find(({ address }) => address?.toLowerCase() === nic.macAddress);
  if (link === undefined) return [`no network card has the MAC address ${nic.macAddress}`];
  const found = link.addr_info.map(({ local }) => local);
  return nic.addresses
    .filter(({ address }) => !found.includes(address))
    .map(({ address }) => `${link.ifname} (${nic.macAddress}) lacks ${address}; it has ${found.join(", ")}`);
}

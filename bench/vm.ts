import type { z } from "zod";
import { EstateVm } from "../inventory/schema/estate.ts";
import type { Random } from "../test/kill/random.ts";
import { type MadeGuest, pickGuest } from "./guests.ts";
import { madeDisks } from "./disks.ts";
import { madeDatacenter, madeServer, type MadeCluster, type MadeSite } from "./site.ts";

/** An application: its VMs stand in one folder and one cluster, and carry its tag. */
export interface MadeApplication {
  readonly name: string;
  readonly folder: string;
  readonly cluster: MadeCluster;
  readonly network: string;
}

const tiers = ["web", "app", "db", "cache", "batch"] as const;

/** One VM. `number` counts through the estate: ids, MAC and IP addresses follow from it, each once. */
export function makeVm(number: number, application: MadeApplication, site: MadeSite, random: Random): EstateVm {
  const guest = pickGuest(random);
  const tier = tiers[number % tiers.length] ?? "app";
  const key = `${application.name}-${tier}-${number}`;
  const template = random.chance(0.01);
  const off = template || random.chance(0.08);
  const tools = off ? "notRunning" : random.pick([["running", 93] as const, ["notInstalled", 7] as const]);
  const cpus = random.pick([
    [1, 10],
    [2, 40],
    [4, 30],
    [8, 14],
    [16, 5],
    [32, 1],
  ]);
  return EstateVm.parse({
    ...{ version: 1, key, name: key, instanceUuid: uuid(number), template },
    source: { kind: "vsphere", id: `vm-${1000 + number}`, server: madeServer },
    ...{ guestId: guest.guestId, guestName: guest.guestName, firmware: guest.firmware },
    guestReportedName: tools === "running" ? guest.guestName : null,
    secureBoot: guest.firmware === "efi" && random.chance(0.3),
    tpm: guest.windows && guest.firmware === "efi" && random.chance(0.04),
    ...{ cpus, coresPerSocket: 1, memoryMiB: cpus * random.pick([[2048, 3] as const, [4096, 5], [8192, 2]]) },
    powerState: off ? "poweredOff" : random.pick([["poweredOn", 997] as const, ["suspended", 3]]),
    ...{ toolsState: tools, hostName: tools === "running" ? key : null },
    ...{ esxiHost: random.pick(application.cluster.hosts.map((host) => [host, 1])), cluster: application.cluster.name },
    ...{
      folder: application.folder,
      datacenter: madeDatacenter,
      hardwareVersion: random.pick([
        [19, 6],
        [13, 3],
        [8, 1],
      ]),
    },
    tags: [
      `app:${application.name}`,
      random.pick([
        ["env:prod", 6],
        ["env:test", 3],
        ["env:dev", 2],
      ]),
    ],
    customAttributes: { owner: `team-${number % 17}@example.com` },
    changeTracking: random.chance(0.7),
    snapshots: random.chance(0.08) ? [{ id: `snapshot-${number}`, name: "before the update" }] : [],
    ...peculiarities(random),
    ...{ disks: madeDisks(number, key, application.cluster, random), nics: nicsOf(number, application, site, random) },
    guestDisks: tools === "running" ? guestDisksOf(guest, random) : [],
  } satisfies z.input<typeof EstateVm>);
}

/** What is seldom and makes a migration harder. */
function peculiarities(random: Random): Partial<z.input<typeof EstateVm>> {
  const devices: z.input<typeof EstateVm>["devices"] = [{ kind: "cdrom", label: "CD/DVD drive 1" }];
  if (random.chance(0.003)) devices.push({ kind: "passthrough", label: "PCI device 0" });
  if (random.chance(0.003)) devices.push({ kind: "sriov", label: "SR-IOV adapter" });
  if (random.chance(0.006)) devices.push({ kind: "usb", label: "USB 1" });
  return {
    devices,
    ...{ cpuHotAdd: random.chance(0.2), memoryHotAdd: random.chance(0.2), cpuAffinity: random.chance(0.004) },
    ...{ numaAffinity: random.chance(0.002), faultTolerance: random.chance(0.001), connectionState: "connected" },
    consolidationNeeded: random.chance(0.006),
    software: random.chance(0.1) ? ["antivirus"] : [],
  };
}

function nicsOf(
  number: number,
  application: MadeApplication,
  site: MadeSite,
  random: Random,
): z.input<typeof EstateVm>["nics"] {
  const count = random.pick([[1, 82] as const, [2, 15] as const, [3, 3] as const]);
  return Array.from({ length: count }, (_, index) => {
    const network = index === 0 ? application.network : random.pick(site.networks.map((name) => [name, 1]));
    const [a, b] = [Math.floor(number / 250), (number % 250) + 2];
    return {
      ...{ deviceKey: 4000 + index, label: `Network adapter ${index + 1}`, network, connected: true },
      macAddress: `00:50:56:${hex(number >> 8)}:${hex(number)}:${hex(index)}`,
      adapter: random.pick([["vmxnet3", 9] as const, ["e1000e", 1]]),
      addresses: [{ address: `10.${10 * (index + 1)}.${a}.${b}`, prefixLength: 24 }],
      gateway: index === 0 ? `10.10.${a}.1` : null,
    };
  });
}

function guestDisksOf(guest: MadeGuest, random: Random): z.input<typeof EstateVm>["guestDisks"] {
  const capacityBytes = 40 * 2 ** 30;
  const freeBytes = random.chance(0.01) ? 40 * 2 ** 20 : capacityBytes / 2;
  return guest.windows
    ? [{ path: "C:\\", capacityBytes, freeBytes, fileSystem: "NTFS" }]
    : [
        { path: "/", capacityBytes, freeBytes, fileSystem: "xfs" },
        { path: "/boot", capacityBytes: 2 ** 30, freeBytes: 2 ** 29, fileSystem: "xfs" },
      ];
}

const hex = (number: number): string => (number & 255).toString(16).padStart(2, "0");
const uuid = (number: number): string => `5000${number.toString(16).padStart(4, "0")}-0000-4000-8000-${"0".repeat(12)}`;

import type { Field } from "./fields.ts";

/** What is read of a tab. */
export interface Tab {
  /** Its header row has these; a table without them is no such tab. */
  readonly needed: readonly Field[];
  readonly fields: readonly Field[];
}

/** By what a row tells which VM it is of. */
const ofVm = ["vm", "vmId", "vmUuid", "server"] as const;
/** By what a row tells where it belongs. */
const place = ["datacenter", "cluster", "server"] as const;

const tabs = {
  vInfo: {
    needed: ["vm", "powerState"],
    fields: [
      ...ofVm,
      ...["smbiosUuid", "powerState", "template", "srmPlaceholder", "dnsName", "connectionState", "guestState"],
      ...["consolidation", "cpus", "memory", "nicCount", "diskCount", "cbt", "folder", "faultTolerance", "secureBoot"],
      ...[
        "diskUuidVisible",
        "firmware",
        "configVersion",
        "annotation",
        "datacenter",
        "cluster",
        "host",
        "os",
        "osReported",
        "serverType",
      ],
    ],
  },
  vCPU: { needed: ["vm"], fields: [...ofVm, "coresPerSocket", "hotAdd"] },
  vMemory: { needed: ["vm"], fields: [...ofVm, "hotAdd"] },
  vDisk: {
    needed: ["vm", "capacity"],
    fields: [
      ...ofVm,
      ...["disk", "diskKey", "diskUuid", "diskPath", "capacity", "raw", "rawMode", "diskMode", "sharingMode", "thin"],
      ...["controller", "controllerLabel", "scsiUnit", "unit", "sharedBus"],
    ],
  },
  vPartition: { needed: ["vm", "disk", "capacity"], fields: [...ofVm, "disk", "capacity", "free"] },
  vNetwork: {
    needed: ["vm", "network"],
    fields: [
      ...ofVm,
      ...["nicLabel", "adapter", "network", "switch", "connected", "startsConnected", "mac", "ipv4", "ipv6"],
    ],
  },
  vSnapshot: { needed: ["vm", "name"], fields: [...ofVm, "name", "date"] },
  vTools: { needed: ["vm", "tools"], fields: [...ofVm, "tools"] },
  vCD: { needed: ["vm"], fields: [...ofVm, "deviceNode", "connected"] },
  vFloppy: { needed: ["vm"], fields: [...ofVm, "deviceNode", "connected"] },
  vUSB: { needed: ["vm"], fields: [...ofVm, "deviceNode", "deviceType", "connected"] },
  vHost: {
    needed: ["host"],
    fields: [...place, "host", "cores", "memory", "esxVersion", "maintenance", "connectionState"],
  },
  vCluster: { needed: ["name"], fields: [...place, "name", "drs", "dpm", "ha"] },
  vDatastore: {
    needed: ["name"],
    fields: [...place, "name", "type", "capacity", "free", "accessible", "maintenance"],
  },
  vPort: { needed: ["port"], fields: [...place, "port", "switch", "vlan"] },
  dvPort: { needed: ["port"], fields: [...place, "port", "switch", "vlan"] },
  vSource: { needed: ["fullName"], fields: ["server", "name", "fullName"] },
} as const satisfies Readonly<Record<string, { needed: readonly Field[]; fields: readonly string[] }>>;

export type TabName = keyof typeof tabs;

/** The tabs that are read, in the order in which they are asked for. */
export const tabNames: readonly TabName[] = [
  ...([
    "vInfo",
    "vCPU",
    "vMemory",
    "vDisk",
    "vPartition",
    "vNetwork",
    "vSnapshot",
    "vTools",
    "vCD",
    "vFloppy",
  ] as const),
  ...(["vUSB", "vHost", "vCluster", "vDatastore", "vPort", "dvPort", "vSource"] as const),
];

/** What is read of a tab. */
export function tabOf(name: TabName): Tab {
  return tabs[name];
}

/** The tab that a sheet ("vInfo", "tabvInfo") or a file ("RVTools_tabvInfo.csv") is named after; null: one that is not read. */
export function tabNamed(name: string): TabName | null {
  const plain = name.trim().replace(/\.csv$/i, "");
  return tabNames.find((tab) => new RegExp(`(?:^|[^a-z]|tab)${tab}$`, "i").test(plain)) ?? null;
}

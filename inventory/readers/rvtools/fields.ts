/**
 * What RVTools' columns are called, whatever the generation: field -> headers as `plainHeader` makes them, the newer first.
 * MB of older generations has become MiB there (it was the same unit).
 */
const headers = {
  accessible: ["accessible"],
  adapter: ["adapter", "type"],
  annotation: ["annotation", "notes"],
  capacity: ["capacitymib", "capacity"],
  cbt: ["cbt", "changeblocktracking", "changedblocktracking"],
  cluster: ["cluster"],
  configVersion: ["hwversion", "hardwareversion"],
  connected: ["connected"],
  connectionState: ["connectionstate"],
  consolidation: ["consolidationneeded"],
  controller: ["controller"],
  controllerLabel: ["label"],
  cores: ["cores"],
  coresPerSocket: ["coresps", "corespersocket"],
  cpus: ["cpus", "cpu", "vcpus", "numcpu", "numcpus"],
  datacenter: ["datacenter"],
  date: ["datetime", "created", "date"],
  deviceNode: ["devicenode"],
  deviceType: ["devicetype"],
  disk: ["disk"],
  diskCount: ["disks"],
  diskKey: ["diskkey"],
  diskMode: ["diskmode"],
  diskPath: ["diskpath", "path"],
  diskUuid: ["diskuuid"],
  diskUuidVisible: ["enableuuid", "diskenableuuid"],
  dnsName: ["dnsname"],
  dpm: ["dpmenabled"],
  drs: ["drsenabled"],
  esxVersion: ["esxversion"],
  faultTolerance: ["ftstate"],
  firmware: ["firmware"],
  folder: ["folder"],
  free: ["freemib", "free"],
  fullName: ["fullname"],
  guestState: ["gueststate"],
  ha: ["haenabled"],
  host: ["host"],
  hotAdd: ["hotadd"],
  ipv4: ["ipv4address", "ipaddress"],
  ipv6: ["ipv6address"],
  mac: ["macaddress"],
  maintenance: ["inmaintenancemode", "maintenancemode"],
  memory: ["memory", "memorymib", "sizemib", "size"],
  name: ["name"],
  network: ["network"],
  nicCount: ["nics"],
  nicLabel: ["niclabel", "label"],
  os: ["osaccordingtotheconfigurationfile", "os"],
  osReported: ["osaccordingtothevmwaretools"],
  port: ["port", "portgroup"],
  powerState: ["powerstate"],
  raw: ["raw"],
  rawMode: ["rawcompmode"],
  scsiUnit: ["scsiunit"],
  secureBoot: ["efisecureboot"],
  server: ["visdkserver"],
  serverType: ["visdkservertype"],
  sharedBus: ["sharedbus"],
  sharingMode: ["sharingmode"],
  smbiosUuid: ["smbiosuuid"],
  srmPlaceholder: ["srmplaceholder"],
  startsConnected: ["startsconnected", "startconnected"],
  switch: ["switch", "virtualswitch"],
  template: ["template"],
  thin: ["thin"],
  tools: ["tools"],
  type: ["type"],
  unit: ["unit"],
  vlan: ["vlan"],
  vm: ["vm", "vmname"],
  vmId: ["vmid", "objectid"],
  vmUuid: ["vmuuid", "uuid"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** One thing that a column tells. */
export type Field = keyof typeof headers;

/** Plain headers of a field, the newer first. */
export function headersOf(field: Field): readonly string[] {
  return headers[field];
}

/** A header without what differs between generations: case, blanks, punctuation, and MB for MiB. */
export function plainHeader(text: string): string {
  const plain = text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
  return plain.replace(/mb$/, "mib");
}

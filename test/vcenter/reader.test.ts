import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { PopulationVm } from "../../lab/vcenter/population.ts";
import { startSimulator, type Simulator } from "../../lab/vcenter/simulator.ts";
import { knownSoftware } from "../../inventory/known-software.ts";
import { type Finding, FoundVm } from "../../inventory/readers/reader.ts";
import { readServer, readVms } from "../../inventory/readers/vsphere.ts";
import type { SourceFacts } from "../../inventory/schema/source.ts";
import { openVsphere } from "../../inventory/vsphere/session.ts";
import type { VsphereSettings } from "../../inventory/vsphere/settings.ts";
import { VsphereError } from "../../inventory/vsphere/vsphere-error.ts";
import { labPopulation } from "./lab-population.ts";

type Population = Awaited<ReturnType<typeof labPopulation>>;
type Datacenter = Population["datacenters"][number];

describe("the live reader", function () {
  this.timeout(180_000);
  let population: Population;
  let vcenter: Simulator;
  let settings: VsphereSettings;
  let findings: Finding[];

  before(async () => {
    population = await labPopulation();
    vcenter = await startSimulator({ population });
    const caPem = await readFile(vcenter.certificateFile, "utf8");
    const url = new URL(vcenter.url);
    settings = { url, username: vcenter.user, password: () => vcenter.password, caPem, thumbprint: null };
    findings = await readAll();
  });

  after(() => vcenter.stop());

  async function readAll(ids?: readonly string[]): Promise<Finding[]> {
    const session = await openVsphere(settings);
    const found: Finding[] = [];
    try {
      for await (const one of ids === undefined ? readServer(session) : readVms(session, ids)) found.push(one);
    } finally {
      await session.close();
    }
    return found;
  }

  const vms = (): FoundVm[] => findings.flatMap((one) => ("vm" in one ? [one.vm] : []));
  const source = (): SourceFacts => {
    const found = findings.flatMap((one) => ("source" in one ? [one.source] : []));
    assert.equal(found.length, 1);
    return found[0] ?? assert.fail("no source");
  };

  it("finds every VM as it was put in, and no fault", () => {
    assert.deepEqual(
      findings.filter((one) => "fault" in one || "note" in one),
      [],
    );
    const expected = population.datacenters.flatMap((dc) => dc.vms.map((vm) => expectedVm(vm, dc, vcenter)));
    const byId = (a: FoundVm, b: FoundVm): number => (a.source.id < b.source.id ? -1 : 1);
    assert.deepEqual(vms().map(comparable).sort(byId), expected.sort(byId));
  });

  it("finds hosts, clusters, datastores and networks as they were put in", () => {
    const { product, hosts, clusters, datastores, networks } = source();
    assert.equal(product, population.product);
    const sorted = (list: readonly object[]): string[] => list.map((one) => JSON.stringify(one)).sort();
    const all = population.datacenters;
    const expectedHosts = all.flatMap((dc) => [
      ...dc.hosts.map((host) => ({ ...host, cluster: null })),
      ...dc.clusters.flatMap((cluster) => cluster.hosts.map((host) => ({ ...host, cluster: cluster.name }))),
    ]);
    const inOrder = ({
      name,
      cluster,
      product: esx,
      cpuCores,
      memoryMiB,
      connectionState,
      maintenance,
    }: (typeof hosts)[number]) => ({
      name,
      cluster,
      esx,
      cpuCores,
      memoryMiB,
      connectionState,
      maintenance,
    });
    assert.deepEqual(sorted(hosts.map(inOrder)), sorted(expectedHosts.map(inOrder)));
    assert.deepEqual(
      sorted(clusters),
      sorted(
        all.flatMap((dc) =>
          dc.clusters.map(({ name, drs, dpm, highAvailability }) => ({
            name,
            datacenter: dc.name,
            drs,
            dpm,
            highAvailability,
          })),
        ),
      ),
    );
    assert.deepEqual(
      sorted(datastores),
      sorted(
        all.flatMap((dc) =>
          dc.datastores.map(({ name, type, capacityBytes, freeBytes, accessible, maintenance, hosts: mounts }) => ({
            name,
            datacenter: dc.name,
            type,
            capacityBytes,
            freeBytes,
            accessible,
            maintenance,
            hosts: (mounts.length > 0 ? [...mounts] : hostsOf(dc)).sort(),
          })),
        ),
      ),
    );
    const plainVlan = (vlan: string | null): string => (vlan === "0" ? "" : (vlan ?? "").replaceAll(" ", ""));
    assert.deepEqual(
      sorted(networks.map(({ name, kind, vlan }) => ({ name, kind, vlan: plainVlan(vlan) }))),
      sorted(all.flatMap((dc) => dc.networks.map(({ name, kind, vlan }) => ({ name, kind, vlan })))),
    );
    assert.equal(networks.find(({ name }) => name === "dv-web")?.switch, "dvs0");
  });

  it("reads only the VMs that are asked for, and passes over those that are gone", async () => {
    const found = await readAll([vcenter.ids["db01"] ?? "", "vm-999999"]);
    assert.deepEqual(
      found.map((one) => ("vm" in one ? one.vm : one)),
      vms().filter(({ name }) => name === "db01"),
    );
  });

  it("says in one sentence that the password is wrong", async () => {
    await assert.rejects(
      openVsphere({ ...settings, password: () => "wrong" }),
      (error) => error instanceof VsphereError && /user name or the password .* is wrong/.test(error.message),
    );
  });
});

const hostsOf = (dc: Datacenter): string[] =>
  [...dc.clusters.flatMap(({ hosts }) => hosts), ...dc.hosts].map(({ name }) => name);

const byLabel = (a: { readonly label: string }, b: { readonly label: string }): number => (a.label < b.label ? -1 : 1);
const comparable = (vm: FoundVm): FoundVm => ({ ...vm, devices: [...vm.devices].sort(byLabel) });

/** What the reader must make of a VM that was put in. */
function expectedVm(vm: PopulationVm, dc: Datacenter, vcenter: Simulator): FoundVm {
  const cluster = dc.clusters.find(({ hosts }) => hosts.some(({ name }) => name === vm.esxiHost));
  const accessible = dc.datastores.find(({ name }) => name === vm.datastore)?.accessible ?? null;
  return FoundVm.parse({
    ...Object.fromEntries(Object.entries(vm).filter(([name]) => name !== "datastore" && name !== "extraConfig")),
    source: { kind: "vsphere", id: vcenter.ids[vm.name] ?? assert.fail(vm.name), server: "127.0.0.1" },
    folder: vm.folder === "" ? null : vm.folder,
    datacenter: dc.name,
    cluster: cluster?.name ?? null,
    software: vm.software?.filter((process) => knownSoftware(process) !== null) ?? null,
    tags: vm.tags.map(({ category, name }) => `${category}:${name}`).sort(),
    diskUuidVisible: false,
    placementRules: (cluster?.rules ?? [])
      .filter(({ vms }) => vms.includes(vm.name))
      .map(({ name, kind, enabled, vms }) => ({ name, kind, enabled, others: vms.filter((one) => one !== vm.name) })),
    devices: [...vm.devices].sort(byLabel),
    // What the disks hold is not the reader's.
    disks: vm.disks.map(({ contentId: _, ...disk }) => ({
      ...disk,
      datastore: disk.datastore ?? vm.datastore,
      format: "vmdk",
      controller: {
        ...disk.controller,
        model: ["nvme", "ide"].includes(disk.controller.model) ? null : disk.controller.model,
      },
      // A raw device mapping is known by its LUN; the simulator calls it so.
      uuid: disk.rdm === "none" ? disk.uuid : `0200000000${disk.uuid ?? ""}`,
      thin: disk.rdm === "none" ? disk.thin : null,
      usedBytes: disk.usedBytes ?? disk.capacityBytes,
      // Its disks do not refer to their datastores, only the VM does, to one.
      datastoreAccessible: (disk.datastore ?? vm.datastore) === vm.datastore ? accessible : null,
      member: null,
      sharedWith: [],
    })),
    nics: vm.nics.map((nic) => ({ ...nic, macAddress: nic.macAddress.toLowerCase() })),
    ovfProperties: {},
    vips: [],
    notTold: [],
  });
}

import assert from "node:assert/strict";
import { z } from "zod";
import { connect, type CloudClient } from "../../cloud/client.ts";
import { CloudError } from "../../cloud/cloud-error.ts";
import { readCloudEntry } from "../../cloud/clouds-yaml.ts";
import type { CloudOffer } from "../../cloud/offer.ts";
import { readOffer } from "../../cloud/read-offer.ts";
import { ChildCommands } from "../../conversion/commands.ts";
import { poolSpaces } from "../../conversion/probe/space.ts";
import { reservedAddress } from "../../planning/address.ts";
import { planWave } from "../../planning/plan-wave.ts";
import { estateVm, input, nic, plan } from "../planning/fixtures.ts";

const MIB = 2 ** 20;
const mac = "00:50:56:7e:00:01";
const Made = z.record(z.string(), z.object({ id: z.string() }));

/** What rules say of a cloud, against what the lab's real OpenStack and Ceph do. */
describe("what the rules know of the lab's cloud", function () {
  this.timeout(60_000);
  let admin: CloudClient;
  let tenant: CloudClient;
  let asAdmin: CloudOffer;
  let asTenant: CloudOffer;
  const cleanup: (() => Promise<unknown>)[] = [];

  before(async () => {
    [admin, tenant] = await Promise.all([connect(readCloudEntry("lab")), connect(readCloudEntry("lab-tenant"))]);
    [asAdmin, asTenant] = await Promise.all([readOffer(admin, "lab"), readOffer(tenant, "lab-tenant")]);
  });
  after(async () => {
    for (const step of cleanup.reverse()) await step();
    await Promise.all([admin.close(), tenant.close()]);
  });

  /** Makes a thing of Neutron, which goes when the tests end; the status of the answer where it is refused. */
  const make = async (client: CloudClient, noun: string, body: object): Promise<string | number | null> => {
    try {
      const answer = Made.parse(await client.request("network", "POST", `/${noun}s`, { [noun]: body }));
      const id = answer[noun]?.id ?? "";
      cleanup.push(() => client.request("network", "DELETE", `/${noun}s/${id}`));
      return id;
    } catch (error) {
      assert.ok(error instanceof CloudError, String(error));
      return error.status;
    }
  };
  const networkOf = (name: string): string => asTenant.networks.find((one) => one.name === name)?.id ?? "";
  /** Concerns of a VM whose NIC goes there as the tenant's user. */
  const concernsOn = (network: string, address: string): string[] => {
    const vm = estateVm("web01", { powerState: "poweredOff", nics: [nic(4000, mac, address)] });
    const networks = { "VM Network": { network } };
    return planWave(
      input([vm], { plan: plan({ web01: {} }, { networks }), offers: new Map([["lab", asTenant]]) }),
    ).concerns.map(({ id }) => id);
  };

  it("shows an administrator the pool that Ceph tells the conversion host of, and a member none", async () => {
    const access = { pool: "volumes", user: "cinder", conf: "/etc/ceph/ceph.conf" };
    const seen = (await poolSpaces(new ChildCommands(), { storage: { lab: access } }))["lab"];
    assert.ok(seen !== undefined && !("fault" in seen), JSON.stringify(seen));
    const pool = asAdmin.storagePools?.find(({ place }) => place === seen.place);
    assert.ok(pool?.freeGiB != null && pool.totalGiB !== null, JSON.stringify(asAdmin.storagePools));
    // Cinder asks once a minute; other tests write meanwhile.
    assert.ok(Math.abs(pool.freeGiB * 1024 - seen.freeBytes / MIB) < 4096, `${pool.freeGiB} ${seen.freeBytes}`);
    assert.deepEqual([asTenant.storagePools, asTenant.zoneHosts], [null, null]);
    assert.deepEqual([asAdmin.availabilityZones, asAdmin.zoneHosts], [["nova"], { nova: 1 }]);
    assert.deepEqual([asAdmin.volumeZones, asTenant.volumeZones], [["nova"], ["nova"]]);
    assert.deepEqual([asTenant.serverGroups, asTenant.region], [[], asAdmin.region]);
  });

  it("lets a member choose addresses on its own network, and on a shared one refuses all that a rule names", async () => {
    const [own, shared] = [networkOf("lab-tenant"), networkOf("lab-flat")];
    const wishes = [
      { mac_address: mac },
      { fixed_ips: [{ ip_address: "10.20.0.253" }] },
      { allowed_address_pairs: [{ ip_address: "10.20.0.252" }] },
    ];
    for (const wish of wishes)
      assert.equal(await make(tenant, "port", { network_id: shared, ...wish }), 403, JSON.stringify(wish));
    assert.equal(typeof (await make(tenant, "port", { network_id: shared })), "string");
    assert.ok(concernsOn("lab-flat", "10.20.0.253").includes("network.not-owned"));

    const cidr = asTenant.subnets.find(({ networkId }) => networkId === own)?.cidr ?? "";
    const address = `${cidr.split(".").slice(0, 3).join(".")}.253`;
    const body = { network_id: own, mac_address: mac, fixed_ips: [{ ip_address: address }] };
    assert.equal(typeof (await make(tenant, "port", body)), "string");
    assert.ok(!concernsOn("lab-tenant", address).includes("network.not-owned"));
  });

  it("refuses the subnet's own addresses and chosen ones of a subnet with SLAAC", async () => {
    const network = await make(tenant, "network", { name: "wavelift-rules-test" });
    const subnet = (more: object) => make(tenant, "subnet", { network_id: network, enable_dhcp: false, ...more });
    await subnet({ ip_version: 4, cidr: "192.0.2.0/28" });
    const modes = { ipv6_ra_mode: "slaac", ipv6_address_mode: "slaac", enable_dhcp: true };
    await subnet({ ip_version: 6, cidr: "2001:db8:77::/64", ...modes });
    for (const address of ["192.0.2.0", "192.0.2.15", "192.0.2.14", "2001:db8:77::5"]) {
      const made = await make(tenant, "port", { network_id: network, fixed_ips: [{ ip_address: address }] });
      const isReserved = reservedAddress(address, address.includes(":") ? "2001:db8:77::/64" : "192.0.2.0/28") !== null;
      assert.equal(made === 400, isReserved || address.includes(":"), `${address}: ${made ?? "no answer"}`);
    }
    const offer = await readOffer(tenant, "lab-tenant");
    const found = offer.subnets.filter(({ networkId }) => networkId === network);
    assert.deepEqual(found.map(({ ipVersion, dhcp, automatic }) => [ipVersion, dhcp, automatic]).sort(), [
      [4, false, false],
      [6, true, true],
    ]);
  });

  it("refuses a volume over the quota of one volume, which is read with the others", async () => {
    const path = `/os-quota-sets/${tenant.projectId}`;
    const set = (limit: number) =>
      admin.request("block-storage", "PUT", path, { quota_set: { per_volume_gigabytes: limit } });
    await set(500);
    try {
      assert.equal((await readOffer(tenant, "lab-tenant")).quota.perVolumeGiB, 500);
      const volume = { name: "wavelift-rules-test", size: 501, volume_type: "ceph" };
      await assert.rejects(
        tenant.request("block-storage", "POST", "/volumes", { volume }),
        (error) => error instanceof CloudError && (error.status === 413 || error.status === 400),
      );
    } finally {
      await set(-1);
    }
  });
});

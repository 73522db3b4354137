import assert from "node:assert/strict";
import { connect } from "../../cloud/client.ts";
import { CloudError } from "../../cloud/cloud-error.ts";
import type { CloudOffer } from "../../cloud/offer.ts";
import { readOffer } from "../../cloud/read-offer.ts";
import { markImage, markMetadata, markTags } from "../../planning/mark.ts";
import { PROJECT, startFakeCloud, type FakeCloud, type Reply, type Seen } from "./fake-cloud.ts";

const mark = { stack: "wavelift/wave1", key: "web-disk-2000", generation: 2 };
const network = (id: string, more: object) => ({ id, name: id, project_id: "other", shared: false, ...more });

const rawImage = (id: string, marked: string) => ({
  ...{
    id,
    name: id,
    status: "active",
    visibility: "private",
    protected: false,
    owner: PROJECT,
    min_disk: 0,
    min_ram: 0,
  },
  ...markImage({ ...mark, key: "web" }, marked, "web-disk-2000"),
});

/** What a small cloud answers, by service and path without its query. */
const answers = (): Record<string, unknown> => ({
  "/compute/v2.1/flavors/detail": {
    flavors: [
      {
        id: "f1",
        name: "m1",
        vcpus: 2,
        ram: 4096,
        disk: 0,
        "OS-FLV-EXT-DATA:ephemeral": 20,
        swap: "",
        "OS-FLV-DISABLED:disabled": true,
        "os-flavor-access:is_public": false,
        extra_specs: { "hw:cpu_policy": "dedicated" },
      },
    ],
  },
  "/compute/v2.1/limits": {
    limits: {
      absolute: {
        maxTotalInstances: 10,
        totalInstancesUsed: 3,
        maxTotalCores: -1,
        totalCoresUsed: 5,
        maxTotalRAMSize: 51200,
        totalRAMUsed: 2048,
        maxServerGroupMembers: 10,
        maxServerMeta: 128,
      },
    },
  },
  "/compute/v2.1/os-availability-zone": {
    availabilityZoneInfo: [
      { zoneName: "az1", zoneState: { available: true } },
      { zoneName: "az2", zoneState: { available: false } },
    ],
  },
  "/compute/v2.1/servers/detail": {
    servers: [
      { id: "s1", name: "web", status: "ACTIVE", metadata: markMetadata({ ...mark, key: "web" }) },
      { id: "s2", name: "other", status: "ERROR", metadata: { role: "x" } },
    ],
  },
  [`/volume/v3/${PROJECT}/types`]: {
    volume_types: [
      { id: "t1", name: "ceph", is_public: true, extra_specs: { volume_backend_name: "rbd" } },
      { id: "t3", name: "hidden", is_public: true },
      {
        id: "t2",
        name: "shared",
        is_public: false,
        extra_specs: { multiattach: "<is> True", "RESKEY:availability_zones": "az1, az2" },
      },
    ],
  },
  [`/volume/v3/${PROJECT}/volumes/detail`]: {
    volumes: [{ id: "v1", name: null, status: "in-use", size: 3, volume_type: "ceph", metadata: markMetadata(mark) }],
  },
  [`/volume/v3/${PROJECT}/os-quota-sets/${PROJECT}`]: {
    quota_set: {
      id: PROJECT,
      volumes: { limit: 10, in_use: 4, reserved: 1 },
      gigabytes: { limit: 1000, in_use: 100, reserved: 20 },
      per_volume_gigabytes: { limit: 400, in_use: 0, reserved: 0 },
      volumes_ceph: { limit: -1, in_use: 4, reserved: 1 },
      gigabytes_ceph: { limit: 500, in_use: 100, reserved: 20 },
    },
  },
  "/image/v2/images": {
    images: [
      rawImage("i1", "i1"),
      // Made of a server of i1, by somebody: Nova passes properties on.
      rawImage("i2", "i1"),
    ],
  },
  "/network/v2.0/networks": {
    networks: [
      network("own", { project_id: PROJECT, port_security_enabled: false, mtu: 1450 }),
      network("shared", { shared: true }),
      network("external", { "router:external": true }),
    ],
  },
  "/network/v2.0/subnets": {
    subnets: ["own", "external"].map((id) => ({
      id: `sub-${id}`,
      name: "",
      network_id: id,
      cidr: "10.0.0.0/24",
      ip_version: 4,
      gateway_ip: null,
      allocation_pools: [{ start: "10.0.0.10", end: "10.0.0.99" }],
      enable_dhcp: false,
      ipv6_address_mode: "slaac",
    })),
  },
  "/network/v2.0/security-groups": { security_groups: [{ id: "sg1" }, { id: "sg2" }] },
  "/network/v2.0/ports": {
    ports: [
      {
        id: "p1",
        name: "web-nic-4000",
        network_id: "own",
        mac_address: "00:50:56:AA:BB:CC",
        fixed_ips: [{ subnet_id: "sub-own", ip_address: "10.0.0.5" }],
        device_owner: "compute:az1",
        tags: markTags({ ...mark, key: "web" }),
      },
    ],
  },
  [`/network/v2.0/quotas/${PROJECT}/details`]: { quota: { port: { limit: 50, used: 7, reserved: "0" } } },
});

describe("what a cloud offers", () => {
  let cloud: FakeCloud;
  beforeEach(async () => {
    cloud = await startFakeCloud();
  });
  afterEach(() => cloud.close());

  const read = async (over: (seen: Seen) => Reply | null = () => null): Promise<CloudOffer> => {
    const known = answers();
    cloud.answer = (seen) => {
      const path = seen.path.split("?")[0] ?? "";
      return over(seen) ?? (Object.hasOwn(known, path) ? { body: known[path] } : { status: 404 });
    };
    const client = await connect(cloud.entry);
    try {
      return await readOffer(client, "prod");
    } finally {
      await client.close();
    }
  };
  const quotaAnswer = (seen: Seen): Reply | null =>
    seen.path.endsWith("/details") ? { body: { quota: { port: { limit: 50, used: 7, reserved: 1 } } } } : null;

  it("is read with marks, reservations and limits", async () => {
    const offer = await read(quotaAnswer);
    assert.deepEqual(offer.flavors, [
      {
        id: "f1",
        name: "m1",
        vcpus: 2,
        memoryMiB: 4096,
        diskGiB: 0,
        ephemeralGiB: 20,
        swapMiB: 0,
        disabled: true,
        isPublic: false,
        extraSpecs: { "hw:cpu_policy": "dedicated" },
      },
    ]);
    assert.deepEqual(offer.quota, {
      instances: { limit: 10, used: 3 },
      cores: { limit: null, used: 5 },
      ramMiB: { limit: 51200, used: 2048 },
      serverGroupMembers: 10,
      metadataItems: 128,
      volumes: { limit: 10, used: 5 },
      gigabytes: { limit: 1000, used: 120 },
      perVolumeGiB: 400,
      typesKnown: true,
      perVolumeType: { ceph: { volumes: { limit: null, used: 5 }, gigabytes: { limit: 500, used: 120 } } },
      ports: { limit: 50, used: 8 },
    });
    assert.deepEqual(
      offer.servers.map((server) => server.mark),
      [{ ...mark, key: "web" }, null],
    );
    assert.deepEqual(offer.volumes[0]?.mark, mark);
    assert.deepEqual(offer.ports[0]?.mark, { ...mark, key: "web" });
    assert.deepEqual(
      offer.images?.map((image) => image.mark),
      [{ ...mark, key: "web" }, null],
    );
    assert.equal(offer.ports[0].macAddress, "00:50:56:aa:bb:cc");
    assert.deepEqual(offer.availabilityZones, ["az1"]);
    assert.deepEqual(
      offer.volumeTypes.map(({ name, isPublic, multiattach, zones, backend }) => [
        name,
        isPublic,
        multiattach,
        zones,
        backend,
      ]),
      [
        ["ceph", true, false, null, "rbd"],
        ["hidden", true, null, null, null],
        ["shared", false, true, ["az1", "az2"], null],
      ],
    );
    assert.deepEqual(offer.securityGroupIds, ["sg1", "sg2"]);
    assert.equal(offer.isAdmin, false);
    assert.deepEqual([offer.roles, offer.region], [["member"], "RegionOne"]);
    assert.deepEqual(offer.services, ["compute", "image", "network", "volumev3"]);
    assert.equal(offer.projectId, PROJECT);
  });

  it("leaves out external networks, which a member may not use, and their subnets", async () => {
    const offer = await read(quotaAnswer);
    assert.deepEqual(
      offer.networks.map(({ id, portSecurityEnabled, mtu }) => [id, portSecurityEnabled, mtu]),
      [
        ["own", false, 1450],
        ["shared", true, null],
      ],
    );
    assert.deepEqual(
      offer.subnets.map(({ id, allocationPools, dhcp, automatic }) => [id, allocationPools, dhcp, automatic]),
      [["sub-own", [{ start: "10.0.0.10", end: "10.0.0.99" }], false, true]],
    );
  });

  it("asks for a flavor's extra specs one by one where Nova is too old to list them", async () => {
    const offer = await read((seen) => {
      if (seen.path.endsWith("/os-extra_specs")) return { body: { extra_specs: { "pci_passthrough:alias": "gpu:1" } } };
      if (!seen.path.includes("/flavors/")) return quotaAnswer(seen);
      if (seen.microversion !== undefined) return { status: 406 };
      return { body: { flavors: [{ id: "f1", name: "old", vcpus: 1, ram: 512, disk: 1 }] } };
    });
    assert.deepEqual(offer.flavors[0]?.extraSpecs, { "pci_passthrough:alias": "gpu:1" });
  });

  it("counts the project's ports where Neutron has no quota details", async () => {
    const offer = await read(({ path }) => {
      if (path === `/network/v2.0/quotas/${PROJECT}`) return { body: { quota: { port: 20 } } };
      if (path.endsWith("/details")) return { status: 404 };
      return path.includes(`project_id=${PROJECT}`)
        ? { body: { ports: [{ id: "1" }, { id: "2" }, { id: "3" }] } }
        : null;
    });
    assert.deepEqual(offer.quota.ports, { limit: 20, used: 3 });
  });

  it("takes Cinder's totals where the project may not read its quota set", async () => {
    const offer = await read((seen) => {
      if (seen.path.includes("os-quota-sets")) return { status: 403 };
      if (!seen.path.endsWith(`${PROJECT}/limits`)) return quotaAnswer(seen);
      const absolute = { maxTotalVolumes: 5, totalVolumesUsed: 1, maxTotalVolumeGigabytes: -1, totalGigabytesUsed: 9 };
      return { body: { limits: { absolute } } };
    });
    assert.deepEqual(offer.quota.volumes, { limit: 5, used: 1 });
    assert.deepEqual(offer.quota.gigabytes, { limit: null, used: 9 });
    assert.deepEqual([offer.quota.typesKnown, offer.quota.perVolumeGiB], [false, null]);
  });

  it("takes what is refused to members, or is not there, for unknown", async () => {
    const offer = await read((seen) => (seen.path.includes("get_pools") ? { status: 403 } : quotaAnswer(seen)));
    const { storagePools, zoneHosts, volumeZones, serverGroups } = offer;
    assert.deepEqual({ storagePools, zoneHosts, volumeZones, serverGroups }, UNKNOWN);
    assert.ok(!cloud.seen.some(({ path }) => path.endsWith("/os-availability-zone/detail")), "asked without the role");
  });

  it("tells an administrator pools, hosts and zones, each in one call", async () => {
    cloud.roles = ["admin"];
    const found: Record<string, unknown> = {
      "/compute/v2.1/os-availability-zone/detail": { availabilityZoneInfo: detailedZones() },
      "/compute/v2.1/os-server-groups": {
        server_groups: [{ id: "g1", name: "pair", policies: ["anti-affinity"], members: ["s1"], metadata: {} }],
      },
      [`/volume/v3/${PROJECT}/os-availability-zone`]: {
        availabilityZoneInfo: [
          { zoneName: "nova", zoneState: { available: true } },
          { zoneName: "old", zoneState: { available: false } },
        ],
      },
      [`/volume/v3/${PROJECT}/scheduler-stats/get_pools`]: { pools: [rbd(), { name: "b@nfs#nfs", capabilities: {} }] },
    };
    const offer = await read((seen) => {
      const path = seen.path.split("?")[0] ?? "";
      return Object.hasOwn(found, path) ? { body: found[path] } : quotaAnswer(seen);
    });
    assert.deepEqual([offer.isAdmin, offer.availabilityZones, offer.zoneHosts], [true, ["az1"], { az1: 1, az2: 1 }]);
    assert.deepEqual(offer.volumeZones, ["nova"]);
    assert.deepEqual(offer.serverGroups, [{ id: "g1", name: "pair", policies: ["anti-affinity"], memberIds: ["s1"] }]);
    const unknown = { totalGiB: null, freeGiB: null, provisionedGiB: null, overSubscription: null };
    assert.deepEqual(offer.storagePools, [
      {
        name: "a@rbd#rbd",
        place: "ff9e volumes",
        backend: "rbd",
        totalGiB: 100.5,
        freeGiB: 60,
        provisionedGiB: 40,
        overSubscription: 20,
      },
      { name: "b@nfs#nfs", place: "b@nfs#nfs", backend: null, ...unknown },
    ]);
    const asked = cloud.seen.filter(({ method }) => method === "GET").map(({ path }) => path.split("?")[0]);
    assert.equal(new Set(asked).size, asked.length, "one call each");
  });

  it("that is not as the API describes it is an error that names the field", async () => {
    await assert.rejects(read(), (error) => {
      assert.ok(error instanceof CloudError);
      assert.match(
        error.message,
        /network: GET \/quotas\/.*\/details failed.*quota\.port\.reserved: .*expected number/,
      );
      return true;
    });
  });
});

const UNKNOWN = { storagePools: null, zoneHosts: null, volumeZones: null, serverGroups: null };

function rbd() {
  return {
    name: "a@rbd#rbd",
    capabilities: {
      volume_backend_name: "rbd",
      location_info: "ceph:/etc/ceph/ceph.conf:ff9e:cinder:volumes",
      total_capacity_gb: 100.5,
      free_capacity_gb: "60",
      provisioned_capacity_gb: 40,
      max_over_subscription_ratio: "20.0",
      thin_provisioning_support: true,
    },
  };
}

function detailedZones() {
  const service = (active: boolean, available: boolean) => ({ active, available, updated_at: null });
  const zone = (zoneName: string, available: boolean, hosts: object | null) => ({
    ...{ zoneName, hosts },
    zoneState: { available },
  });
  return [
    zone("internal", true, { control: { "nova-scheduler": service(true, true) } }),
    zone("az1", true, {
      up: { "nova-compute": service(true, true) },
      down: { "nova-compute": service(true, false) },
      drained: { "nova-compute": service(false, true) },
    }),
    zone("az2", false, { up: { "nova-compute": service(true, true) } }),
    zone("empty", true, null),
  ];
}

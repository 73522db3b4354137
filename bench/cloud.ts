import { writeFileSync } from "node:fs";
import { stringify } from "yaml";
import { PASSWORD, PROJECT, startFakeCloud, type FakeCloud } from "../test/cloud/fake-cloud.ts";

/** A cloud with room for everything: what it takes to ask it is the same for every wave. It is in this process. */
export async function startBenchCloud(): Promise<FakeCloud> {
  const cloud = await startFakeCloud();
  const known = answers();
  cloud.answer = (seen) => {
    const path = seen.path.split("?")[0] ?? "";
    return Object.hasOwn(known, path) ? { body: known[path] } : { status: 404 };
  };
  return cloud;
}

/** Writes a clouds.yaml with the one entry `bench`. */
export function writeCloudsFile(file: string, cloud: FakeCloud): void {
  const auth = {
    auth_url: cloud.entry.authUrl,
    username: "mover",
    password: PASSWORD,
    project_name: "estate",
    user_domain_name: "Default",
    project_domain_id: "default",
  };
  writeFileSync(file, stringify({ clouds: { bench: { auth, region_name: "RegionOne" } } }));
}

function answers(): Record<string, unknown> {
  const flavors = [1, 2, 4, 8, 16, 32].flatMap((vcpus) =>
    [2, 4, 8].map((gib) => ({
      id: `f-${vcpus}-${gib}`,
      name: `m1.${vcpus}c${vcpus * gib}g`,
      vcpus,
      ram: vcpus * gib * 1024,
      disk: 0,
      "OS-FLV-DISABLED:disabled": false,
      "os-flavor-access:is_public": true,
      extra_specs: {},
    })),
  );
  const plenty = { limit: -1, in_use: 0, reserved: 0 };
  return {
    "/compute/v2.1/flavors/detail": { flavors },
    "/compute/v2.1/limits": {
      limits: {
        absolute: {
          ...{ maxTotalInstances: -1, totalInstancesUsed: 0, maxTotalCores: -1, totalCoresUsed: 0 },
          ...{ maxTotalRAMSize: -1, totalRAMUsed: 0 },
        },
      },
    },
    "/compute/v2.1/os-availability-zone": {
      availabilityZoneInfo: [{ zoneName: "nova", zoneState: { available: true } }],
    },
    "/compute/v2.1/servers/detail": { servers: [] },
    [`/volume/v3/${PROJECT}/types`]: { volume_types: [{ id: "t1", name: "ceph", is_public: true }] },
    [`/volume/v3/${PROJECT}/volumes/detail`]: { volumes: [] },
    [`/volume/v3/${PROJECT}/os-quota-sets/${PROJECT}`]: {
      quota_set: { id: PROJECT, volumes: plenty, gigabytes: plenty },
    },
    "/network/v2.0/networks": {
      networks: [{ id: "net-1", name: "servers", project_id: PROJECT, shared: false, port_security_enabled: true }],
    },
    "/network/v2.0/subnets": {
      subnets: [
        {
          ...{ id: "subnet-1", name: "servers", network_id: "net-1", cidr: "10.0.0.0/8", ip_version: 4 },
          ...{ gateway_ip: null, enable_dhcp: false, allocation_pools: [] },
        },
      ],
    },
    "/network/v2.0/ports": { ports: [] },
    [`/network/v2.0/quotas/${PROJECT}/details`]: { quota: { port: { limit: -1, used: 0, reserved: 0 } } },
  };
}

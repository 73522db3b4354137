import type { PlanInput } from "../../../planning/plan-wave.ts";
import { estateVm, input, nic, offer, plan, quota } from "../fixtures.ts";
import { finds, mac, mark, onFlat, one, port, several, silent, testRule, volume, type Expected } from "./cases.ts";

/** A port whose MAC is Neutron's own. */
const other = port({ id: "p2", macAddress: "fa:16:3e:00:00:02", mark: mark("web01") });

testRule("quota.exceeded", [
  finds("more than is left of each", one({ powerState: "poweredOn" }, {}, { quota: full() }), ...everyQuota()),
  silent("just enough", one({ powerState: "poweredOn" }, {}, { quota: enough() })),
  silent("the rest of a wave half done, at exactly the quota", halfDone(2)),
  finds("the rest of a wave half done, where the quota is one short", halfDone(1), [
    null,
    "Critical",
    /1 more volumes needed, 0 of 1 left/,
  ]),
  silent(
    "what is there already",
    one(
      { powerState: "poweredOn", ...onFlat },
      {},
      {
        quota: full(),
        volumes: [volume("web01-disk-2000")],
        ports: [port({ macAddress: mac, mark: mark("web01") })],
        servers: [{ id: "s", name: "web01", status: "ACTIVE", mark: mark("web01") }],
      },
    ),
  ),
  silent("a port without MAC that is there already", portWithoutMac([other])),
  finds("a port without MAC, where the VM's only port is another NIC's", portWithoutMac([]), [
    null,
    "Critical",
    /1 more ports needed/,
  ]),
  finds("what two targets of one project need together", twoTargets(1, "project-1"), [
    null,
    "Critical",
    /targets lab, other \(one project\): 2 more volumes needed, 1 of 1 left/,
  ]),
  silent("what two targets of one project need, at exactly the quota", twoTargets(2, "project-1")),
  silent("what two projects need, each with a quota of its own", twoTargets(1, "project-2")),
  silent("what one project needs in two regions, each with a quota of its own", twoTargets(1, "project-1", "Other")),
  silent(
    "VMs that are left out or rolled back",
    several({ a: {}, b: {} }, { a: { exclude: true }, b: { phase: "absent" } }, { quota: full() }),
  ),
]);

function full() {
  return limits(0);
}

function enough() {
  return limits(1);
}

function everyQuota(): Expected {
  return [
    [null, "Critical", /1 more instances needed, 0 of 3 left/],
    [null, "Critical", /1 more ports needed, 0 of 5 left/],
    [null, "Critical", /1 more volumes needed, 0 of 2 left/],
    [null, "Critical", /1 more volumes of type ceph needed, 0 of 0 left/],
    [null, "Critical", /10 more gigabytes needed, 9 of 29 left/],
    [null, "Critical", /10 more gigabytes of type ceph needed, 9 of 9 left/],
    [null, "Critical", /2 more cores needed, 1 of 8 left/],
    [null, "Critical", /4096 more RAM in MiB needed, 4095 of 4607 left/],
  ];
}

/** Two VMs of which one has its volume (and a second one that a killed run left), with a quota of so many volumes. */
function halfDone(limit: number): PlanInput {
  const leftover = { ...volume("a-disk-2000"), id: "leftover", status: "error" };
  return several(
    { a: {}, b: {} },
    {},
    {
      volumes: [volume("a-disk-2000"), leftover],
      quota: quota({ volumes: { limit, used: 1 } }),
    },
  );
}

function limits(extra: number) {
  const item = (used: number, need: number) => ({ limit: used + need - 1 + extra, used });
  return quota({
    instances: item(3, 1),
    cores: item(7, 2),
    ramMiB: item(512, 4096),
    volumes: item(2, 1),
    gigabytes: item(20, 10),
    ports: item(5, 1),
    perVolumeType: { ceph: { volumes: item(0, 1), gigabytes: item(0, 10) } },
  });
}

/** A VM whose first NIC has its port; the second one has no MAC at the source. */
function portWithoutMac(more: readonly ReturnType<typeof port>[]): PlanInput {
  return one(
    { powerState: "poweredOn", nics: [nic(4000, mac, "10.20.0.9"), nic(4001, null, "10.20.0.8")] },
    {},
    {
      quota: full(),
      volumes: [volume("web01-disk-2000")],
      ports: [port({ macAddress: mac, mark: mark("web01") }), ...more],
      servers: [{ id: "s", name: "web01", status: "ACTIVE", mark: mark("web01") }],
    },
  );
}

/** A VM on each of two targets, of one project or two, with a quota of so many volumes each. */
function twoTargets(limit: number, projectId: string, region = "RegionOne"): PlanInput {
  const cloud = { quota: quota({ volumes: { limit, used: 0 } }) };
  const plans = { targets: { lab: { cloud: "lab" }, other: { cloud: "other" } } };
  return input(
    ["a", "b"].map((key) => estateVm(key, { powerState: "poweredOff" })),
    {
      plan: plan({ a: {}, b: { target: "other" } }, plans),
      offers: new Map([
        ["lab", offer(cloud)],
        ["other", offer({ ...cloud, target: "other", projectId, region })],
      ]),
    },
  );
}

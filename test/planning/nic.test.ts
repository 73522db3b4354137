import assert from "node:assert/strict";
import { planWave } from "../../planning/plan-wave.ts";
import { estateVm, input, network, nic, offer, plan } from "./fixtures.ts";

const mac = "00:50:56:00:00:01";

/** The planned VM (or null) and the assessments of Critical concerns, for these NICs and overrides. */
function planNics(
  nics: unknown[],
  overrides: object = {},
  changes: { vm?: object; plan?: object; offer?: object } = {},
) {
  const vm = estateVm("web01", { nics, ...changes.vm });
  const planned = planWave(
    input([vm], {
      plan: plan({ web01: overrides }, changes.plan),
      offers: new Map([["lab", offer(changes.offer)]]),
    }),
  );
  const critical = planned.concerns.filter(({ category }) => category === "Critical");
  return { vm: planned.file.vms[0] ?? null, critical: critical.map(({ assessment }) => assessment) };
}

const first = (nics: unknown[], ...rest: [object?, { vm?: object; plan?: object; offer?: object }?]) => {
  const { vm, critical } = planNics(nics, ...rest);
  const [planned] = vm?.nics ?? [];
  assert.ok(planned, critical.join("\n"));
  return planned;
};

describe("NICs", () => {
  it("keep MAC (in lower case) and every address, each in the subnet that holds it", () => {
    const both = nic(4000, "00:50:56:AB:CD:EF", null, {
      network: "DMZ",
      addresses: [
        { address: "10.30.0.9", prefixLength: 24 },
        { address: "2001:DB8:30::0009", prefixLength: 64 },
        { address: "10.30.0.10", prefixLength: null },
        { address: "fe80::250:56ff:feab:cdef", prefixLength: 64 },
      ],
    });
    const planned = first([both]);
    assert.equal(planned.macAddress, "00:50:56:ab:cd:ef");
    assert.deepEqual(planned.fixedIps, [
      { subnetId: "sub-2", ipAddress: "10.30.0.9" },
      { subnetId: "sub-6", ipAddress: "2001:db8:30::9" },
      { subnetId: "sub-2", ipAddress: "10.30.0.10" },
    ]);
  });

  it("get no address when none is known, and the plan's instead of the source's", () => {
    assert.deepEqual(first([nic(4000, mac, null)]).fixedIps, []);
    const named = { nics: { "4000": { addresses: ["10.20.0.50"] } } };
    assert.deepEqual(first([nic(4000, mac, "192.168.1.1")], named).fixedIps, [
      { subnetId: "sub-1", ipAddress: "10.20.0.50" },
    ]);
  });

  it("go where the NIC, the VM, the target's map and the plan's map say, in this order", () => {
    const source = [nic(4000, mac, null)];
    const target = { targets: { lab: { cloud: "lab", networks: { "VM Network": { network: "lab-vxlan" } } } } };
    assert.equal(first(source).networkId, "net-1");
    assert.equal(first(source, {}, { plan: target }).networkId, "net-2");
    assert.equal(first(source, { network: { network: "lab-flat" } }, { plan: target }).networkId, "net-1");
    const nics = { "4000": { network: "net-2" } };
    assert.equal(first(source, { network: { network: "lab-flat" }, nics }).networkId, "net-2");
  });

  it("use the subnet that the plan names, and no other", () => {
    const source = [nic(4000, mac, "10.30.0.9", { network: "DMZ" })];
    assert.equal(first(source, { nics: { "4000": { subnet: "sub-2-name" } } }).fixedIps[0]?.subnetId, "sub-2");
    const { vm, critical } = planNics(source, { nics: { "4000": { subnet: "sub-6" } } });
    assert.equal(vm, null);
    assert.match(critical.join(), /10\.30\.0\.9 of NIC 4000 is not in network lab-vxlan \(2001:db8:30::\/64, named\)/);
  });

  it("are left out where the plan says ignore, and listed", () => {
    const source = [nic(4000, mac, "10.20.0.9"), nic(4001, "00:50:56:00:00:02", null, { network: "Backup" })];
    const { vm } = planNics(source, { nics: { "4001": { ignore: true } } });
    assert.deepEqual(
      [vm?.nics.map(({ deviceKey }) => deviceKey), vm?.ignoredNics],
      [[4000], [{ deviceKey: 4001, network: "Backup", macAddress: "00:50:56:00:00:02" }]],
    );
    assert.deepEqual(planNics(source, { network: "ignore" }).vm?.nics, []);
  });

  it("cannot be planned on a network that is not mapped, not there or ambiguous", () => {
    const unmapped = planNics([nic(4000, mac, null, { network: "constructor" })]);
    assert.match(unmapped.critical.join(), /network constructor of NIC 4000 is not mapped/);
    const wrong = planNics([nic(4000, mac, null)], { network: { network: "lab-flatt" } });
    assert.match(
      wrong.critical.join(),
      /network lab-flatt is not there on target lab: name one of lab-flat, lab-vxlan/,
    );
    const two = { networks: [network("n1", "twin"), network("n2", "twin")] };
    const ambiguous = planNics([nic(4000, mac, null)], { network: { network: "twin" } }, { offer: two });
    assert.match(ambiguous.critical.join(), /network twin is ambiguous on target lab: name one of the ids n1, n2/);
    assert.deepEqual([unmapped.vm, wrong.vm, ambiguous.vm], [null, null, null]);
    assert.equal(first([nic(4000, mac, null)], { network: { network: "n2" } }, { offer: two }).networkId, "n2");
  });

  it("take security groups from NIC, VM, wave's defaults and plan, in this order", () => {
    const source = [nic(4000, mac, null)];
    const groups = { securityGroups: { web: {}, a: {}, b: {} } };
    assert.deepEqual(first(source, {}, { plan: groups }).securityGroups, ["web"]);
    assert.deepEqual(first(source, { securityGroups: ["a"] }, { plan: groups }).securityGroups, ["a"]);
    const nics = { "4000": { securityGroups: ["b", "b"] } };
    assert.deepEqual(first(source, { securityGroups: ["a"], nics }, { plan: groups }).securityGroups, ["b"]);
  });

  it("get neither security groups nor address pairs where port security is off: Neutron refuses both", () => {
    const open = { networks: [network("net-1", "lab-flat", { portSecurityEnabled: false })] };
    const planned = first([nic(4000, mac, "10.20.0.9")], {}, { offer: open, vm: { vips: ["10.20.0.100"] } });
    assert.deepEqual([planned.securityGroups, planned.allowedAddressPairs], [[], []]);
    assert.match(planned.reason, /port security is off/);
  });

  it("may take over the VIPs of their subnet, which are nobody's fixed IP", () => {
    const flat = nic(4000, mac, null, {
      addresses: [
        { address: "10.20.0.9", prefixLength: 24 },
        { address: "10.20.0.100", prefixLength: 32 },
      ],
    });
    const dmz = nic(4001, "00:50:56:00:00:02", "10.30.0.9", { network: "DMZ" });
    const { vm } = planNics([flat, dmz], {}, { vm: { vips: ["10.20.0.100", "10.30.0.100"] } });
    assert.deepEqual(
      vm?.nics.map(({ fixedIps, allowedAddressPairs }) => [
        fixedIps.map(({ ipAddress }) => ipAddress),
        allowedAddressPairs,
      ]),
      [
        [["10.20.0.9"], [{ ipAddress: "10.20.0.100", macAddress: mac }]],
        [["10.30.0.9"], [{ ipAddress: "10.30.0.100", macAddress: "00:50:56:00:00:02" }]],
      ],
    );
  });

  it("take the VIPs of the plan instead of the source's, since hardly a source tells them", () => {
    const vm = estateVm("web01", { nics: [nic(4000, mac, "10.20.0.9")], vips: ["10.20.0.99"] });
    const said = input([vm], { plan: plan({ web01: { vips: ["10.20.0.100"] } }) });
    const [planned] = planWave(said).file.vms;
    assert.deepEqual(
      planned?.nics[0]?.allowedAddressPairs.map(({ ipAddress }) => ipAddress),
      ["10.20.0.100"],
    );
  });

  it("keep the link as it is, and of a VM that is off as it would be", () => {
    const link = (powerState: string, connected: boolean, startConnected: boolean) =>
      first([nic(4000, mac, null, { connected, startConnected })], {}, { vm: { powerState } }).adminStateUp;
    assert.deepEqual([link("poweredOn", true, false), link("poweredOn", false, true)], [true, false]);
    assert.deepEqual([link("poweredOff", false, true), link("poweredOff", false, false)], [true, false]);
  });
});

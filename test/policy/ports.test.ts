import assert from "node:assert/strict";
import { fixedAddressKept } from "../../policy/fixed-address-kept.ts";
import { noWideOpenAdminPorts } from "../../policy/no-wide-open-admin-ports.ts";
import { portSecurity } from "../../policy/port-security.ts";
import { PORT, resource, RULE, UNKNOWN, UNKNOWN_LIST, violations } from "./run-policy.ts";

describe("policy port-security", () => {
  for (const [what, props] of [
    ["a security group whose id is not known yet", {}],
    ["a list of groups that is not known yet", { securityGroupIds: UNKNOWN_LIST }],
    ["port security said to be on", { portSecurityEnabled: true }],
  ] as const) {
    it(`passes ${what}`, async () => {
      assert.deepEqual(await violations(portSecurity, resource(PORT, "web-nic-4000", props)), []);
    });
  }
  for (const [what, props, expected] of [
    [
      "port security switched off",
      { portSecurityEnabled: false, securityGroupIds: undefined },
      /port security switched off/,
    ],
    ["no groups on purpose", { noSecurityGroups: true, securityGroupIds: undefined }, /has no security group/],
    ["an empty list of groups", { securityGroupIds: [] }, /has no security group/],
    ["groups left to Neutron", { securityGroupIds: undefined }, /has no security group/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const found = await violations(portSecurity, resource(PORT, "web-nic-4000", props));
      assert.equal(found.length, 1);
      assert.match(found[0] ?? "", /^VM web: port web-nic-4000 /);
      assert.match(found[0] ?? "", expected);
    });
  }
});

describe("policy fixed-address-kept", () => {
  it("passes a port with the source's MAC and addresses, and one whose link is down", async () => {
    assert.deepEqual(await violations(fixedAddressKept, resource(PORT, "web-nic-4000")), []);
    const down = resource(PORT, "web-nic-4001", { fixedIps: [], noFixedIp: true, adminStateUp: false });
    assert.deepEqual(await violations(fixedAddressKept, down), []);
    assert.deepEqual(
      await violations(fixedAddressKept, resource(PORT, "web-nic-4000", { fixedIps: UNKNOWN_LIST })),
      [],
    );
  });
  it("refuses a new MAC and an invented or lost address, both at once", async () => {
    const port = resource(PORT, "web-nic-4000", { macAddress: undefined, fixedIps: [] });
    const found = await violations(fixedAddressKept, port);
    assert.deepEqual(
      found.map((message) => /no MAC address|keeps no address/.exec(message)?.[0]),
      ["no MAC address", "keeps no address"],
    );
    assert.equal(
      (await violations(fixedAddressKept, resource(PORT, "web-nic-4000", { fixedIps: [], noFixedIp: true }))).length,
      1,
    );
  });
  it("leaves excepted VMs alone", async () => {
    const port = resource(PORT, "web-nic-4000", { fixedIps: [], noFixedIp: true });
    assert.deepEqual(await violations(fixedAddressKept, port, { exceptVms: ["web"] }), []);
  });
});

describe("policy no-wide-open-admin-ports", () => {
  const rule = (props: Readonly<Record<string, unknown>>) => resource(RULE, "prod-admin-ingress", props);
  const ssh = { protocol: "tcp", portRangeMin: 22, portRangeMax: 22 };

  for (const [what, props] of [
    ["ssh from a network", { ...ssh, remoteIpPrefix: "10.0.0.0/8" }],
    ["ssh from private IPv6", { ...ssh, ethertype: "IPv6", remoteIpPrefix: "fc00::/7" }],
    ["ssh from one address", { ...ssh, remoteIpPrefix: "192.0.2.7" }],
    ["ssh from a group whose id is not known yet", { ...ssh, remoteGroupId: UNKNOWN }],
    ["ssh from a network that is not known yet", { ...ssh, remoteIpPrefix: UNKNOWN }],
    ["https from everywhere", { protocol: "tcp", portRangeMin: 443, portRangeMax: 443, remoteIpPrefix: "0.0.0.0/0" }],
    ["ping from everywhere", { protocol: "icmp", remoteIpPrefix: "0.0.0.0/0" }],
    ["everything to everywhere", { direction: "egress", remoteIpPrefix: "0.0.0.0/0" }],
  ] as const) {
    it(`passes ${what}`, async () => {
      assert.deepEqual(await violations(noWideOpenAdminPorts, rule(props)), []);
    });
  }
  for (const [what, props, ports] of [
    ["ssh from everywhere", { ...ssh, remoteIpPrefix: "0.0.0.0/0" }, "port 22"],
    ["ssh from all of IPv6", { ...ssh, ethertype: "IPv6", remoteIpPrefix: "::/0" }, "port 22"],
    ["ssh with no remote at all", ssh, "port 22"],
    ["ssh from half of the internet", { ...ssh, remoteIpPrefix: "128.0.0.0/1" }, "port 22"],
    ["a range around RDP", { protocol: "tcp", portRangeMin: 3000, portRangeMax: 4000 }, "port 3389"],
    ["RDP over udp", { protocol: "17", portRangeMin: 3389, portRangeMax: 3389 }, "port 3389"],
    ["a protocol without ports", { protocol: "tcp", remoteIpPrefix: "0.0.0.0/0" }, "ports 22, 23, "],
    ["a rule without protocol and ports", {}, "ports 22, 23, "],
    ["ports that the provider writes as 0", { protocol: "tcp", portRangeMin: 0, portRangeMax: 0 }, "ports 22, 23, "],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const found = await violations(noWideOpenAdminPorts, rule(props));
      assert.equal(found.length, 1);
      assert.match(found[0] ?? "", /^rule prod-admin-ingress lets .* reach /);
      assert.ok(found[0]?.includes(ports), found[0]);
    });
  }
  it("can be told other ports, and rules to leave alone", async () => {
    const everywhere = rule({ ...ssh, remoteIpPrefix: "0.0.0.0/0" });
    assert.deepEqual(await violations(noWideOpenAdminPorts, everywhere, { adminPorts: [3389] }), []);
    assert.deepEqual(await violations(noWideOpenAdminPorts, everywhere, { exceptRules: ["prod-*"] }), []);
    assert.equal((await violations(noWideOpenAdminPorts, everywhere, { exceptRules: ["lab-*"] })).length, 1);
  });
});

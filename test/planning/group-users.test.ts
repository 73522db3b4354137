import assert from "node:assert/strict";
import type { GroupFacts } from "../../cloud/group-facts.ts";
import { Plan } from "../../inventory/schema/plan.ts";
import { groupChanges } from "../../planning/estate-changes.ts";
import { onTheirWay, refusalOf, usesOf } from "../../planning/group-users.ts";

const mark = (stack: string, key: string) => ({ stack: `wavelift/${stack}`, key, generation: 1 });
const nothing: GroupFacts = { ports: [], servers: [], serverGroups: [], volumes: [] };
const facts: GroupFacts = {
  ...nothing,
  ports: [
    { id: "p2", name: "web2-nic-4000", securityGroupIds: ["sg-web"], mark: mark("wave2", "web2") },
    { id: "p1", name: "web1-nic-4000", securityGroupIds: ["sg-x", "sg-web"], mark: mark("wave1", "web1") },
    { id: "p3", name: "by-hand", securityGroupIds: ["sg-web"], mark: null },
    { id: "p4", name: "other", securityGroupIds: ["sg-x"], mark: null },
  ],
  servers: [{ id: "s1", name: "db", mark: mark("wave1", "db1") }],
  serverGroups: [{ id: "g-dbs", policies: ["anti-affinity"], memberIds: ["s1", "unseen"] }],
};
const ids = { securityGroups: { web: "sg-web", spare: "sg-spare" }, serverGroups: { dbs: "g-dbs" } };

describe("the users of shared groups", () => {
  it("are the ports and servers in them, of waves and of strangers", () => {
    assert.deepEqual(usesOf(facts, ids), [
      { group: "security group web", user: "port by-hand (p3), which Wavelift did not make" },
      { group: "security group web", user: "port web1-nic-4000 of VM web1 in stack wavelift/wave1" },
      { group: "security group web", user: "port web2-nic-4000 of VM web2 in stack wavelift/wave2" },
      { group: "server group dbs", user: "server db of VM db1 in stack wavelift/wave1" },
      { group: "server group dbs", user: "server unseen (unseen), which Wavelift did not make" },
    ]);
    assert.deepEqual(usesOf(facts, { securityGroups: { spare: "sg-spare" }, serverGroups: { gone: "g-gone" } }), []);
  });

  it("are also VMs that have begun and have no port yet, of this estate only", () => {
    const volume = (stack: string, disk: string, estate: string | null) => ({ mark: mark(stack, disk), estate });
    const volumes = [
      volume("wave1", "web1-disk-2000", "wavelift/prod"),
      volume("wave1", "slow-disk-2000", "wavelift/prod"),
      volume("wave1", "slow-disk-2001", "wavelift/prod"),
      volume("wave2", "web1-disk-2000", "wavelift/prod"),
      volume("test", "else-disk-2000", "wavelift/test-estate"),
      volume("old", "old-disk-2000", null),
      { mark: null, estate: "wavelift/prod" },
    ];
    assert.deepEqual(
      onTheirWay({ ...facts, volumes }, "wavelift/prod").map(({ user }) => user),
      [
        "VM slow in stack wavelift/wave1, which has begun and has no port yet",
        // Another wave's VM of the same key has a port; this one has not.
        "VM web1 in stack wavelift/wave2, which has begun and has no port yet",
      ],
    );
  });

  it("are named in the refusal, group by group, with the way on; many are counted", () => {
    assert.equal(refusalOf("lab", []), "");
    const text = refusalOf("lab", usesOf(facts, ids));
    assert.match(text, /target lab is in use/);
    assert.match(text, /^ {2}security group web: port by-hand.*; port web1-nic-4000.*; port web2/m);
    assert.match(text, /^ {2}server group dbs: server db of VM db1/m);
    assert.match(text, /wavelift destroy WAVE/);
    const many = Array.from({ length: 30 }, (_, index) => ({ group: "security group web", user: `port ${index}` }));
    assert.match(refusalOf("lab", many), /port 11; and 18 more$/m);
  });

  it("cannot break the lines of the refusal by their names", () => {
    const ports = [{ id: "p", name: "a\nerror: forged", securityGroupIds: ["sg-web"], mark: null }];
    assert.equal(refusalOf("lab", usesOf({ ...nothing, ports }, ids)).split("\n").length, 3);
  });
});

describe("what an edited plan does to the groups of a target", () => {
  const plan = (more: object) =>
    Plan.parse({
      version: 1,
      targets: { lab: { cloud: "lab" }, tenant: { cloud: "t" } },
      waves: {},
      securityGroups: { web: {}, spare: {} },
      serverGroups: { dbs: { policy: "anti-affinity" } },
      ...more,
    });
  const changes = (more: object) => groupChanges("lab", ids, facts, plan(more));

  it("is nothing where it names them as they are", () => {
    assert.deepEqual(changes({}), { ids: { securityGroups: {}, serverGroups: {} }, reasons: [] });
    // Unknown to the cloud: Nova cannot say its policy, and that is no change.
    assert.deepEqual(groupChanges("lab", ids, nothing, plan({})).reasons, []);
  });

  it("is told of a group that it no longer names, or no longer for this target", () => {
    const { ids: gone, reasons } = changes({ securityGroups: { web: { targets: ["tenant"] }, spare: {} } });
    assert.deepEqual(gone, { securityGroups: { web: "sg-web" }, serverGroups: {} });
    assert.match(reasons.join(), /security group web of target lab: no longer in the plan/);
    assert.deepEqual(changes({ serverGroups: {} }).ids.serverGroups, { dbs: "g-dbs" });
    // A name that every object has is no group of the plan.
    const odd = { securityGroups: { constructor: "sg-odd" }, serverGroups: {} };
    assert.deepEqual(groupChanges("lab", odd, facts, plan({})).ids.securityGroups, { constructor: "sg-odd" });
  });

  it("is told of another policy, for which Nova needs a new server group", () => {
    const { ids: gone, reasons } = changes({ serverGroups: { dbs: { policy: "affinity" } } });
    assert.deepEqual(gone.serverGroups, { dbs: "g-dbs" });
    assert.match(reasons.join(), /policy anti-affinity -> affinity/);
  });
});

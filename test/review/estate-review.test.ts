import assert from "node:assert/strict";
import type { GroupFacts } from "../../cloud/group-facts.ts";
import { Plan } from "../../inventory/schema/plan.ts";
import { destroyRefusals, EstateOutputs, reviewEstate } from "../../review/estate-review.ts";

const outputs = EstateOutputs.parse({
  securityGroups: { lab: { web: "sg-web", spare: "sg-spare" }, gone: { web: "sg-gone" } },
  serverGroups: { lab: {} },
});
const facts: GroupFacts = {
  ports: [
    {
      id: "p1",
      name: "web1-nic-4000",
      securityGroupIds: ["sg-web"],
      mark: { stack: "wavelift/wave1", key: "web1", generation: 1 },
    },
  ],
  servers: [],
  serverGroups: [],
  volumes: [{ mark: { stack: "wavelift/wave2", key: "db1-disk-2000", generation: 1 }, estate: "wavelift/prod" }],
};
const plan = (securityGroups: object) =>
  Plan.parse({ version: 1, targets: { lab: { cloud: "lab-cloud" } }, waves: {}, securityGroups });

describe("the review of the estate's own stack", () => {
  const asked: string[] = [];
  const readFacts = (cloud: string) => {
    asked.push(cloud);
    return Promise.resolve(facts);
  };
  beforeEach(() => asked.splice(0));

  it("asks no cloud while no group goes", async () => {
    const { stopped, notes } = await reviewEstate(plan({ web: {}, spare: {} }), outputs, readFacts);
    assert.deepEqual({ stopped, asked }, { stopped: [], asked: [] });
    assert.match(notes.join(), /Target gone is no longer in the plan/);
  });

  it("stops where a group goes that is in use, and names the user", async () => {
    const { stopped } = await reviewEstate(plan({ spare: {} }), outputs, readFacts);
    assert.deepEqual(asked, ["lab-cloud"]);
    assert.match(stopped.join(), /security group web of target lab: no longer in the plan/);
    assert.match(stopped.join(), /port web1-nic-4000 of VM web1 in stack wavelift\/wave1/);
  });

  it("lets a group go that nobody uses, and says so", async () => {
    const { stopped, notes } = await reviewEstate(plan({ web: {} }), outputs, readFacts);
    assert.deepEqual(stopped, []);
    assert.match(notes.join(), /security group spare of target lab.*Nobody uses it/);
  });

  it("is content with a stack that has no outputs yet", async () => {
    assert.deepEqual(await reviewEstate(plan({ web: {} }), EstateOutputs.parse({}), readFacts), {
      stopped: [],
      notes: [],
    });
  });

  it("refuses a destroy for ports and for VMs on their way", async () => {
    const [refusal = "", ...others] = await destroyRefusals(plan({}), outputs, "wavelift/prod", readFacts);
    assert.deepEqual(others, []);
    assert.match(refusal, /port web1-nic-4000/);
    assert.match(refusal, /VM db1 in stack wavelift\/wave2, which has begun/);
    const nothing = { ports: [], servers: [], serverGroups: [], volumes: [] };
    assert.deepEqual(await destroyRefusals(plan({}), outputs, "wavelift/prod", () => Promise.resolve(nothing)), []);
  });
});

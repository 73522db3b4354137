import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { project } from "../../cli/project.ts";
import { Settings } from "../../conversion/settings.ts";
import { loadPlan } from "../../inventory/load.ts";

describe("the files that a user copies to begin with", () => {
  it("the example plan has no fault", async () => {
    const plan = await loadPlan(path.join(project, "inventory", "plan.example.yaml"));
    assert.deepEqual(Object.keys(plan.waves), ["wave1"]);
  });

  it("the demo's plan has no fault", async () => {
    const plan = await loadPlan(path.join(project, "lab", "demo", "inventory", "plan.yaml"));
    assert.deepEqual(Object.keys(plan.waves["demo"]?.vms ?? {}), ["db01", "web01", "uefi01", "edge01"]);
  });

  it("the example of runners.yaml is what the launcher takes, for the targets of the example plan", async () => {
    const settings = Settings.parse(parse(readFileSync(path.join(project, "runners.example.yaml"), "utf8")));
    const plan = await loadPlan(path.join(project, "inventory", "plan.example.yaml"));
    assert.deepEqual(Object.keys(settings.storage), Object.keys(plan.targets));
    assert.deepEqual(Object.keys(settings.datastores), Object.keys(plan.datastores));
  });
});

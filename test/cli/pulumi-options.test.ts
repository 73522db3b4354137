import assert from "node:assert/strict";
import { pulumiOptions, resourceCount } from "../../cli/run-stack.ts";
import { registrationsOf } from "../components/registrations.ts";
import { sampleWave } from "../components/sample-wave.ts";
import { MigrationWave } from "../../components/migration-wave.ts";
import { sharedGroupsOf } from "../../components/shared-groups.ts";

const settings = { wave: "sample", inventory: "/nowhere", estateStack: "prod", policyConfig: "/nowhere/config.json" };

describe("the options for pulumi", () => {
  it("let every resource of the wave run at once: waiting imports must not keep servers from being made", async () => {
    const found = await registrationsOf(
      (opts) =>
        new MigrationWave(
          "sample",
          { file: sampleWave, vms: sampleWave.vms, stack: "wavelift/sample", groups: sharedGroupsOf("prod") },
          opts,
        ),
    );
    assert.ok(resourceCount(sampleWave) >= found.length);
    assert.ok(pulumiOptions("up", "sample", settings, sampleWave).includes(String(resourceCount(sampleWave))));
  });

  it("let one VM's fault not stop the others", () => {
    assert.ok(pulumiOptions("up", "sample", settings, null).includes("--continue-on-error"));
    assert.ok(pulumiOptions("destroy", "sample", settings, null).includes("--continue-on-error"));
  });

  it("let no fault be followed by deletions in the estate's stack: an edited rule is made before the old one goes", () => {
    const estate = { ...settings, wave: "" };
    for (const verb of ["up", "destroy"] as const)
      assert.ok(!pulumiOptions(verb, "prod", estate, null).includes("--continue-on-error"));
  });

  it("look first at what stands in the cloud, of the estate's stack only: a group that is gone there is made again", () => {
    assert.ok(pulumiOptions("up", "prod", { ...settings, wave: "" }, null).includes("--refresh"));
    assert.ok(!pulumiOptions("up", "sample", settings, sampleWave).includes("--refresh"));
  });

  it("give the policy pack wherever something may be made", () => {
    for (const verb of ["preview", "up"] as const)
      assert.match(pulumiOptions(verb, "sample", settings, null).join(" "), /--policy-pack policy/);
    assert.doesNotMatch(pulumiOptions("destroy", "sample", settings, null).join(" "), /--policy-pack/);
  });
});

import assert from "node:assert/strict";
import { z } from "zod";
import { MigrationWave } from "../../components/migration-wave.ts";
import { sharedGroupsOf } from "../../components/shared-groups.ts";
import type { PlannedVm } from "../../inventory/schema/wave.ts";
import { registrationsOf } from "./registrations.ts";
import { sampleWave } from "./sample-wave.ts";

const Options = z.looseObject({ replaceOnChanges: z.array(z.string()) });
const Inputs = z.looseObject({ networks: z.array(z.unknown()).optional(), networkMode: z.string().optional() });

/** Inputs and options of the server of the sample's first VM that boots one. */
async function serverOf(change: Partial<PlannedVm>, inError: boolean) {
  const [vm] = sampleWave.vms.filter(
    ({ boot, phase, dependsOn }) => boot && phase === "cutover" && dependsOn.length === 0,
  );
  assert.ok(vm !== undefined);
  const vms = [{ ...vm, ...change }];
  const groups = sharedGroupsOf("prod");
  const args = { file: sampleWave, vms, stack: "wavelift/sample", groups, inError: new Set(inError ? [vm.key] : []) };
  const found = await registrationsOf((opts) => new MigrationWave("sample", args, opts));
  const server = found.find(({ type }) => type === "openstack:compute/instance:Instance");
  return { inputs: Inputs.parse(server?.inputs), options: Options.parse(server?.options) };
}

describe("the server of a VM", () => {
  it("is made again where its making failed and Nova has it in ERROR, and only there", async () => {
    assert.ok((await serverOf({}, true)).options.replaceOnChanges.includes("#initerror"));
    assert.ok(!(await serverOf({}, false)).options.replaceOnChanges.includes("#initerror"));
  });

  it("without a NIC has the mode `none` and no list of networks: the provider takes one of the two", async () => {
    const { inputs } = await serverOf({ nics: [] }, false);
    assert.deepEqual([inputs.networkMode, inputs.networks], ["none", undefined]);
  });
});

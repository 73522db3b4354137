import assert from "node:assert/strict";
import { currentSchemaInputs, recordedSchemaInputs } from "../../toolchain/schema.ts";

describe("the openstack plugin's schema in the tree", () => {
  it("was made from the mapping and the modules in the tree (else: npm run toolchain -- schema)", async () => {
    const current = await currentSchemaInputs();
    assert.equal(current.modules.length, 4, "go.mod has a line for each module that decides");
    assert.deepEqual(await recordedSchemaInputs(), current);
  });
});

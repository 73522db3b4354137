import assert from "node:assert/strict";
import { policyPackGiven } from "../../review/policy-given.ts";

describe("whether the policy pack was given", () => {
  it("is said by wavelift", () => {
    assert.equal(
      policyPackGiven({ WAVELIFT_POLICY_PACK: "1" }, () => []),
      true,
    );
  });
  it("is seen on the command line of a bare pulumi", () => {
    assert.equal(
      policyPackGiven({}, () => ["pulumi", "preview", "--policy-pack", "policy"]),
      true,
    );
    assert.equal(
      policyPackGiven({}, () => ["pulumi", "preview", "--policy-pack=policy"]),
      true,
    );
  });
  it("is not taken for granted", () => {
    assert.equal(
      policyPackGiven({}, () => ["pulumi", "preview", "--policy-pack-config", "x.json"]),
      false,
    );
    assert.equal(typeof policyPackGiven({}), "boolean");
  });
});

import assert from "node:assert/strict";
import { reportFailure, UserError } from "../../cli/failure.ts";
import { CloudConfigError, readCloudEntry } from "../../cloud/clouds-yaml.ts";
import { CloudError } from "../../cloud/cloud-error.ts";
import { loadPlan } from "../../inventory/load.ts";
import { ToolchainError } from "../../toolchain/tool-error.ts";

/** What is printed, and the exit code. */
function reported(error: unknown): readonly [code: number, text: string] {
  let text = "";
  const code = reportFailure(error, (more) => (text += more));
  return [code, text];
}

describe("how a command fails", () => {
  it("shows the message alone for faults of the user, the cloud and the surroundings", async () => {
    const missing = await loadPlan("/nowhere/plan.yaml").catch((error: unknown) => error);
    const about = { cloud: "c", service: "compute" as const, method: "GET", path: "/flavors" };
    for (const [error, code] of [
      [new UserError("wrong"), 3],
      [new UserError("went wrong", 1), 1],
      [missing, 3],
      [new CloudConfigError("no clouds.yaml"), 3],
      [new CloudError(about, 503, "busy"), 1],
      [new ToolchainError("install Go"), 1],
    ] as const) {
      const [found, text] = reported(error);
      assert.equal(found, code, text);
      assert.doesNotMatch(text, /\bat .*:\d+:\d+|fault of Wavelift/, text);
    }
  });

  it("calls a missing clouds.yaml what it is", () => {
    const env = { OS_CLIENT_CONFIG_FILE: "/nowhere/clouds.yaml", HOME: "/nowhere" };
    assert.throws(() => readCloudEntry("prod", env, "/nowhere"), CloudConfigError);
  });

  it("owns up to its own faults, with the stack", () => {
    const [code, text] = reported(new TypeError("x is not a function"));
    assert.equal(code, 1);
    assert.match(text, /fault of Wavelift itself[\s\S]*failure\.test\.ts:\d+/);
  });
});

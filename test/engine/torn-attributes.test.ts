import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { askPulumi } from "../../cli/ask-pulumi.ts";
import { ensureStack } from "../../cli/ensure-stack.ts";
import { stackFile } from "../../cli/stack-config.ts";
import { removeTornAttributes } from "../../cli/torn-attributes.ts";
import { withEnvironment } from "../cloud/fake-cloud.ts";

const STACK = "test-torn";

/** With the real pulumi on a file backend. */
describe("a file of attributes that a killed pulumi left empty", function () {
  this.timeout(120_000);
  const backend = mkdtempSync(path.join(tmpdir(), "wavelift-backend-"));
  const url = `file://${backend}`;
  const stacks = path.join(backend, ".pulumi/stacks/wavelift");
  const attributes = path.join(stacks, `${STACK}.json.attrs`);
  const environment = { PULUMI_BACKEND_URL: url, PULUMI_CONFIG_PASSPHRASE: "test" };

  before(() =>
    withEnvironment(environment, async () => {
      assert.equal(await ensureStack(STACK), 0);
    }),
  );
  after(() => {
    rmSync(backend, { recursive: true });
    rmSync(stackFile(STACK), { force: true });
  });

  it("is removed, and the stack is found; without that, pulumi cannot read its state", () =>
    withEnvironment(environment, async () => {
      truncateSync(attributes);
      const states = readdirSync(stacks).filter((name) => name.endsWith(".json"));
      const exported = await askPulumi(["stack", "export", "--stack", STACK]);
      assert.equal(exported.exitCode, 0, exported.stderr);
      assert.equal(existsSync(attributes), false);
      assert.deepEqual(
        readdirSync(stacks).filter((name) => name.endsWith(".json")),
        states,
      );
      assert.equal(await ensureStack(STACK), 0);
    }));

  it("is left alone while it holds attributes, and while it is just being filled", async () => {
    writeFileSync(attributes, "{}\n");
    assert.deepEqual(await removeTornAttributes(url, "wavelift"), []);
    truncateSync(attributes);
    const removing = removeTornAttributes(url, "wavelift");
    writeFileSync(attributes, "{}\n");
    assert.deepEqual(await removing, []);
    writeFileSync(attributes, "{");
    assert.deepEqual(await removeTornAttributes(url, "wavelift"), [attributes]);
    assert.deepEqual(await removeTornAttributes("s3://bucket", "wavelift"), []);
  });
});

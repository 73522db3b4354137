import assert from "node:assert/strict";
import { z } from "zod";
import { connect, type CloudClient } from "../../cloud/client.ts";
import { readCloudEntry } from "../../cloud/clouds-yaml.ts";
import { testVm } from "./vms.ts";
import { Workspace } from "./workspace.ts";

const GROUP = "test-gone-admin";
const icmp = { direction: "ingress", protocol: "icmp", remoteCidr: "10.20.0.0/24" };
const Groups = z.object({
  security_groups: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      security_group_rules: z.array(z.object({ id: z.string(), protocol: z.string().nullable() })),
    }),
  ),
});

describe("a shared group that somebody removed from the cloud", function () {
  this.timeout(600_000);
  const wave = new Workspace("test-gone", { estate: "test-gone-estate" });
  let client: CloudClient;

  const group = async () => {
    const { security_groups: groups } = Groups.parse(await client.request("network", "GET", "/security-groups"));
    return groups.find(({ name }) => name === GROUP);
  };
  const shared = {
    securityGroups: { [GROUP]: { targets: ["lab"], rules: [icmp] } },
    defaultSecurityGroups: [GROUP],
  };

  before(async () => {
    await wave.open(shared);
    client = await connect(readCloudEntry("lab", wave.environment));
    wave.writeVm(testVm("gone1", 70, [{ file: "gone1.raw", capacityBytes: 2 ** 24 }]));
    wave.writePlan({ "test-gone": { target: "lab", vms: { gone1: {} } } }, shared);
    await wave.plan();
  });
  after(async () => {
    await wave.close();
    await client.close();
  });

  it("is an error of the preview, before anything is copied for its ports, and is made again by the estate's up", async () => {
    await client.request("network", "DELETE", `/security-groups/${(await group())?.id ?? ""}`);

    const preview = await wave.preview();
    assert.notEqual(preview.exitCode, 0, preview.all);
    assert.match(preview.all, /Security group "test-gone-admin" of target "lab" \(.*\) is no longer in the cloud/);
    assert.match(preview.all, /Run `wavelift up test-gone-estate`/);

    await wave.upEstate();
    assert.ok(await group());
    const mended = await wave.preview();
    assert.equal(mended.exitCode, 0, mended.all);
  });

  it("gets back a rule that somebody took out of it", async () => {
    const rules = async () =>
      ((await group())?.security_group_rules ?? []).filter(({ protocol }) => protocol === "icmp");
    const [rule] = await rules();
    await client.request("network", "DELETE", `/security-group-rules/${rule?.id ?? ""}`);
    await wave.upEstate();
    assert.equal((await rules()).length, 1);
  });
});

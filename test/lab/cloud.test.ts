import assert from "node:assert/strict";
import { z } from "zod";
import { getVolume, setBootable, setImageProperties } from "../../cloud/cinder.ts";
import { connect, type CloudClient } from "../../cloud/client.ts";
import { readCloudEntry } from "../../cloud/clouds-yaml.ts";
import { consoleOutput, getServer } from "../../cloud/nova.ts";
import { readOffer } from "../../cloud/read-offer.ts";
import { markMetadata } from "../../planning/mark.ts";

/** Against the lab's real OpenStack: OS_CLIENT_CONFIG_FILE names its clouds.yaml (clouds `lab` and `lab-tenant`). */
describe("cloud client on the lab's OpenStack", function () {
  this.timeout(60_000);
  let admin: CloudClient;
  let tenant: CloudClient;
  const cleanup: (() => Promise<unknown>)[] = [];

  before(async () => {
    [admin, tenant] = await Promise.all([connect(readCloudEntry("lab")), connect(readCloudEntry("lab-tenant"))]);
  });
  afterEach(async () => {
    for (const step of cleanup.splice(0).reverse()) await step();
  });
  after(() => Promise.all([admin.close(), tenant.close()]));

  const createVolume = async (client: CloudClient, metadata: Record<string, string>): Promise<string> => {
    const body = { volume: { name: "wavelift-cloud-test", size: 1, volume_type: "ceph", metadata } };
    const answer = await client.request("block-storage", "POST", "/volumes", body);
    const { id } = z.object({ volume: z.object({ id: z.string() }) }).parse(answer).volume;
    cleanup.push(async () => {
      await client.request("block-storage", "DELETE", `/volumes/${id}`);
      await until(async () => (await getVolume(client, id)) === null);
    });
    await until(async () => (await getVolume(client, id))?.status === "available");
    return id;
  };
  const until = async (done: () => Promise<boolean>): Promise<void> => {
    for (let tries = 0; !(await done()); tries += 1) {
      assert.ok(tries < 100, "it did not happen within 50 s");
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };

  it("offers a private flavor only to a project that has access to it, also to an administrator", async () => {
    const flavor = {
      name: `wavelift-test-${process.pid}`,
      vcpus: 1,
      ram: 64,
      disk: 0,
      "os-flavor-access:is_public": false,
    };
    const answer = await admin.request("compute", "POST", "/flavors", { flavor });
    const { id } = z.object({ flavor: z.object({ id: z.string() }) }).parse(answer).flavor;
    cleanup.push(() => admin.request("compute", "DELETE", `/flavors/${id}`));
    const offered = async (client: CloudClient): Promise<boolean> =>
      (await readOffer(client, "lab")).flavors.some((found) => found.id === id && !found.isPublic);
    assert.deepEqual([await offered(admin), await offered(tenant)], [false, false]);
    await admin.request("compute", "POST", `/flavors/${id}/action`, { addTenantAccess: { tenant: tenant.projectId } });
    assert.deepEqual([await offered(admin), await offered(tenant)], [false, true]);
  });

  it("offers the project's and the shared networks with their subnets, and tells admin from member", async () => {
    const [asAdmin, asTenant] = await Promise.all([readOffer(admin, "lab"), readOffer(tenant, "lab-tenant")]);
    assert.deepEqual([asAdmin.isAdmin, asTenant.isAdmin], [true, false]);
    for (const offer of [asAdmin, asTenant]) {
      const own = offer.networks.find(({ name }) => name === "lab-tenant");
      const shared = offer.networks.find(({ name }) => name === "lab-flat");
      assert.equal(own?.projectId, asTenant.projectId);
      assert.equal(shared?.shared, true);
      assert.ok(offer.subnets.some(({ networkId, cidr }) => networkId === shared.id && cidr === "10.20.0.0/24"));
      assert.ok(
        offer.flavors.some(({ name, vcpus, memoryMiB }) => name === "lab.small" && vcpus === 1 && memoryMiB === 512),
      );
      assert.ok(offer.volumeTypes.some(({ name }) => name === "ceph"));
      assert.ok(offer.availabilityZones.includes("nova"));
    }
  });

  it("reads quotas with their use, and the marks on volumes of the project alone", async () => {
    const before = await readOffer(tenant, "lab-tenant");
    const mark = { stack: "wavelift/cloud-test", key: "vm-disk-2000", generation: 3 };
    const id = await createVolume(tenant, markMetadata(mark));
    const after = await readOffer(tenant, "lab-tenant");
    assert.deepEqual(after.volumes.find((volume) => volume.id === id)?.mark, mark);
    assert.equal(after.quota.volumes.used, before.quota.volumes.used + 1);
    assert.equal(after.quota.gigabytes.used, before.quota.gigabytes.used + 1);
    assert.equal(
      after.quota.perVolumeType["ceph"]?.volumes.used,
      (before.quota.perVolumeType["ceph"]?.volumes.used ?? 0) + 1,
    );
    assert.ok(!(await readOffer(admin, "lab")).volumes.some((volume) => volume.id === id));
  });

  it("makes a volume bootable with exactly the wanted image properties", async () => {
    const id = await createVolume(tenant, {});
    assert.equal((await getVolume(tenant, id))?.bootable, false);
    await setBootable(tenant, id);
    await setImageProperties(tenant, id, { hw_disk_bus: "scsi", hw_machine_type: "q35" });
    await setImageProperties(tenant, id, { hw_disk_bus: "virtio", hw_firmware_type: "uefi" });
    await setImageProperties(tenant, id, { hw_disk_bus: "virtio", hw_firmware_type: "uefi" });
    const volume = await getVolume(tenant, id);
    assert.equal(volume?.bootable, true);
    assert.deepEqual(volume.imageProperties, { hw_disk_bus: "virtio", hw_firmware_type: "uefi" });
  });

  it("follows pages", async () => {
    const all = await admin.list("network", "/networks", "networks");
    assert.ok(all.length >= 2);
    assert.equal((await admin.list("network", "/networks?limit=1", "networks")).length, all.length);
  });

  it("what does not exist is null, and refusals carry the API's own words", async () => {
    const missing = "00000000-0000-4000-8000-000000000000";
    assert.equal(await getVolume(tenant, missing), null);
    assert.equal(await getServer(tenant, missing), null);
    await assert.rejects(consoleOutput(tenant, missing, 5), /404: Instance .* could not be found/);
    await assert.rejects(
      tenant.request("compute", "POST", "/flavors", { flavor: { name: "x", vcpus: 1, ram: 1, disk: 0 } }),
      /403: .*[Pp]olicy doesn't allow/,
    );
    const wrong = readCloudEntry("lab-tenant");
    assert.ok(wrong.auth.kind === "password");
    const auth = { ...wrong.auth, password: "not-the-password" };
    await assert.rejects(connect({ ...wrong, auth }), (error) => {
      assert.ok(error instanceof Error);
      assert.match(error.message, /401: .*requires authentication/);
      assert.ok(!error.message.includes("not-the-password"));
      return true;
    });
  });
});

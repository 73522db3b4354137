import assert from "node:assert/strict";
import path from "node:path";
import { z } from "zod";
import { connect } from "../../cloud/client.ts";
import { readCloudEntry } from "../../cloud/clouds-yaml.ts";
import { imagesOf, leftoversOf } from "../../lab/demo/leftovers.ts";
import { bootSectorProperties, makeBootable } from "./boot-sector.ts";
import { isIdentical, randomDisk } from "./disks.ts";
import { testVm } from "./vms.ts";
import { Workspace, type Run } from "./workspace.ts";

const MIB = 2 ** 20;
const SHARED = "test-two-shared";
const SPARE = "test-two-spare";
const GROUP = "test-two-apart";

const ssh = (remoteCidr: string) => ({ direction: "ingress", protocol: "tcp", ports: 22, remoteCidr });
const icmp = { direction: "ingress", protocol: "icmp", remoteCidr: "10.20.0.0/24" };
const https = { direction: "ingress", protocol: "tcp", ports: 443, remoteCidr: "10.20.0.0/24" };

/** The parts of the plan that the estate's stack declares. */
const groups = (rules: readonly object[], policy = "soft-anti-affinity") => ({
  securityGroups: { [SHARED]: { targets: ["lab"], rules }, [SPARE]: { targets: ["lab"], rules: [icmp] } },
  serverGroups: { [GROUP]: { targets: ["lab"], policy } },
  defaultSecurityGroups: [SHARED],
});

const Found = z.object({
  security_groups: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      security_group_rules: z.array(
        z.object({
          id: z.string(),
          direction: z.string(),
          protocol: z.string().nullable(),
          port_range_min: z.int().nullable(),
          remote_ip_prefix: z.string().nullable(),
        }),
      ),
    }),
  ),
});
const Ports = z.object({ ports: z.array(z.object({ name: z.string(), security_groups: z.array(z.string()) })) });
const ServerGroups = z.object({
  server_groups: z.array(z.object({ id: z.string(), name: z.string(), members: z.array(z.string()) })),
});

/** What the test's estate has in the cloud, and who is in it. */
async function estateInCloud() {
  const client = await connect(readCloudEntry("lab"));
  try {
    const [found, ports, serverGroups] = await Promise.all([
      client.request("network", "GET", "/security-groups"),
      client.request("network", "GET", "/ports"),
      client.request("compute", "GET", "/os-server-groups"),
    ]);
    const security = Found.parse(found).security_groups.filter(({ name }) => name === SHARED || name === SPARE);
    return {
      security: security.sort((a, b) => (a.name < b.name ? -1 : 1)),
      rules: security
        .flatMap(({ name, security_group_rules: rules }) =>
          rules.map((rule) => [name, rule.direction, rule.protocol, rule.port_range_min, rule.remote_ip_prefix]),
        )
        .filter(([, direction]) => direction === "ingress")
        .map((rule) => rule.join(" "))
        .sort(),
      ports: Ports.parse(ports)
        .ports.filter(({ name }) => /^two-[ab]-nic/.test(name))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
      server: ServerGroups.parse(serverGroups).server_groups.filter(({ name }) => name === GROUP),
    };
  } finally {
    await client.close();
  }
}

/** Two waves share the estate's groups. The steps build on each other: a wave in the lab is too dear to be made for each. */
describe("two waves and the estate that they share", function () {
  this.timeout(1_200_000);
  const a = new Workspace("test-two-a", { estate: "test-two-estate" });
  const b = new Workspace("test-two-b", { beside: a });
  const first = [ssh("10.20.0.0/24"), icmp];
  const edited = [ssh("10.20.0.0/25"), icmp, https];
  const overrides = { boot: true, serverGroup: GROUP, imageProperties: bootSectorProperties };
  const waves = (more: object = {}) => ({
    "test-two-a": { target: "lab", vms: { "two-a": { ...overrides, ...more } } },
    "test-two-b": { target: "lab", vms: { "two-b": { ...overrides, ...more } } },
  });
  const disk = (name: string): string => path.join(a.datastore, `${name}.raw`);
  const serversOf = async (stack: string) =>
    (await a.offers()).flatMap(({ servers }) => servers.filter(({ mark }) => mark?.stack === stack));

  let runs: readonly Run[] = [];

  // Each of the tests needs both waves migrated, also where it runs alone.
  before(async () => {
    await a.open(groups(first));
    await b.init();
    for (const [index, name] of ["two-a", "two-b"].entries()) {
      await randomDisk(disk(name), 48, 40);
      await makeBootable(disk(name));
      // The same names in both waves: what belongs to whom is told by the mark, and by nothing else.
      const label = "Hard disk 1";
      a.writeVm(testVm(name, 220 + index, [{ file: `${name}.raw`, capacityBytes: 48 * MIB, label }], { name: "two" }));
    }
    a.writePlan(waves(), { ...groups(first), names: { volume: "two {label}" } });
    await a.plan();
    await b.plan();
    a.writePlan(waves(), { ...groups(edited), names: { volume: "two {label}" } });
    const estate = ["up", a.estate, "--yes", "--", "--non-interactive", "--skip-preview"];
    runs = await Promise.all([a.up(), b.up(), a.wavelift(...estate)]);
  });
  after(async () => {
    await b.close();
    await a.close();
  });

  it("migrate at the same time, while the estate gets another rule and an edited one", async () => {
    for (const run of runs) assert.equal(run.exitCode, 0, run.all);
    const cloud = await estateInCloud();
    const shared = cloud.security.find(({ name }) => name === SHARED)?.id;
    assert.deepEqual(
      cloud.ports.map((port) => [port.name, port.security_groups]),
      [
        ["two-a-nic-4000", [shared]],
        ["two-b-nic-4000", [shared]],
      ],
    );
    assert.deepEqual(cloud.rules, [
      `${SHARED} ingress icmp  10.20.0.0/24`,
      `${SHARED} ingress tcp 22 10.20.0.0/25`,
      `${SHARED} ingress tcp 443 10.20.0.0/24`,
      `${SPARE} ingress icmp  10.20.0.0/24`,
    ]);
    const servers = [...(await serversOf("wavelift/test-two-a")), ...(await serversOf("wavelift/test-two-b"))];
    assert.deepEqual(
      servers.map(({ name, status }) => [name, status]),
      [
        ["two", "ACTIVE"],
        ["two", "ACTIVE"],
      ],
    );
    assert.deepEqual(cloud.server[0]?.members.toSorted(), servers.map(({ id }) => id).sort());
    for (const wave of [a, b])
      for (const [key, volume] of await wave.volumes())
        assert.ok(await isIdentical(disk(key.replace("-disk-2000", "")), volume), key);
  });

  it("keep the estate from being destroyed, by wavelift at once and by bare pulumi, and nothing of it goes", async () => {
    const before = await estateInCloud();
    const refused = await a.destroy(a.estate);
    assert.equal(refused.exitCode, 2, refused.all);
    assert.match(
      refused.all,
      /security group test-two-shared: port two-a-nic-4000 of VM two-a in stack .*two-b-nic-4000/,
    );
    assert.match(refused.all, /server group test-two-apart: server two of VM two-a in stack wavelift\/test-two-a/);
    assert.doesNotMatch(refused.all, /deleting|Destroying/);
    for (const more of [[], ["--continue-on-error"]]) {
      const bare = await a.pulumi("destroy", "--yes", "--skip-preview", "--stack", a.estate, ...more);
      assert.notEqual(bare.exitCode, 0, bare.all);
      assert.match(bare.all, /security group test-two-shared: port two-a-nic-4000 of VM two-a/);
    }
    assert.deepEqual(await estateInCloud(), before);
  });

  it("stop an edit that would take a group from them or make it anew, in preview and in up", async () => {
    const before = await estateInCloud();
    const plan = groups(edited, "soft-affinity");
    a.writePlan(waves({ securityGroups: [SPARE] }), {
      ...plan,
      securityGroups: { [SPARE]: plan.securityGroups[SPARE] },
      defaultSecurityGroups: [SPARE],
    });
    for (const verb of ["preview", "up"]) {
      const run = await a.wavelift(verb, a.estate, "--", "--non-interactive", ...(verb === "up" ? ["--yes"] : []));
      assert.notEqual(run.exitCode, 0, run.all);
      assert.match(run.all, /security group test-two-shared of target lab: no longer in the plan/);
      assert.match(run.all, /test-two-apart of target lab: policy soft-anti-affinity -> soft-affinity/);
      assert.match(run.all, /server two of VM two-b in stack wavelift\/test-two-b/);
      assert.doesNotMatch(run.all, /at .*\.ts:\d+/, "a user's fault shows no stack");
    }
    assert.deepEqual(await estateInCloud(), before);
    a.writePlan(waves(), { ...groups(edited), names: { volume: "two {label}" } });
  });

  /** Rolls one wave back and sees that the other one and the estate lost nothing. */
  const rollBack = async (gone: Workspace, left: Workspace): Promise<void> => {
    const [vm, other] = [gone, left].map(({ wave }) => wave.replace("test-", ""));
    const before = await estateInCloud();
    const server = await serversOf(`wavelift/${left.wave}`);
    const destroyed = await gone.destroy();
    assert.equal(destroyed.exitCode, 0, destroyed.all);
    assert.deepEqual(
      (await a.offers()).flatMap((offer) => leftoversOf(offer, `wavelift/${gone.wave}`)),
      [],
    );
    const now = await estateInCloud();
    assert.deepEqual(now.security, before.security);
    assert.deepEqual(
      now.ports,
      before.ports.filter(({ name }) => !name.startsWith(`${vm ?? ""}-`)),
    );
    assert.equal(now.ports.length, 1);
    assert.deepEqual(
      now.server[0]?.members,
      server.map(({ id }) => id),
    );
    assert.deepEqual(await serversOf(`wavelift/${left.wave}`), server);
    for (const volume of (await left.volumes()).values()) assert.ok(await isIdentical(disk(other ?? ""), volume));
    const refused = await a.destroy(a.estate);
    assert.equal(refused.exitCode, 2, refused.all);
    assert.match(refused.all, new RegExp(`VM ${other ?? ""}`));
    assert.doesNotMatch(refused.all, new RegExp(`VM ${vm ?? ""}`));
  };

  it("lose nothing when the first is rolled back, and take it in again", async () => {
    await rollBack(a, b);
    const again = await a.up();
    assert.equal(again.exitCode, 0, again.all);
  });

  it("lose nothing when the second is rolled back, and take it in again", async () => {
    await rollBack(b, a);
    const again = await b.up();
    assert.equal(again.exitCode, 0, again.all);
    for (const wave of [a, b]) {
      const preview = await wave.preview("--expect-no-changes");
      assert.equal(preview.exitCode, 0, preview.all);
    }
  });

  it("are destroyed at once, while the estate refuses to go before them, and nothing is left of all three", async () => {
    const volumes = [...(await a.volumes()).values(), ...(await b.volumes()).values()];
    assert.equal(volumes.length, 2);
    const [first, second, estate] = await Promise.all([a.destroy(), b.destroy(), a.destroy(a.estate)]);
    for (const destroyed of [first, second]) assert.equal(destroyed.exitCode, 0, destroyed.all);
    // It looked while they were there, or they had gone by then: never an error in between.
    assert.ok(estate.exitCode === 2 || estate.exitCode === 0, estate.all);
    const last = await a.destroy(a.estate);
    assert.equal(last.exitCode, 0, last.all);
    const { security, server, ports } = await estateInCloud();
    assert.deepEqual({ security, server, ports }, { security: [], server: [], ports: [] });
    assert.deepEqual(await imagesOf(volumes), []);
  });

  it("are told what to do by preview when the estate is gone", async () => {
    const preview = await b.preview();
    assert.notEqual(preview.exitCode, 0, preview.all);
    assert.match(preview.all, /Run `wavelift up test-two-estate` first/);
    const removed = await a.pulumi("stack", "rm", "--yes", "--preserve-config", "--stack", a.estate);
    assert.equal(removed.exitCode, 0, removed.all);
    const again = await b.preview();
    assert.notEqual(again.exitCode, 0, again.all);
    assert.match(again.all, /unknown stack .*test-two-estate/);
  });
});

import assert from "node:assert/strict";
import { execa } from "execa";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { project } from "../../cli/project.ts";
import { markTags, markMetadata } from "../../planning/mark.ts";
import { PASSWORD, startFakeCloud, type FakeCloud } from "../cloud/fake-cloud.ts";

const mark = { stack: "wavelift/wave1", key: "web1", generation: 1 };

/** The guard as Pulumi runs it: a process that gets its job, and answers by its exit code. */
describe("the guard of shared groups", function () {
  this.timeout(60_000);
  let cloud: FakeCloud;
  let ports: object[];
  let volumes: object[];
  let members: string[] | null;
  const folder = mkdtempSync(path.join(tmpdir(), "wavelift-guard-"));

  before(async () => {
    cloud = await startFakeCloud();
    cloud.answer = ({ path: asked }) => {
      if (asked.startsWith("/network/v2.0/ports")) return { body: { ports } };
      if (asked.startsWith("/compute/v2.1/servers/detail"))
        return { body: { servers: [{ id: "s1", name: "web", metadata: markMetadata(mark) }] } };
      if (/^\/volume\/v3\/[^/]+\/volumes\/detail/.test(asked)) return { body: { volumes } };
      if (asked === "/compute/v2.1/os-server-groups/g-dbs" && members !== null)
        return { body: { server_group: { id: "g-dbs", policies: ["affinity"], members } } };
      return { status: 404 };
    };
    const auth = { auth_url: cloud.entry.authUrl, username: "mover", password: PASSWORD, project_name: "estate" };
    const entry = { auth: { ...auth, user_domain_name: "Default", project_domain_id: "default" } };
    const clouds = { fake: { ...entry, region_name: "RegionOne" } };
    writeFileSync(path.join(folder, "clouds.yaml"), stringify({ clouds }));
  });
  beforeEach(() => {
    ports = [];
    volumes = [];
    members = [];
    cloud.seen.splice(0);
  });
  after(async () => {
    await cloud.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (verb: "guard" | "unguard", scope: "group" | "target", ids = { web: "sg-web" }) =>
    execa(process.execPath, ["bin/convert.mjs", verb], {
      cwd: project,
      reject: false,
      all: true,
      input: JSON.stringify({
        version: 1,
        stack: "wavelift/prod",
        target: "lab",
        cloud: "fake",
        scope,
        securityGroups: ["web"],
        serverGroups: ["dbs"],
      }),
      env: {
        OS_CLIENT_CONFIG_FILE: path.join(folder, "clouds.yaml"),
        // Asking APIs needs no conversion host: the estate's stack works without runners.yaml.
        WAVELIFT_RUNNERS: path.join(folder, "not-there.yaml"),
        WAVELIFT_GROUP_IDS: JSON.stringify({ securityGroups: ids, serverGroups: { dbs: "g-dbs" } }),
      },
    });

  it("lets groups go that nobody uses, also when the cloud no longer has them", async () => {
    assert.equal((await run("unguard", "target")).exitCode, 0);
    members = null;
    const gone = await run("unguard", "group");
    assert.equal(gone.exitCode, 0, gone.all);
    assert.deepEqual(JSON.parse(gone.stdout), {
      version: 1,
      verb: "unguard",
      target: "lab",
      scope: "group",
      result: "nobody uses it: may go",
    });
  });

  it("refuses while a port is in the security group, and names it", async () => {
    ports = [{ id: "p1", name: "web1-nic-4000", security_groups: ["sg-web"], tags: markTags(mark) }];
    const refused = await run("unguard", "group");
    assert.equal(refused.exitCode, 2, refused.all);
    assert.match(refused.stderr, /security group web: port web1-nic-4000 of VM web1 in stack wavelift\/wave1/);
  });

  it("refuses while a server is in the server group, which Nova would delete without a word", async () => {
    members = ["s1"];
    const refused = await run("unguard", "group");
    assert.equal(refused.exitCode, 2, refused.all);
    assert.match(refused.stderr, /server group dbs: server web of VM web1 in stack wavelift\/wave1/);
  });

  it("holds all of a target, not a single group, for a VM that has begun and has no port yet", async () => {
    volumes = [
      { metadata: { ...markMetadata({ ...mark, key: "web1-disk-2000" }), wavelift_estate: "wavelift/prod" } },
      { metadata: { ...markMetadata({ ...mark, key: "db1-disk-2000" }), wavelift_estate: "wavelift/prod" } },
    ];
    assert.equal((await run("unguard", "group")).exitCode, 0);
    const refused = await run("unguard", "target");
    assert.equal(refused.exitCode, 2, refused.all);
    assert.match(refused.stderr, /VM db1 in stack wavelift\/wave1, which has begun and has no port yet/);
    assert.doesNotMatch(refused.stderr, /VM web1/, "its server is there, so its groups are seen");
  });

  it("keeps the groups when the cloud cannot say who uses them", async () => {
    cloud.refuse = { status: 503, body: { error: { message: "down" } } };
    try {
      const failed = await run("unguard", "group");
      assert.equal(failed.exitCode, 1, failed.all);
    } finally {
      cloud.refuse = null;
    }
  });

  it("asks nothing when it is put in place", async () => {
    assert.equal((await run("guard", "target")).exitCode, 0);
    assert.deepEqual(cloud.seen, []);
  });
});

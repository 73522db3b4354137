import assert from "node:assert/strict";
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { connect, type CloudClient } from "../../cloud/client.ts";
import { readCloudEntry } from "../../cloud/clouds-yaml.ts";
import { bootSectorProperties, makeBootable } from "./boot-sector.ts";
import { isIdentical, randomDisk } from "./disks.ts";
import { FailingApi } from "./failing-api.ts";
import { testVm } from "./vms.ts";
import { paths, Workspace } from "./workspace.ts";

const MIB = 2 ** 20;
const STACK = "test-failures";
/** Name of a flavor that no host fits and of a volume type that no back end serves. */
const NOWHERE = "wavelift-test-failures";

/** Every VM but the good ones fails in a way of its own; each only once, by what `heal` takes away. */
const booted = ["good1", "noroom", "srvquota", "silent", "waits"];
const others = ["good2", "cut", "volerr", "volquota", "portused"];
const overrides: Readonly<Record<string, object>> = {
  noroom: { flavor: NOWHERE },
  volerr: { volumeType: NOWHERE },
  silent: { checks: [{ kind: "console", pattern: "a text that never comes" }], readyTimeoutSeconds: 5 },
  waits: { dependsOn: ["silent"] },
};

const Named = z.object({ id: z.string(), name: z.string() });
const Flavors = z.object({ flavors: z.array(Named) });
const Types = z.object({ volume_types: z.array(Named) });
const Outcome = z.object({
  finished: z.boolean(),
  counts: z.record(z.string(), z.int()),
  vms: z.array(z.object({ vm: z.string(), state: z.string() })),
});

describe("a wave in which VMs fail", function () {
  this.timeout(900_000);
  const wave = new Workspace(STACK);
  const api = new FailingApi();
  let admin: CloudClient;
  const disk = (key: string): string => path.join(wave.datastore, `${key}.raw`);

  before(async () => {
    await api.open();
    const cloudsYaml = path.join(wave.folder, "clouds.yaml");
    writeFileSync(cloudsYaml, api.through(readFileSync(paths.cloudsYaml, "utf8")));
    wave.environment["OS_CLIENT_CONFIG_FILE"] = cloudsYaml;
    admin = await connect(readCloudEntry("lab", wave.environment));
    await removeBroken();
    await wave.open();
    await removeNowhere();
    await admin.request("compute", "POST", "/flavors", { flavor: { name: NOWHERE, vcpus: 1, ram: 512, disk: 0 } });
    const flavor = `/flavors/${await flavorId()}/os-extra_specs`;
    await admin.request("compute", "POST", flavor, { extra_specs: { "trait:HW_CPU_X86_AVX512VBMI": "required" } });
    const type = { name: NOWHERE, extra_specs: { volume_backend_name: "nowhere" } };
    await admin.request("block-storage", "POST", "/types", { volume_type: type });
    for (const [at, key] of [...booted, ...others].entries()) {
      await randomDisk(disk(key), 16, 4);
      await makeBootable(disk(key));
      const withoutNic = key === "waits" ? { nics: [] } : {};
      wave.writeVm(testVm(key, 230 + at, [{ file: `${key}.raw`, capacityBytes: 16 * MIB }], withoutNic));
    }
    writePlan(overrides);
    await wave.plan();
    copyFileSync(disk("cut"), path.join(wave.folder, "whole.raw"));
    truncateSync(disk("cut"), 8 * MIB);
    api.faults = [
      {
        method: "POST",
        path: /\/volumes$/,
        body: /volquota-disk/,
        status: 413,
        answer: {
          overLimit: {
            code: 413,
            message: "VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota 'volumes'.",
            retryAfter: "0",
          },
        },
      },
      {
        method: "POST",
        path: /\/servers$/,
        body: /srvquota/,
        status: 403,
        answer: {
          forbidden: {
            code: 403,
            message: "Quota exceeded for instances: Requested 1, but already used 10 of 10 instances",
          },
        },
      },
      {
        method: "POST",
        path: /\/ports$/,
        body: /10\.20\.0\.239/,
        status: 409,
        answer: {
          NeutronError: {
            type: "IpAddressAlreadyAllocated",
            message: "IP address 10.20.0.239 already allocated in subnet 7679a17d",
            detail: "",
          },
        },
      },
    ];
  });
  after(async () => {
    api.faults = [];
    await removeBroken();
    await wave.close();
    await removeNowhere();
    await admin.close();
    api.close();
  });

  const flavorId = async (): Promise<string | undefined> =>
    Flavors.parse(await admin.request("compute", "GET", "/flavors")).flavors.find(({ name }) => name === NOWHERE)?.id;
  const typeId = async (): Promise<string | undefined> =>
    Types.parse(await admin.request("block-storage", "GET", "/types")).volume_types.find(({ name }) => name === NOWHERE)
      ?.id;
  async function removeNowhere(): Promise<void> {
    const [flavor, type] = [await flavorId(), await typeId()];
    if (flavor !== undefined) await admin.request("compute", "DELETE", `/flavors/${flavor}`);
    if (type !== undefined) await admin.request("block-storage", "DELETE", `/types/${type}`);
  }
  const volumesIn = async (...states: string[]) =>
    (await wave.offers())
      .flatMap(({ volumes }) => volumes)
      .filter(({ status, mark }) => states.includes(status) && mark?.stack === `wavelift/${STACK}`);
  /** What Cinder could not make stays behind in ERROR, unknown to the state: the provider tells its id too late. */
  async function removeBroken(): Promise<void> {
    for (const { id } of await volumesIn("error")) await admin.request("block-storage", "DELETE", `/volumes/${id}`);
    for (let tries = 0; tries < 40 && (await volumesIn("error", "deleting")).length > 0; tries += 1) await sleep(500);
  }
  function writePlan(more: Readonly<Record<string, object>>): void {
    const bootedVm = { boot: true, imageProperties: bootSectorProperties };
    const vms = [...booted.map((key) => [key, bootedVm] as const), ...others.map((key) => [key, {}] as const)];
    wave.writePlan({
      [STACK]: { target: "lab", vms: Object.fromEntries(vms.map(([key, vm]) => [key, { ...vm, ...more[key] }])) },
    });
  }
  const servers = async () =>
    (await wave.offers())
      .flatMap((offer) => offer.servers)
      .filter(({ mark }) => mark?.stack === `wavelift/${STACK}`)
      .map(({ name, status }) => `${name} ${status}`)
      .sort();

  it("tells of each in one line with cause and remedy, and takes the good ones all the way", async () => {
    const up = await wave.up();
    assert.equal(up.exitCode, 1, up.all);
    for (const line of [
      /^ {2}cut +failed: source: cut-disk-2000: the disk in "cut\.raw" has 8388608 bytes, the estate says 16777216\. .*Read the estate again/m,
      /^ {2}volerr +failed: volume of disk 2000: Cinder could not make the volume \(status error\)/m,
      /^ {2}volquota +failed: volume of disk 2000: a quota of the project is reached: .*'volumes'\. Raise the quota/m,
      /^ {2}portused +failed: port of NIC 4000: the address 10\.20\.0\.239 is in use by another port\. Find it with/m,
      /^ {2}noroom +failed: server: Nova could not build the server .*No valid host was found\. /m,
      /^ {2}srvquota +failed: server: a quota of the project is reached: Quota exceeded for instances.* Raise the quota/m,
      /^ {2}silent +failed: ready: not ready after 5 s .*never comes.* See what it waits for/m,
      /^ {2}waits +waits for silent/m,
      /^10 VMs: 2 done, 7 failed, 1 waiting\.$/m,
      /^Go on with: wavelift up test-failures/m,
    ])
      assert.match(up.stdout, line);
    assert.deepEqual(await servers(), ["good1 ACTIVE", "noroom ERROR", "silent ACTIVE"]);
    assert.ok(await isIdentical(disk("good2"), (await wave.volumes()).get("good2-disk-2000") ?? ""));
  });

  it("takes only what is left when the causes are gone", async () => {
    api.faults = [];
    copyFileSync(path.join(wave.folder, "whole.raw"), disk("cut"));
    const specs = `/flavors/${await flavorId()}/os-extra_specs/${encodeURIComponent("trait:HW_CPU_X86_AVX512VBMI")}`;
    await admin.request("compute", "DELETE", specs);
    // A type can be changed while no volume is of it.
    await removeBroken();
    const backend = { extra_specs: { volume_backend_name: "ceph" } };
    await admin.request("block-storage", "POST", `/types/${await typeId()}/extra_specs`, backend);
    writePlan({ ...overrides, silent: { checks: [{ kind: "console", pattern: "login:" }] } });
    await wave.plan();

    const up = await wave.wavelift("up", STACK, "--yes", "--json", "--", "--non-interactive", "--skip-preview");
    assert.equal(up.exitCode, 0, up.all);
    const outcome = Outcome.parse(JSON.parse(up.stdout));
    assert.deepEqual([outcome.finished, outcome.counts], [true, { done: 10, failed: 0, waiting: 0, left: 0 }]);
    assert.doesNotMatch(up.all, /^ *[-+~]+ .* good[12]\b/m, "what was done is not touched");
    assert.deepEqual(await servers(), booted.map((key) => `${key} ACTIVE`).sort());
    assert.ok(await isIdentical(disk("cut"), (await wave.volumes()).get("cut-disk-2000") ?? ""));
  });
});

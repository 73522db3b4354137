import assert from "node:assert/strict";
import type { CloudOffer } from "../../cloud/offer.ts";
import type { EstateVm } from "../../inventory/schema/estate.ts";
import type { WaveFile } from "../../inventory/schema/wave.ts";
import { planWave } from "../../planning/plan-wave.ts";
import { review } from "../../review/review.ts";
import { formatLeftOut, formatStop } from "../../review/show.ts";
import { estateVm, input, offer, plan, quota, stack } from "../planning/fixtures.ts";

const vms = [estateVm("web01"), estateVm("web02")];
const written = planWave(input(vms)).file;

interface Given {
  readonly begun?: boolean;
  /** web01 has a server. */
  readonly server?: boolean;
  readonly written?: WaveFile;
  readonly overrides?: Record<string, object>;
  readonly cloud?: Partial<CloudOffer>;
  readonly estate?: ReadonlyMap<string, EstateVm>;
}

/** The wave with these overrides for web01, planned and reviewed; `begun`: it owns a volume that carries the mark. */
function reviewed(web01: object, { begun = false, server = false, ...given }: Given = {}) {
  const volume: CloudOffer["volumes"][number] = {
    id: "v",
    name: "v",
    status: server ? "in-use" : "available",
    sizeGiB: 1,
    volumeType: "ceph",
    mark: { stack, key: "web01-disk-2000", generation: 1 },
  };
  const there = { ...given.cloud, ...(begun ? { volumes: [volume] } : {}) };
  const planned = input(vms, {
    plan: plan({ web01, web02: {}, ...given.overrides }),
    offers: new Map([["lab", offer(there)]]),
    ...(given.estate === undefined ? {} : { estate: given.estate }),
  });
  return review(planned, given.written ?? planWave({ ...planned, previous: written }).file);
}

describe("what preview and up go by", () => {
  it("declares the wave file's VMs", () => {
    const { vms: declared, stopped } = reviewed({});
    assert.deepEqual(
      declared.map(({ key }) => key),
      ["web01", "web02"],
    );
    assert.deepEqual(stopped, []);
  });

  it("leaves an excluded VM out before it has begun", () => {
    assert.deepEqual(
      reviewed({ exclude: true }).vms.map(({ key }) => key),
      ["web02"],
    );
  });

  it("keeps an excluded VM that has begun: leaving it out would delete its server and volumes", () => {
    assert.deepEqual(
      reviewed({ exclude: true }, { begun: true }).vms.map(({ key }) => key),
      ["web01", "web02"],
    );
  });

  it("declares from the wave file, and only says what would be planned otherwise now", () => {
    const { vms: declared, notes } = reviewed({ flavor: "m1.large" }, { written });
    assert.equal(declared[0]?.flavor.name, written.vms[0]?.flavor.name);
    assert.ok(
      notes.some(({ id, vm }) => id === "plan.drift" && vm === "web01"),
      JSON.stringify(notes),
    );
  });

  it("stops for a VM that the wave file lacks and the plan has, when it cannot be planned", () => {
    const { stopped } = reviewed({ flavor: "no.such" }, { written: { ...written, vms: written.vms.slice(1) } });
    assert.ok(stopped.some(({ vm }) => vm === "web01"));
    assert.match(
      formatStop("wave1", stopped),
      /Wave wave1 is stopped by \d+ Critical concern.*\n.*web01.*\n(.*\n)*.*exclude: \[web01\]/,
    );
  });

  it("goes on with what has begun when others are stopped, and leaves those out", () => {
    const judged = reviewed({}, { begun: true, overrides: { web02: { flavor: "no.such" } } });
    assert.deepEqual([judged.goesOn, judged.vms.map(({ key }) => key)], [true, ["web01"]]);
    assert.ok(judged.stopped.every(({ vm }) => vm === "web02"));
    assert.match(formatLeftOut("wave1", judged.stopped), /What has begun goes on.*\n.*web02.*flavor\.none/);
    const fresh = reviewed({}, { overrides: { web02: { flavor: "no.such" } } });
    assert.deepEqual([fresh.goesOn, fresh.vms.length], [false, 2]);
  });

  it("lets what has begun resume and roll back, whatever is Critical about it or the whole wave now", () => {
    const broken = { cloud: { flavors: [], networks: [], quota: quota({ volumes: { limit: 1, used: 1 } }) } };
    const resumed = reviewed({}, { begun: true, ...broken });
    assert.deepEqual([resumed.goesOn, resumed.vms.map(({ key }) => key)], [true, ["web01"]]);
    assert.ok(resumed.warnings.some(({ id, vm }) => id === "flavor.none" && vm === "web01"));
    const back = reviewed({ phase: "absent" }, { begun: true, ...broken });
    assert.deepEqual([back.goesOn, back.rollsBack], [true, true]);
    assert.ok(back.stopped.every(({ vm }) => vm !== "web01"));
  });

  it("resumes and rolls back a VM whose estate file is gone, and stops one that has not begun", () => {
    const gone = { estate: new Map() };
    const judged = reviewed({}, { begun: true, ...gone });
    assert.deepEqual(
      judged.stopped.map(({ id, vm }) => [id, vm]),
      [["vm.no-facts", "web02"]],
    );
    assert.deepEqual(
      judged.vms.map(({ key }) => key),
      ["web01"],
    );
    assert.equal(reviewed({ phase: "absent" }, { begun: true, ...gone }).rollsBack, true);
  });

  it("stops everything for a file that would delete a volume of a VM that has begun", () => {
    const [first, ...others] = written.vms;
    assert.ok(first);
    const lost = { ...written, vms: [{ ...first, disks: [] }, ...others] };
    const judged = reviewed({}, { begun: true, written: lost });
    assert.deepEqual([judged.goesOn, judged.stopped.map(({ id }) => id)], [false, ["volume.lost"]]);
    const accepted = { ...written, vms: [{ ...first, disks: [], phase: "accepted" as const }, ...others] };
    assert.equal(reviewed({}, { begun: true, written: accepted }).goesOn, false);
    const dropped = reviewed({}, { begun: true, written: { ...written, vms: others } });
    assert.deepEqual([dropped.goesOn, dropped.stopped.some(({ id }) => id === "vm.dropped")], [false, true]);
  });

  it("makes no server before those that it depends on, and says so", () => {
    const overrides = { web02: { exclude: true } };
    const judged = reviewed({ dependsOn: ["web02"] }, { begun: true, overrides });
    assert.deepEqual(
      judged.vms.map(({ key, boot }) => [key, boot]),
      [["web01", false]],
    );
    assert.ok(judged.warnings.some(({ id, vm }) => id === "server.waits" && vm === "web01"));
    const there = reviewed({ dependsOn: ["web02"] }, { begun: true, overrides, server: true });
    assert.deepEqual(there.vms[0]?.boot, true, "a server that is there stays");
  });
});

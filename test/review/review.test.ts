import assert from "node:assert/strict";
import type { CloudOffer } from "../../cloud/offer.ts";
import type { WaveFile } from "../../inventory/schema/wave.ts";
import { planWave } from "../../planning/plan-wave.ts";
import { review } from "../../review/review.ts";
import { formatStop } from "../../review/show.ts";
import { estateVm, input, plan, stack } from "../planning/fixtures.ts";

const vms = [estateVm("web01"), estateVm("web02")];
const written = planWave(input(vms)).file;

/** The wave with these overrides for web01, planned and reviewed; `begun` VMs own a volume that carries the mark. */
function reviewed(web01: object, options: { readonly begun?: boolean; readonly written?: WaveFile } = {}) {
  const volume: CloudOffer["volumes"][number] = {
    id: "v",
    name: "v",
    status: "in-use",
    sizeGiB: 1,
    volumeType: "ceph",
    mark: { stack, key: "web01-disk-2000", generation: 1 },
  };
  const planned = input(vms, { plan: plan({ web01, web02: {} }) });
  const offers = new Map(
    [...planned.offers].map(([target, one]) => [target, options.begun === true ? { ...one, volumes: [volume] } : one]),
  );
  const file = options.written ?? planWave({ ...planned, offers, previous: written }).file;
  return review({ ...planned, offers }, file);
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
});

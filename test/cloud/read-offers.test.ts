import assert from "node:assert/strict";
import { CloudConfigError } from "../../cloud/clouds-yaml.ts";
import { readOffers } from "../../cloud/read-offers.ts";
import { planWave } from "../../planning/plan-wave.ts";
import { estateVm, input, offer, plan, stack } from "../planning/fixtures.ts";

const written = planWave(input([estateVm("web01")])).file;
const volume = { id: "v", name: "v", status: "in-use", sizeGiB: 1, volumeType: "ceph" };
const begun = { volumes: [{ ...volume, mark: { stack, key: "web01-disk-2000", generation: 1 } }] };

/** Reads the wave's targets; `clouds` are the entries of clouds.yaml with what each holds. */
async function read(targets: object, clouds: Record<string, object>, wave: object = {}) {
  const asked: string[] = [];
  const edited = plan({ web01: {} }, { targets }, wave);
  const offers = await readOffers(edited, "wave1", written, stack, (cloud, target) => {
    asked.push(cloud);
    const there = clouds[cloud];
    if (there === undefined) return Promise.reject(new CloudConfigError(`no cloud ${cloud}`));
    return Promise.resolve(offer({ ...there, target }));
  });
  const { file, concerns } = planWave(input([estateVm("web01")], { plan: edited, offers, previous: written }));
  return { asked, cloud: offers.get("lab")?.cloud, file, concerns };
}

describe("reading the offers of a wave's targets", () => {
  it("reads a target once where plan and wave file agree", async () => {
    assert.deepEqual((await read({ lab: { cloud: "lab" } }, { lab: begun })).asked, ["lab"]);
  });

  it("looks for what has begun where it was begun, though the plan names another cloud now, and says so", async () => {
    const { cloud, file, concerns } = await read({ lab: { cloud: "new" } }, { lab: begun, new: {} });
    assert.deepEqual([cloud, file.targets["lab"]?.cloud], ["lab", "lab"]);
    const told = concerns.find(({ id, vm }) => id === "plan.not-applied" && vm === null);
    assert.match(told?.assessment ?? "", /target lab: cloud lab -> new: is not applied/);
  });

  it("does so too for a target that the plan has no more", async () => {
    const { cloud, file } = await read({ other: { cloud: "other" } }, { lab: begun, other: {} }, { target: "other" });
    assert.equal(cloud, "lab");
    assert.deepEqual([file.vms[0]?.target, file.targets], ["lab", { lab: { cloud: "lab" } }]);
  });

  it("follows the plan when nothing has begun, and when the entry of clouds.yaml was only renamed", async () => {
    assert.equal((await read({ lab: { cloud: "new" } }, { lab: {}, new: {} })).cloud, "new");
    const renamed = await read({ lab: { cloud: "new" } }, { new: begun });
    assert.deepEqual([renamed.cloud, renamed.file.targets["lab"]?.cloud], ["new", "new"]);
  });
});

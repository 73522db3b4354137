import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseRanges } from "../../conversion/ledger/ranges.ts";
import { makeAs, makeDatastore, makeFull, sourceOf } from "./support/disks.ts";
import { SLOW } from "./support/begun.ts";
import { holds, ledgerOf, makeImage, removeImages } from "./support/images.ts";
import { descendants, processesWith, startStage, until, type Stage } from "./support/launch.ts";
import { startOpenStack, type FakeOpenStack } from "./support/openstack.ts";
import { needLab } from "./support/tools.ts";
import { freshVolume, importJob } from "./support/world.ts";

/** Small slices: many of them, so that a run can be met in the middle. */
const SLICE_MIB = 8;
const SLICES = 9;

describe("import: killed at any place, it leaves no writer and goes on where it stopped", function () {
  this.timeout(400_000);
  let datastore: ReturnType<typeof makeDatastore>;
  let folder: string;
  let openstack: FakeOpenStack;
  let raw: string;
  before(async () => {
    await needLab();
    datastore = makeDatastore();
    folder = mkdtempSync(join(tmpdir(), "wavelift-kill-"));
    openstack = await startOpenStack();
    raw = makeFull(join(datastore.folder, "disk.raw"));
    makeAs(raw, "vmdk", join(datastore.folder, "disk.vmdk"), "subformat=streamOptimized");
  });
  after(async () => {
    await removeImages();
    await openstack.close();
    datastore.remove();
    rmSync(folder, { recursive: true });
  });

  interface Begun {
    readonly image: string;
    readonly stage: Stage;
    readonly again: () => Stage;
  }
  /** Starts an import and waits until it is in the middle of it. */
  async function begin(wrapper: readonly string[] = []): Promise<Begun> {
    const { volumeId, image } = makeImage();
    const job = importJob(sourceOf("disk.vmdk", "vmdk"), { sliceMiB: SLICE_MIB });
    openstack.add(freshVolume(job, volumeId));
    const options = {
      folder,
      datastore: datastore.folder,
      cloudsYaml: openstack.cloudsYaml,
      settings: SLOW,
      // As in the shell of an operator who keeps the password there: tools do not get it.
      env: { WAVELIFT_VOLUME_ID: volumeId, OS_PASSWORD: openstack.password },
    };
    const stage = startStage("import", job, { ...options, wrapper });
    await until(
      `slices of ${image} are finished: ${stage.stderr()}`,
      async () => finishedOf((await ledgerOf(image))?.finished) >= 2,
    );
    return { image, stage, again: () => startStage("import", job, options) };
  }
  const finishedOf = (ranges: string | undefined): number => parseRanges(ranges ?? "")?.size ?? 0;
  const noWriter = (image: string) =>
    until(`no process of ${image} is left`, () => processesWith(image).length === 0, 120);
  /** The second run does only what is left, and the image is the disk. */
  async function goesOn({ image, again }: Begun): Promise<void> {
    const done = finishedOf((await ledgerOf(image))?.finished);
    assert.ok(done >= 2 && done < SLICES, `${done} slices were finished`);
    const { code, stdout, stderr } = await again().ended;
    assert.equal(code, 0, stderr);
    const report = JSON.parse(stdout) as { result: string; details: { slices: number } };
    assert.deepEqual([report.result, report.details.slices], ["copied", SLICES - done], stderr);
    assert.equal(await holds(image, raw), true);
  }

  it("SIGKILL of the program", async () => {
    const begun = await begin();
    const program = descendants(begun.stage.pid).find(({ args }) => args.includes("program"));
    process.kill(program?.pid ?? 0, "SIGKILL");
    const { code, stderr } = await begun.stage.ended;
    assert.equal(code, 1);
    assert.match(stderr, /conversion program was killed \(SIGKILL\)/);
    await noWriter(begun.image);
    await goesOn(begun);
  });

  it("SIGKILL of the launcher", async () => {
    const begun = await begin();
    begun.stage.child.kill("SIGKILL");
    await noWriter(begun.image);
    await goesOn(begun);
  });

  it("SIGINT of the launcher: ends with 130", async () => {
    const begun = await begin();
    begun.stage.child.kill("SIGINT");
    const { code, stderr } = await begun.stage.ended;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /received SIGINT/);
    await noWriter(begun.image);
    await goesOn(begun);
  });

  it("death of the grandparent, which is the engine", async () => {
    // "engine" (sh) starts "plugin" (sh), which starts the launcher; neither hands its signals on.
    const both = 'exec 3<&0; sh -c \'exec 3<&0; "$@" <&3 & wait\' plugin "$@" <&3 & wait';
    const shell = ["sh", "-c", both, "engine"];
    const begun = await begin(shell);
    begun.stage.child.kill("SIGKILL");
    await noWriter(begun.image);
    await until("the launcher is gone", () => processesWith(folder).length === 0);
    await goesOn(begun);
  });

  it("a launcher that is stopped: without heartbeats everything ends", async () => {
    const begun = await begin();
    begun.stage.child.kill("SIGSTOP");
    // Else the copy might end before the silence is noticed.
    for (const { pid } of processesWith(begun.image)) process.kill(pid, "SIGSTOP");
    await noWriter(begun.image);
    begun.stage.child.kill("SIGKILL");
    await goesOn(begun);
  });

  it("SIGKILL of the process that holds the image: the same run opens it again, and goes on where it stopped", async () => {
    const { image, stage } = await begin();
    const writer = processesWith(image).find(({ args }) => args.some((argument) => argument.endsWith("writer.sock")));
    process.kill(writer?.pid ?? assert.fail("no writer runs"), "SIGKILL");
    const { code, stdout, stderr } = await stage.ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Nobody else has claimed it: it is opened again[^]*slices 0-\d+ are done already/);
    assert.equal((JSON.parse(stdout) as { result: string }).result, "copied");
    assert.equal(await holds(image, raw), true);
  });

  it("keeps credentials out of arguments and environment, reports and logs", async () => {
    const begun = await begin();
    // esbuild, which may have made the bundle for the launcher a moment ago, is no tool that sees data.
    const tools = descendants(begun.stage.pid).filter(({ args }) => args[0]?.endsWith("/esbuild") !== true);
    const visible = tools.flatMap(({ pid, args }) => [...args, environmentOf(pid)]);
    assert.ok(visible.length > 0);
    assert.equal(
      visible.some((text) => text.includes(openstack.password)),
      false,
    );
    const { code, stdout, stderr } = await begun.stage.ended;
    assert.equal(code, 0, stderr);
    assert.equal((stdout + stderr).includes(openstack.password), false);
    assert.equal(stdout.trim().split("\n").length, 1);
  });
});

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return "";
  }
}

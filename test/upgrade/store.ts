import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bootSectorProperties, makeBootable } from "../lab/boot-sector.ts";
import { randomDisk } from "../lab/disks.ts";
import { testVm } from "../lab/vms.ts";
import { Workspace } from "../lab/workspace.ts";
import { scrubExport } from "./scrub.ts";
import { ESTATE, WAVE } from "./stored-wave.ts";

/** `npx tsx test/upgrade/store.ts vVERSION`: makes a wave in the lab and stores its export (README.md). */
const MIB = 2 ** 20;
const version = process.argv[2] ?? "";
if (!/^v\d+\.\d+\.\d+$/.test(version)) {
  process.stderr.write("Name the version, for example: npx tsx test/upgrade/store.ts v0.2.0\n");
  process.exit(3);
}
const folder = path.join(import.meta.dirname, "exports", version);
const wave = new Workspace(WAVE);
const disk = (name: string): string => path.join(wave.datastore, name);

try {
  process.stdout.write("Making the wave in the lab (about a minute)\n");
  await wave.open();
  for (const [name, mib] of [
    ["two-a.raw", 40],
    ["two-b.raw", 20],
    ["off.raw", 12],
    ["pre.raw", 8],
  ] as const)
    await randomDisk(disk(name), mib, 4);
  await makeBootable(disk("two-a.raw"));
  const of = (file: string, mib: number) => ({ file, capacityBytes: mib * MIB });
  const on = { powerState: "poweredOn", toolsState: "running" } as const;
  wave.writeVm(testVm("up-two", 120, [of("two-a.raw", 40), of("two-b.raw", 20)], on));
  wave.writeVm(testVm("up-off", 121, [of("off.raw", 12)]));
  wave.writeVm(testVm("up-pre", 122, [of("pre.raw", 8)]));
  const vms = { "up-two": { imageProperties: bootSectorProperties }, "up-off": {}, "up-pre": { phase: "precopy" } };
  wave.writePlan({ [WAVE]: { target: "lab", vms } });
  await wave.plan();
  const up = await wave.up();
  if (up.exitCode !== 0) throw new Error(up.all);
  mkdirSync(folder, { recursive: true });
  for (const [stack, file] of [
    [WAVE, "wave.json"],
    [ESTATE, "estate.json"],
  ] as const) {
    const { stdout } = await wave.pulumi("stack", "export", "--stack", stack);
    writeFileSync(path.join(folder, file), scrubExport(stdout));
  }
  cpSync(wave.inventory, path.join(folder, "inventory"), { recursive: true });
  const [offer] = await wave.offers();
  if (offer === undefined) throw new Error("the lab's cloud was not read");
  const own = <T extends { readonly mark: { readonly stack: string } | null }>(things: readonly T[]): T[] =>
    things.filter(({ mark }) => mark?.stack === `wavelift/${WAVE}`);
  const { volumes, servers, ports } = offer;
  const stored = { ...offer, volumes: own(volumes), servers: own(servers), ports: own(ports) };
  writeFileSync(path.join(folder, "offer.json"), `${JSON.stringify(stored, null, 1)}\n`);
  process.stdout.write(`Stored ${path.relative(process.cwd(), folder)}\n`);
} finally {
  await wave.close();
}

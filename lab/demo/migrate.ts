import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import Table from "cli-table3";
import { UserError } from "../../cli/failure.ts";
import { project } from "../../cli/project.ts";
import { ensureToolchain } from "../../toolchain/ensure.ts";
import { estateFiles, writeEstate } from "../estate.ts";
import { readGuests } from "../guests/build.ts";
import type { LabPaths } from "../paths.ts";
import { lab, wavelift } from "./commands.ts";
import { labRunners } from "./environment.ts";
import { GuestLogin, proveGuest, type GuestProof } from "./guest-proof.ts";
import { duration, Stages, type StageTime } from "./stages.ts";

/** Folder of the demo's plan (in git) and of what machines write beside it (not in git). */
const inventory = path.join(project, "lab", "demo", "inventory");

/** The demo: from nothing to a migrated wave, each step as a user would type it. */
export async function migrate(paths: LabPaths): Promise<void> {
  const stages = new Stages(8);
  await stages.run("Toolchain (Pulumi CLI and plugins) and lab (Ceph, OpenStack, guests)", async () => {
    // One after the other would leave a core idle: the packages of the lab wait for disks, the toolchain computes.
    const results = await Promise.allSettled([ensureToolchain(), lab("up", "--guests")]);
    for (const result of results) if (result.status === "rejected") throw result.reason;
    writeFileSync(path.join(paths.home, "runners.yaml"), labRunners(paths));
  });
  const vms = await stages.run("Estate: the facts of the source, read from its disks", async () => {
    const guests = (await readGuests()).filter(({ testOnly }) => !testOnly);
    const found = await estateFiles(guests, paths);
    rmSync(path.join(inventory, "estate"), { recursive: true, force: true });
    await writeEstate(path.join(inventory, "estate"), found);
    process.stdout.write(found.map((vm) => `  ${vm.key}: ${vm.disks.map((disk) => disk.file).join(", ")}\n`).join(""));
    return found;
  });
  await stages.run("The estate's own stack: what waves share", async () => {
    await wavelift("init", "demo", "--estate-stack", "lab");
    await wavelift("up", "lab", "--yes", "--", "--non-interactive");
  });
  await stages.run("Plan: every decision, with its reason", () => wavelift("plan", "demo"));
  await stages.run("Preview of the wave, with the policy pack", () =>
    wavelift("preview", "demo", "--", "--non-interactive"),
  );
  await stages.run("Up: the wave migrates", () => wavelift("up", "demo", "--yes", "--", "--non-interactive"));
  const proofs = await stages.run("Proof: each guest answers at its old address and has its data", async () => {
    const login = new GuestLogin(path.join(paths.guests, "id_lab"), path.join(paths.guests, "known_hosts"));
    return Promise.all(vms.map((vm) => proveGuest(vm, login)));
  });
  await stages.run("Preview again: nothing is left to do", () =>
    wavelift("preview", "demo", "--", "--non-interactive", "--expect-no-changes"),
  );
  process.stdout.write(`\n${proofTable(proofs)}\n${timeTable(stages.times)}\n`);
  const faults = proofs.flatMap((proof) => proof.faults.map((fault) => `${proof.vm}: ${fault}`));
  if (faults.length > 0) throw new UserError(`Not all guests are what they were:\n${faults.join("\n")}`, 1);
  process.stdout.write(`All ${proofs.length} guests are what they were. Roll back with: npm run demo -- --destroy\n`);
}

function proofTable(proofs: readonly GuestProof[]): string {
  const table = new Table({
    head: ["VM", "host name", "address (MAC)", "data files intact", "result"],
    style: { head: [], border: [] },
  });
  for (const { vm, hostName, addresses, files, faults } of proofs)
    table.push([
      vm,
      hostName,
      addresses.join("\n"),
      files === 0 ? "no data disk" : files,
      faults.length === 0 ? "as it was" : faults.join("\n"),
    ]);
  return table.toString();
}

function timeTable(times: readonly StageTime[]): string {
  const table = new Table({ head: ["stage", "time"], colAligns: ["left", "right"], style: { head: [], border: [] } });
  for (const { title, seconds } of times) table.push([title, duration(seconds)]);
  table.push(["all", duration(times.reduce((sum, { seconds }) => sum + seconds, 0))]);
  return table.toString();
}

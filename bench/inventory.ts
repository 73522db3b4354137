import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { toSortedJson } from "../inventory/json.ts";
import { loadPlan } from "../inventory/load.ts";
import type { EstateVm } from "../inventory/schema/estate.ts";
import type { CloudOffer } from "../cloud/offer.ts";
import { planWave } from "../planning/plan-wave.ts";
import { planPath, waveFilePath } from "../review/inputs.ts";
import { type MadeEstate, writeEstate } from "./estate.ts";

/** Name of the wave whose plan and preview are measured, and of its stack. */
export const MEASURED = "bench-wave";

/** VMs of the measured wave. */
export const WAVE_VMS = 50;

/** Writes estate and plan; the measured wave (VMs that nothing Critical stops) has a file of its own. */
export async function writeInventory(folder: string, estate: MadeEstate, measured: readonly EstateVm[]): Promise<void> {
  await writeEstate(folder, estate);
  const networks = [...new Set(estate.vms.flatMap(({ nics }) => nics.map(({ network }) => network)))].sort();
  const datastores = [...new Set(estate.vms.flatMap(({ disks }) => disks.map(({ datastore }) => datastore)))].sort();
  const plan = {
    version: 1,
    targets: { bench: { cloud: "bench" } },
    networks: Object.fromEntries(networks.map((name) => [name, { network: "servers" }])),
    datastores: Object.fromEntries(datastores.map((name) => [name, "ceph"])),
    securityGroups: { servers: { rules: [{ direction: "ingress", protocol: "tcp", ports: 22 }] } },
    defaultSecurityGroups: ["servers"],
  };
  writeFileSync(planPath(folder), stringify(plan));
  mkdirSync(path.join(folder, "plan"));
  const wave = { version: 1, target: "bench", vms: Object.fromEntries(measured.map(({ key }) => [key, null])) };
  writeFileSync(path.join(folder, "plan", `${MEASURED}.yaml`), stringify(wave));
}

/** The first VMs that nothing Critical stops: those of the measured wave, the same in every estate that has them. */
export function plannable(
  vms: readonly EstateVm[],
  plan: Awaited<ReturnType<typeof loadPlan>>,
  offer: CloudOffer,
): EstateVm[] {
  const wave = { target: "bench", exclude: [], vms: Object.fromEntries(vms.map(({ key }) => [key, {}])) };
  const { concerns } = planWave({
    plan: { ...plan, waves: { [MEASURED]: wave } },
    wave: MEASURED,
    estate: new Map(vms.map((vm) => [vm.key, vm])),
    offers: new Map([["bench", offer]]),
    stack: `wavelift/${MEASURED}`,
    previous: null,
  });
  const stopped = new Set(concerns.filter(({ category }) => category === "Critical").map(({ vm }) => vm));
  return vms.filter(({ key }) => !stopped.has(key));
}

/** Plans every other wave of the plan and writes its wave file: a night's waves stand beside each other. */
export async function planOthers(
  folder: string,
  estate: ReadonlyMap<string, EstateVm>,
  offer: CloudOffer,
): Promise<number> {
  const plan = await loadPlan(planPath(folder));
  const names = Object.keys(plan.waves).filter((name) => name !== MEASURED);
  mkdirSync(path.join(folder, "waves"), { recursive: true });
  for (const wave of names) {
    const offers = new Map([["bench", offer]]);
    const { file } = planWave({ plan, wave, estate, offers, stack: `wavelift/${wave}`, previous: null });
    writeFileSync(waveFilePath(folder, wave), toSortedJson(file));
  }
  return names.length;
}

import type { Flavor } from "../cloud/offer.ts";
import { diskName } from "../inventory/schema/names.ts";
import type { PlannedDisk, PlannedVm } from "../inventory/schema/wave.ts";
import { shown } from "../inventory/shown.ts";
import { diskPlace } from "./disk-place.ts";
import { imageProperties, isBootable } from "./image-properties.ts";
import { fillTemplate } from "./names.ts";
import type { Decisions } from "./overrides.ts";
import type { PlanInput } from "./plan-wave.ts";
import { volumeSizeGiB } from "./size.ts";
import type { DiskDecision, KnownSubject } from "./subject.ts";

/** Default time-out of the stage `ready` in seconds. */
const readyTimeoutSeconds = 600;

/** The VM's entry in the wave file, or null while a decision is missing (a rule tells which). */
export function plannedVm(subject: KnownSubject, input: Pick<PlanInput, "plan" | "wave">): PlannedVm | null {
  const { key, decisions, facts, choice } = subject;
  const disks = plannedDisks(subject, input);
  const nics = choice.nics.filter(({ place }) => !(place.ok && place.value === "ignore"));
  const planned = nics.flatMap((nic) => (nic.planned === null ? [] : [nic.planned]));
  if (!choice.flavor.ok || !choice.boot.ok || disks === null || planned.length < nics.length) return null;
  if (!isBootable(facts)) return null;
  const flavor = choice.flavor.value;
  const image = imageProperties(facts, choice.boot.value.disk, flavor, decisions);
  return {
    key,
    name: fillTemplate(decisions.name ?? input.plan.names.server, { name: facts.name, key, wave: input.wave }, key),
    sourceName: facts.name,
    sourceId: facts.source.id,
    instanceUuid: facts.instanceUuid,
    target: decisions.target,
    generation: decisions.generation,
    ...bootOf(subject),
    flavor: flavorEntry(flavor, choice.flavor.reason),
    bootDiskReason: choice.boot.reason,
    disks,
    nics: planned,
    ignoredNics: choice.nics
      .filter(({ place }) => place.ok && place.value === "ignore")
      .map(({ facts: nic }) => ({ deviceKey: nic.deviceKey, network: nic.network, macAddress: nic.macAddress })),
    imageProperties: image.properties,
    imagePropertiesReason: image.reason,
    availabilityZone: decisions.availabilityZone ?? null,
    serverGroup: decisions.serverGroup ?? null,
    ...instantOf(decisions.instant),
    ...saidOnly(decisions),
  };
}

/** What only people decide: no fact and no offer has a part in it, so it follows the plan at any time. */
export function saidOnly(
  decisions: Decisions,
): Pick<PlannedVm, "phase" | "exclude" | "dependsOn" | "checks" | "readyTimeoutSeconds"> {
  return {
    phase: decisions.phase,
    exclude: decisions.exclude,
    dependsOn: [...new Set(decisions.dependsOn ?? [])].sort(),
    checks: decisions.checks ?? [],
    readyTimeoutSeconds: decisions.readyTimeoutSeconds ?? readyTimeoutSeconds,
  };
}

/** Left out where it is not: wave files of earlier versions have no such field. */
export function instantOf(instant: boolean | undefined): Pick<PlannedVm, "instant"> {
  return instant === true ? { instant } : {};
}

/** A flavor as the wave file has it. */
export function flavorEntry({ id, name, vcpus, memoryMiB }: Flavor, reason: string): PlannedVm["flavor"] {
  return { id, name, vcpus, memoryMiB, reason };
}

/** Whether a server is declared: a VM that is off at the source stays off until the plan says `boot: true`. */
function bootOf({ decisions, facts }: KnownSubject): { boot: boolean; bootReason: string } {
  if (decisions.boot !== undefined) return { boot: decisions.boot, bootReason: `boot: ${decisions.boot} in the plan` };
  const on = facts.powerState === "poweredOn";
  const off = `${facts.powerState} at the source; say boot: true in the plan to get a server`;
  return { boot: on, bootReason: on ? "switched on at the source" : off };
}

/** null while a disk has no volume type. The first disk is the one to boot from. */
function plannedDisks({ facts, choice, decisions }: KnownSubject, { plan, wave }: Pick<PlanInput, "plan" | "wave">) {
  const disks = choice.disks.map(({ facts: disk, volumeType }: DiskDecision, index): PlannedDisk | null => {
    if (!volumeType.ok) return null;
    const key = diskName(facts.key, disk.deviceKey);
    const fields = { name: facts.name, key: facts.key, wave, label: disk.label, deviceKey: String(disk.deviceKey) };
    return {
      key,
      deviceKey: disk.deviceKey,
      label: disk.label,
      name: fillTemplate(plan.names.volume, fields, key),
      source: diskPlace(facts, disk, decisions.transport),
      capacityBytes: disk.capacityBytes,
      sizeGiB: volumeSizeGiB(disk.capacityBytes),
      volumeType: volumeType.value,
      volumeTypeReason: `${shown(volumeType.value)}: ${volumeType.reason}`,
      bootIndex: index === 0 && choice.boot.ok ? 0 : -1,
    };
  });
  return disks.every((disk) => disk !== null) ? disks : null;
}

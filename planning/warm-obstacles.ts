import type { EstateVm } from "../inventory/schema/estate.ts";

/** Why VMware cannot tell what changed on the VM's disks, so that it cannot be migrated warm; empty: nothing is known against it. */
export function warmObstacles(vm: EstateVm): string[] {
  const found: (readonly [boolean, string])[] = [
    [vm.changeTracking === false, "changed block tracking is off"],
    [vm.hardwareVersion !== null && vm.hardwareVersion < 7, `virtual hardware ${vm.hardwareVersion ?? 0} has none`],
    [vm.snapshots.length > 0, `it has ${vm.snapshots.length} snapshots`],
    [vm.faultTolerance === true, "fault tolerance allows no snapshots"],
    ...vm.disks.flatMap(({ deviceKey, mode, rdm, controller, sharing, changeTracking }): [boolean, string][] => [
      [mode.startsWith("independent"), `disk ${deviceKey} is independent, no snapshot holds it`],
      [rdm === "physical", `disk ${deviceKey} is a physical RDM, no snapshot holds it`],
      [controller.sharedBus !== "none", `disk ${deviceKey} is on a shared bus, which allows no snapshots`],
      [sharing === "multiWriter", `disk ${deviceKey} is multi-writer, which allows no snapshots`],
      [changeTracking === false && vm.changeTracking !== false, `changed block tracking of disk ${deviceKey} is off`],
    ]),
  ];
  return found.filter(([applies]) => applies).map(([, reason]) => reason);
}

import type { KnownSubject } from "../subject.ts";
import type { PlannedVm } from "../../inventory/schema/wave.ts";
import { shown } from "../../inventory/shown.ts";
import { bySubject } from "./by-subject.ts";
import { checkedVms } from "./planned-ports.ts";
import type { Rule } from "./rule.ts";

export const hostNeeds: Rule = {
  id: "host.needs",
  category: "Information",
  label: "Hosts must be able to do this",
  about: "wave",
  why: "What a hypervisor can do is not shown to members of a project: where no free host can, Nova finds no valid host in the middle of the run.",
  about: "wave",
  check: (view) => {
    const found = checkedVms(view)
      .filter(({ boot, phase }) => boot && phase === "cutover")
      .flatMap((vm) => {
        const subject = view.checked.find(({ key }) => key === vm.key);
        const needs = subject === undefined ? [] : needsOf(vm, subject);
        return needs.map((need) => ({
          subject: { need, target: vm.target },
          id: JSON.stringify([vm.target, need]),
          what: vm.key,
        }));
      });
    return bySubject(found).map(({ subject: { need, target }, whats }) => ({
      vm: null,
      assessment: `target ${target} needs hosts with ${need}, which is not looked at: ask the cloud's administrator. For ${whats}`,
    }));
  },
};

/** Extra specs of flavors that only some hosts satisfy, and values of theirs that every host does. */
const special: readonly (readonly [spec: RegExp, everywhere: RegExp | null])[] = [
  [/^trait:/, null],
  [/^resources\d*:(?!(VCPU|MEMORY_MB|DISK_GB)$)/, null],
  [/^(group\d*|aggregate_instance_extra_specs|capabilities|accel|pci_passthrough):/, null],
  [/^hw:cpu_(policy|thread_policy)$/, /^(shared|prefer)$/],
  [/^hw:mem_page_size$/, /^(small|any)$/],
  [/^hw:(numa_|mem_encryption|pmem|maxphysaddr|cpu_realtime|emulator_threads_policy)/, /^(no|false|1)$/i],
];

function needsOf({ imageProperties }: PlannedVm, { choice }: KnownSubject): string[] {
  const flavor = choice.flavor.ok ? choice.flavor.value : null;
  const specs = Object.entries(flavor?.extraSpecs ?? {}).filter(([name, value]) =>
    special.some(([spec, everywhere]) => spec.test(name) && everywhere?.test(value) !== true),
  );
  const secure =
    imageProperties["os_secure_boot"] === "required" || flavor?.extraSpecs["os:secure_boot"] === "required";
  const tpm = imageProperties["hw_tpm_version"] ?? flavor?.extraSpecs["hw:tpm_version"];
  const uefi = imageProperties["hw_firmware_type"] === "uefi";
  return [
    ...(secure ? ["UEFI secure boot (trait COMPUTE_SECURITY_UEFI_SECURE_BOOT)"] : uefi ? ["UEFI firmware (OVMF)"] : []),
    ...(tpm === undefined ? [] : [`an emulated TPM ${shown(tpm)} (swtpm)`]),
    ...specs.map(([name, value]) => `${shown(name)}=${shown(value)} of flavor ${shown(flavor?.name ?? "")}`),
  ];
}

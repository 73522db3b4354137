import { commitName, imageStage, importName } from "../inventory/schema/names.ts";
import type { WaveEntry } from "../planning/wave-entries.ts";

/** What a resource is to the person who reads of its failure. */
export type Kind = "volume" | "port" | "server" | "stage" | "vm" | "program" | "other";

/** A resource by its URN: the VM it belongs to, and what it is called. */
export interface ResourceName {
  /** Last part of the URN. */
  readonly name: string;
  readonly kind: Kind;
  /** Key of the VM; null for what VMs share. */
  readonly vm: string | null;
  /** For people: `disk 2000`, `port 4000`, `import of disk 2000`, `server`, `ready`. */
  readonly label: string;
}

const VM = "wavelift:index:MigratedServer";
const NUMBERED = /^(.+)-(disk|nic|import|delta|commit)-(\d+)$/;
const STAGE = /^(.+)-([a-z]+)$/;

/** Reads a URN (urn:pulumi:STACK::PROJECT::PARENTS$TYPE::NAME). The names are fixed: design.md, "Names". */
export function resourceName(urn: string): ResourceName {
  const [, , types = "", ...rest] = urn.split("::");
  const name = rest.join("::");
  const [, numbered, noun, number = ""] = NUMBERED.exec(name) ?? [];
  switch (types.split("$").at(-1)) {
    case VM:
      return { name, kind: "vm", vm: name, label: "VM" };
    case "wavelift:index:MigratedImage":
      return { name, kind: "vm", vm: name, label: "template" };
    case "openstack:compute/instance:Instance":
      return { name, kind: "server", vm: name, label: "server" };
    case "openstack:blockstorage/volume:Volume":
      return { name, kind: "volume", vm: numbered ?? null, label: `volume of disk ${number}` };
    case "openstack:networking/port:Port":
      return { name, kind: "port", vm: numbered ?? null, label: `port of NIC ${number}` };
    case "command:local:Command": {
      // The guards of the estate's groups are Commands too, and of no VM.
      if (!types.split("$").includes(VM)) return { name, kind: "stage", vm: null, label: name };
      if (numbered !== undefined)
        return { name, kind: "stage", vm: numbered, label: `${noun ?? ""} of disk ${number}` };
      const [, vm = null, stage = name] = STAGE.exec(name) ?? [];
      return { name, kind: "stage", vm, label: stage };
    }
    case "pulumi:pulumi:Stack":
      return { name, kind: "program", vm: null, label: "the program" };
    default:
      return { name, kind: "other", vm: null, label: name === "" ? "pulumi" : name };
  }
}

/** What stands when a VM is done, as "KIND NAME" (a server and its VM have the same name): without one it is not. */
export function expectedOf(vm: WaveEntry): string[] {
  if (vm.phase === "absent") return [];
  if ("disk" in vm) return [`stage ${imageStage(vm.key)}`];
  const imports = vm.disks.map((disk) => `stage ${importName(vm.key, disk.deviceKey)}`);
  if (vm.phase === "precopy") return imports;
  const ports = vm.nics.map((nic) => `port ${nic.key}`);
  const server = vm.boot ? [`server ${vm.key}`, `stage ${vm.key}-ready`] : [];
  const commits = vm.instant === true ? vm.disks.map((disk) => `stage ${commitName(vm.key, disk.deviceKey)}`) : [];
  return [`stage ${vm.key}-seal`, ...imports, ...ports, ...server, ...commits];
}

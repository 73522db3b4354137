import type { Flavor } from "../cloud/offer.ts";
import type { EstateDisk, EstateNic, EstateVm } from "../inventory/schema/estate.ts";
import { shown } from "../inventory/shown.ts";
import { guestOs, type GuestOs } from "./guest-os.ts";
import type { Decisions } from "./overrides.ts";
import { windowsRelease } from "./windows-release.ts";

/**
 * Image properties of the boot volume (Nova takes the server's hardware from them), after virt-v2v's table.
 * Left out on purpose: hypervisor_type and vm_mode (Nova's filter would refuse hosts without KVM), hw_tpm_* (needs
 * Barbican and swtpm, and the contents do not move), hw_qemu_guest_agent (not known before the guest is converted).
 */
export interface ImageProperties {
  readonly properties: Record<string, string>;
  readonly reason: string;
}

/** Facts that hardware can be chosen from. Without firmware there is none: the plan must say it. */
export type BootableFacts = EstateVm & { readonly firmware: NonNullable<EstateVm["firmware"]> };

export function isBootable(facts: EstateVm): facts is BootableFacts {
  return facts.firmware !== null;
}

type Part = readonly [properties: Record<string, string>, reason: string];

/**
 * The properties from the facts; the plan's `imageProperties` win, and an empty value there takes a property out.
 * @param flavor of the server; null: of an image, whose servers may have any
 */
export function imageProperties(
  facts: BootableFacts,
  boot: EstateDisk,
  flavor: Flavor | null,
  decisions: Decisions,
): ImageProperties {
  const guest = guestOs(facts.guestId);
  const overrides = decisions.imageProperties ?? {};
  const parts = [
    machine(facts),
    firmware(facts, decisions),
    disks(guest, facts, boot),
    nics(guest, facts.nics),
    [guest.drivers === "virtio" ? { hw_rng_model: "virtio" } : {}, ""] as const,
    [{ hw_video_model: "vga" }, ""] as const,
    system(guest),
    topology(facts, flavor),
    [overrides, Object.keys(overrides).length === 0 ? "" : "imageProperties of the plan"] as const,
  ];
  return {
    properties: parts.reduce<Record<string, string>>((all, [properties]) => withOverrides(all, properties), {}),
    reason: parts
      .map(([, reason]) => reason)
      .filter((reason) => reason !== "")
      .join("; "),
  };
}

/** Properties with others over them, sorted by name; an empty value takes one out. */
export function withOverrides(
  properties: Readonly<Record<string, string>>,
  overrides: Readonly<Record<string, string>>,
): Record<string, string> {
  const merged = Object.entries({ ...properties, ...overrides }).filter(([, value]) => value !== "");
  return Object.fromEntries(merged.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** UEFI needs q35. For BIOS the cloud's own default is kept, unless the disks need IDE, which q35 does not have. */
function firmware({ firmware, secureBoot }: BootableFacts, said: Decisions): Part {
  const by = said.firmware === undefined && said.secureBoot === undefined ? "" : ", as the plan says";
  if (firmware === "bios") return [{}, `BIOS${by}`];
  const uefi = { hw_firmware_type: "uefi", hw_machine_type: "q35" };
  return secureBoot === true
    ? [{ ...uefi, os_secure_boot: "required" }, `UEFI with secure boot${by}`]
    : [uefi, `UEFI${by}`];
}

/** Also with BIOS: some systems do not start on the old machine type. */
function machine(facts: BootableFacts): Part {
  const release = windowsRelease(facts);
  return release?.needsQ35 === true ? [{ hw_machine_type: "q35" }, `q35, which ${release.name} needs`] : [{}, ""];
}

function disks(guest: GuestOs, facts: BootableFacts, boot: EstateDisk): Part {
  const model = boot.controller.model ?? "";
  if (/^virtio(-blk)?$/.test(model)) return [{ hw_disk_bus: "virtio" }, "virtio disks as at the source"];
  const scsi = { hw_disk_bus: "scsi", hw_scsi_model: "virtio-scsi" };
  if (model === "virtio-scsi") return [scsi, "virtio-scsi as at the source"];
  const id = shown(facts.guestId);
  if (guest.drivers === "virtio") return [scsi, `virtio-scsi: ${id} has the driver`];
  if (guest.drivers === "sata" || facts.firmware === "efi") {
    return [{ hw_disk_bus: "sata" }, `SATA: ${id} may have no virtio driver`];
  }
  return [{ hw_disk_bus: "ide", hw_machine_type: "pc" }, `IDE: ${id} may have no newer driver`];
}

/** One model for all NICs: a guest without virtio drivers keeps the emulated card it had, or gets an e1000. */
function nics(guest: GuestOs, nics: readonly EstateNic[]): Part {
  const adapters = nics.map(({ adapter }) => (adapter ?? "").toLowerCase());
  if (adapters.length > 0 && adapters.every((adapter) => adapter.startsWith("virtio"))) {
    return [{ hw_vif_model: "virtio" }, "virtio NICs as at the source"];
  }
  if (guest.drivers === "virtio") return [{ hw_vif_model: "virtio" }, "virtio NICs"];
  const same = adapters.length > 0 && adapters.every((adapter) => adapter === "e1000e");
  return same
    ? [{ hw_vif_model: "e1000e" }, "e1000e NICs as at the source"]
    : [{ hw_vif_model: "e1000" }, "e1000 NICs"];
}

function system({ type, distro }: GuestOs): Part {
  const properties = { ...(type === null ? {} : { os_type: type }), ...(distro === null ? {} : { os_distro: distro }) };
  return [properties, ""];
}

/**
 * Sockets and cores as at the source (licences count sockets), where the flavor's vCPUs divide so and the flavor says
 * nothing of its own.
 */
function topology({ coresPerSocket }: EstateVm, flavor: Flavor | null): Part {
  if (flavor === null) return [{}, ""];
  const { vcpus, extraSpecs } = flavor;
  const cores = coresPerSocket ?? 1;
  const fromFlavor = Object.keys(extraSpecs).some((key) => key.startsWith("hw:cpu_"));
  if (cores === 1 || vcpus % cores !== 0 || fromFlavor) return [{}, ""];
  return [
    { hw_cpu_sockets: String(vcpus / cores), hw_cpu_cores: String(cores), hw_cpu_threads: "1" },
    `${cores} cores per socket as at the source`,
  ];
}

/** Whether the guest gets emulated disks because it is not known to have virtio drivers. */
export function lacksVirtio(facts: EstateVm, boot: EstateDisk): boolean {
  return guestOs(facts.guestId).drivers !== "virtio" && !(boot.controller.model ?? "").startsWith("virtio");
}

/**
 * Values that Nova takes for image properties; any other makes it refuse the server, or put it into ERROR. Models that
 * KVM does not have are left out. Source: nova/objects/fields.py and nova/network/model.py (26.2.2, Zed).
 */
const values: Readonly<Record<string, readonly string[]>> = {
  hw_cdrom_bus: ["ide", "sata", "scsi", "usb", "virtio"],
  hw_cpu_policy: ["dedicated", "mixed", "shared"],
  hw_disk_bus: ["fdc", "ide", "sata", "scsi", "usb", "virtio"],
  hw_firmware_type: ["bios", "uefi"],
  hw_rng_model: ["virtio"],
  hw_tpm_model: ["tpm-crb", "tpm-tis"],
  hw_tpm_version: ["1.2", "2.0"],
  hw_video_model: ["bochs", "cirrus", "gop", "none", "qxl", "vga", "virtio", "vmvga", "xen"],
  os_secure_boot: ["disabled", "optional", "required"],
  os_type: ["linux", "windows"],
};
/** These Nova takes in any case, and under VMware's old names. */
const valuesInAnyCase: Readonly<Record<string, readonly string[]>> = {
  hw_scsi_model: ["buslogic", "ibmvscsi", "lsilogic", "lsilogicsas", "lsisas1068", "lsisas1078", "virtio-scsi"],
  hw_vif_model: ["e1000", "e1000e", "ne2k_pci", "pcnet", "rtl8139", "spapr-vlan", "virtio", "virtuale1000", "vmxnet3"],
};
/** Numbers of sockets, cores and threads: what does not divide the flavor's vCPUs is not used, and harms nobody. */
const numbers: ReadonlySet<string> = new Set(["hw_cpu_sockets", "hw_cpu_cores", "hw_cpu_threads"]);
/** Cinder's schema of image metadata (cinder/api/validation/parameter_types.py, extra_specs; 21.3, Zed). */
const keyPattern = /^[a-zA-Z0-9-_:. /]{1,255}$/;
const longestValue = 255;

/** What is wrong with one image property, with what was expected; null when nothing is known to be. */
export function propertyFault(name: string, value: string): string | null {
  if (!keyPattern.test(name)) return "its name is none that Cinder takes (1 to 255 letters, digits and - _ : . /)";
  if (value.length > longestValue) return `its value has ${value.length} characters, Cinder takes ${longestValue}`;
  if (numbers.has(name)) return /^[1-9]\d{0,3}$/.test(value) ? null : "expected a number from 1";
  const exact = Object.hasOwn(values, name) ? values[name] : undefined;
  if (exact?.includes(value) === false) return `expected one of ${exact.join(", ")}`;
  const loose = Object.hasOwn(valuesInAnyCase, name) ? valuesInAnyCase[name] : undefined;
  return loose?.includes(value.toLowerCase()) === false ? `expected one of ${loose.join(", ")}` : null;
}

/** Properties of one server that do not go together. */
export interface Clash {
  /** What does not, and what to do. */
  readonly text: string;
  /** true: Nova makes the server without it; false: it makes none. */
  readonly ignored: boolean;
}

/** What does not go together among the image properties and the flavor's extra specs. */
export function clashesOf(
  properties: Readonly<Record<string, string>>,
  flavorSpecs: Readonly<Record<string, string>>,
): Clash[] {
  const { hw_machine_type: machine, hw_disk_bus: bus, hw_tpm_model: model, hw_tpm_version: version } = properties;
  const tpm = version ?? flavorSpecs["hw:tpm_version"];
  const isUefi = properties["hw_firmware_type"] === "uefi";
  const isSecure = properties["os_secure_boot"] === "required";
  const isQ35 = machine?.includes("q35") === true;
  const clashes: [found: boolean, text: string, ignored: boolean][] = [
    [isSecure && !isUefi, "os_secure_boot without hw_firmware_type uefi does nothing: name both, or neither", true],
    [isSecure && isUefi && !isQ35, "os_secure_boot needs hw_machine_type q35: name it", false],
    [isQ35 && bus === "ide", "the machine type q35 has no IDE: name hw_disk_bus sata, or hw_machine_type pc", false],
    [model === "tpm-crb" && tpm !== undefined && tpm !== "2.0", "hw_tpm_model tpm-crb needs hw_tpm_version 2.0", false],
    [model !== undefined && tpm === undefined, "hw_tpm_model without hw_tpm_version gives no TPM: name both", true],
  ];
  return [
    ...clashes.filter(([found]) => found).map(([, text, ignored]) => ({ text, ignored })),
    ...saidTwice(properties, flavorSpecs).map((text) => ({ text, ignored: false })),
  ];
}

/** Nova refuses what flavor and image say differently (nova/virt/hardware.py, FlavorImageConflict). */
function saidTwice(
  properties: Readonly<Record<string, string>>,
  flavorSpecs: Readonly<Record<string, string>>,
): string[] {
  const pairs = [
    ["hw_tpm_version", "hw:tpm_version"],
    ["hw_tpm_model", "hw:tpm_model"],
    ["os_secure_boot", "os:secure_boot"],
  ] as const;
  return pairs.flatMap(([property, spec]) => {
    const [wanted, given] = [properties[property], flavorSpecs[spec]];
    return wanted === undefined || given === undefined || wanted === given
      ? []
      : [`${property} ${wanted} is not the flavor's ${spec} ${given}: take one out, or name another flavor`];
  });
}

/**
 * Rules that count for a template, too, which becomes an image: those about the source, its boot disk and the hardware that
 * its servers get. It has no flavor, no volume, no port and no server of its own.
 */
export const imageRules: ReadonlySet<string> = new Set([
  ...["boot.no-disk", "boot.several-disks", "consolidation.needed", "datastore.inaccessible", "datastore.missing"],
  ...["disk.archive", "disk.difference", "disk.encrypted", "disk.mode", "disk.nvme", "disk.rdm", "disk.reservation"],
  ...["disk.shared", "disk.unknown", "efi.boot-entries", "guest.no-virtio", "host.needs", "image.further-disks"],
  ...[
    "image-property.wrong",
    "os.mismatch",
    "os.unknown",
    "os.unsupported",
    "override.ineffective",
    "snapshot.present",
  ],
  ...["snapshot.unknown", "software.antivirus", "software.encryption", "source.changed", "source.data-changed"],
  ...["source.foreign", "source.gone", "source.incomplete", "source.unread", "vm.connection", "vm.firmware-unknown"],
  ...["vm.name-odd", "vm.running", "vm.secure-boot-unknown", "vm.suspended", "vm.template", "vm.tpm", "vm.tpm-unknown"],
  ...["windows.domain-controller", "windows.drivers", "windows.fast-startup", "windows.q35", "windows.secure-boot"],
]);

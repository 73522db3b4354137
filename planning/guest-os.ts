/** What a vSphere guest id tells of the operating system. */
export interface GuestOs {
  /** Nova's os_type: "windows" gets Hyper-V enlightenments and a clock in local time. */
  readonly type: "linux" | "windows" | null;
  /** Name for os_distro as libosinfo and Glance spell it; null when the id does not tell. */
  readonly distro: string | null;
  /**
   * What the guest can boot from and talk through without conversion: `virtio` (virtio-scsi and virtio-net in the
   * kernel), `sata` (AHCI), or `ide` (nothing newer is sure).
   */
  readonly drivers: "virtio" | "sata" | "ide";
}

interface Row extends GuestOs {
  readonly pattern: RegExp;
}

const linux = (pattern: RegExp, distro: string | null, drivers: GuestOs["drivers"] = "virtio"): Row => ({
  pattern,
  type: "linux",
  distro,
  drivers,
});

/**
 * Read from the top; the first match counts. virtio-scsi came with Linux 3.4 (and with RHEL 6.3's kernel): older
 * families get IDE. Windows has no virtio driver until the conversion has put it in; AHCI is there since Vista and
 * Server 2008 (vSphere: longhorn).
 */
const table: readonly Row[] = [
  {
    pattern: /^(winXP|winNet|win2000|winNT|win95|win98|winMe|win31)/,
    type: "windows",
    distro: "windows",
    drivers: "ide",
  },
  { pattern: /^win/, type: "windows", distro: "windows", drivers: "sata" },
  linux(/^(rhel[2-5]|redhat)/, "rhel", "ide"),
  linux(/^rhel/, "rhel"),
  linux(/^centos(64)?Guest/, "centos", "ide"),
  linux(/^centos/, "centos"),
  linux(/^oracleLinux(64)?Guest/, "ol", "ide"),
  linux(/^oracleLinux/, "ol"),
  linux(/^debian[4-7]/, "debian", "ide"),
  linux(/^debian/, "debian"),
  linux(/^(sles(64)?Guest|sles10|suse)/, "sles", "ide"),
  linux(/^sles/, "sles"),
  linux(/^ubuntu/, "ubuntu"),
  linux(/^rockylinux/, "rocky"),
  linux(/^almalinux/, "almalinux"),
  linux(/^fedora/, "fedora"),
  linux(/^opensuse/, "opensuse"),
  linux(/^amazonlinux/, "amazonlinux"),
  linux(/^other2[46]x/, null, "ide"),
  linux(/^(other[3-9]xLinux|otherLinux|vmwarePhoton|coreos|flatcar|crxPod|crxSys)/, null),
  linux(/linux/i, null),
  { pattern: /^freebsd(1[0-9]|[2-9][0-9])/, type: null, distro: "freebsd", drivers: "virtio" },
  { pattern: /^freebsd/, type: null, distro: "freebsd", drivers: "ide" },
];

/** What the guest id tells; an id that is not in the table (other, solaris, ...) is taken to have old drivers only. */
export function guestOs(guestId: string): GuestOs {
  const row = table.find(({ pattern }) => pattern.test(guestId));
  return { type: row?.type ?? null, distro: row?.distro ?? null, drivers: row?.drivers ?? "ide" };
}

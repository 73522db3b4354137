import type { Guest } from "./definition.ts";

/** What makes one guest differ from the others: text files of its root file system. Pure. */

/** UUID of a guest's root file system: the guest's own, so that no two guests share one. */
export const rootUuid = (guest: Guest): string => guest.instanceUuid;

/** A file of the guest's root file system. */
export interface GuestFileContent {
  readonly path: string;
  readonly mode: number;
  readonly text: string;
}

/** The kernel's `root=`. `missing` names a file system that does not exist: the initramfs waits, then opens its shell. */
export const rootArgument = (guest: Guest): string => {
  switch (guest.rootBy) {
    case "uuid":
      return `UUID=${rootUuid(guest)}`;
    case "device":
      return "/dev/sda1";
    case "missing":
      return "UUID=00000000-dead-4bad-8bad-000000000000";
  }
};

const fstab = (guest: Guest): string =>
  [
    `${guest.rootBy === "device" ? "/dev/sda1" : `UUID=${rootUuid(guest)}`} / ext4 errors=remount-ro 0 0`,
    ...guest.data.map(({ label }) => `LABEL=${label} /${label} ext4 nofail,x-systemd.device-timeout=180s 0 0`),
    "",
  ].join("\n");

/** The disk's boot menu: serial console, no waiting. */
const grubConfig = (guest: Guest, kernelVersion: string): string => `serial --unit=0 --speed=115200
terminal_input serial console
terminal_output serial console
set timeout=0
menuentry lab {
  linux /boot/vmlinuz-${kernelVersion} root=${rootArgument(guest)} ro console=tty0 console=ttyS0,115200 net.ifnames=0 quiet
  initrd /boot/initrd.img-${kernelVersion}
}
`;

const networkFile = (nic: Guest["nics"][number]): string =>
  [
    "[Match]",
    `MACAddress=${nic.macAddress}`,
    "[Network]",
    `Address=${nic.address}`,
    ...(nic.gateway === undefined ? [] : [`Gateway=${nic.gateway}`]),
    "LinkLocalAddressing=no",
    "IPv6AcceptRA=no",
    "",
  ].join("\n");

/**
 * All text files of one guest. The host key is made by the caller.
 * The machine id is given because a guest without one treats its boot as the first and enables units anew.
 */
export const guestFiles = (guest: Guest, kernelVersion: string): GuestFileContent[] => [
  { path: "/etc/hostname", mode: 0o644, text: `${guest.name}\n` },
  { path: "/etc/hosts", mode: 0o644, text: `127.0.0.1 localhost ${guest.name}\n` },
  { path: "/etc/machine-id", mode: 0o444, text: `${guest.instanceUuid.replaceAll("-", "")}\n` },
  { path: "/etc/fstab", mode: 0o644, text: fstab(guest) },
  { path: "/boot/grub/grub.cfg", mode: 0o644, text: grubConfig(guest, kernelVersion) },
  ...guest.nics.map((nic, index) => ({
    path: `/etc/systemd/network/1${index}-nic.network`,
    mode: 0o644,
    text: networkFile(nic),
  })),
];

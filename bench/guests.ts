import type { Random } from "../test/kill/random.ts";

/** An operating system of the made-up estate: as vCenter knows it, and as the guest would report it. */
export interface MadeGuest {
  readonly guestId: string;
  readonly guestName: string;
  readonly firmware: "bios" | "efi";
  readonly windows: boolean;
}

const guest = (guestId: string, guestName: string, firmware: MadeGuest["firmware"] = "efi"): MadeGuest => ({
  guestId,
  guestName,
  firmware,
  windows: guestId.startsWith("win"),
});

/** Shares in per mille, as in estates of companies that have used vSphere for fifteen years. */
const mix: readonly (readonly [MadeGuest, number])[] = [
  [guest("windows2019srvNext_64Guest", "Microsoft Windows Server 2022 (64-bit)"), 110],
  [guest("windows2019srv_64Guest", "Microsoft Windows Server 2019 (64-bit)"), 150],
  [guest("windows9Server64Guest", "Microsoft Windows Server 2016 (64-bit)", "bios"), 110],
  [guest("windows8Server64Guest", "Microsoft Windows Server 2012 (64-bit)", "bios"), 60],
  [guest("windows7Server64Guest", "Microsoft Windows Server 2008 R2 (64-bit)", "bios"), 20],
  [guest("winNetEnterprise64Guest", "Microsoft Windows Server 2003 (64-bit)", "bios"), 4],
  [guest("windows9_64Guest", "Microsoft Windows 10 (64-bit)"), 40],
  [guest("rhel9_64Guest", "Red Hat Enterprise Linux 9 (64-bit)"), 100],
  [guest("rhel8_64Guest", "Red Hat Enterprise Linux 8 (64-bit)"), 110],
  [guest("rhel7_64Guest", "Red Hat Enterprise Linux 7 (64-bit)", "bios"), 60],
  [guest("rhel6_64Guest", "Red Hat Enterprise Linux 6 (64-bit)", "bios"), 12],
  [guest("ubuntu64Guest", "Ubuntu Linux (64-bit)"), 90],
  [guest("debian12_64Guest", "Debian GNU/Linux 12 (64-bit)"), 40],
  [guest("sles15_64Guest", "SUSE Linux Enterprise 15 (64-bit)"), 30],
  [guest("oracleLinux8_64Guest", "Oracle Linux 8 (64-bit)"), 16],
  [guest("centos7_64Guest", "CentOS 7 (64-bit)", "bios"), 24],
  [guest("solaris11_64Guest", "Oracle Solaris 11 (64-bit)", "bios"), 2],
  [guest("freebsd13_64Guest", "FreeBSD 13 or later versions (64-bit)"), 6],
  [guest("other3xLinux64Guest", "Other 3.x or later Linux (64-bit)", "bios"), 12],
  [guest("otherGuest64", "Other (64-bit)", "bios"), 4],
];

export function pickGuest(random: Random): MadeGuest {
  return random.pick(mix);
}

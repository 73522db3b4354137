/**
 * vSphere's guest ids for the names that guests give themselves (Hyper-V's integration services, people). Read from the
 * top. Only 64-bit systems: what is older than that says so in its name nowhere.
 */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/windows server 2025/i, "windows2022srvNext_64Guest"],
  [/windows server 2022/i, "windows2019srvNext_64Guest"],
  [/windows server 2019/i, "windows2019srv_64Guest"],
  [/windows server 2016/i, "windows9Server64Guest"],
  [/windows server 2012/i, "windows8Server64Guest"],
  [/windows server 2008 r2/i, "windows7Server64Guest"],
  [/windows server 2008/i, "winLonghorn64Guest"],
  [/windows server 2003/i, "winNetEnterprise64Guest"],
  [/windows 11/i, "windows11_64Guest"],
  [/windows 10/i, "windows9_64Guest"],
  [/windows 8/i, "windows8_64Guest"],
  [/windows 7/i, "windows7_64Guest"],
  [/debian\D*(\d{1,2})/i, "debian$1_64Guest"],
  [/ubuntu/i, "ubuntu64Guest"],
  [/(?:red hat|rhel)\D*([6-9]|10)/i, "rhel$1_64Guest"],
  [/centos\D*([6-9])/i, "centos$1_64Guest"],
  [/oracle linux\D*([6-9]|10)/i, "oracleLinux$1_64Guest"],
  [/rocky/i, "rockylinux_64Guest"],
  [/alma/i, "almalinux_64Guest"],
  [/(?:suse|sles)\D*(1[0-6])/i, "sles$1_64Guest"],
  [/fedora/i, "fedora64Guest"],
  [/freebsd\D*(1[1-9])/i, "freebsd$1_64Guest"],
];

/** The guest id for a system's name with its version; "" for one that is not in the table. */
export function guestIdOfName(name: string): string {
  for (const [pattern, guestId] of NAMES) {
    const match = pattern.exec(name);
    if (match !== null) return guestId.replace("$1", match[1] ?? "");
  }
  return "";
}

/**
 * vSphere's names of operating systems ("Microsoft Windows Server 2019 (64-bit)") and its ids for them
 * (VirtualMachineGuestOsIdentifier). `$1` is the version in the name; the ending says the width.
 */
const TABLE: readonly (readonly [name: RegExp, id64: string, id32?: string])[] = [
  [/^microsoft windows server 2025/, "windows2022srvNext_64Guest"],
  [/^microsoft windows server 2022/, "windows2019srvNext_64Guest"],
  [/^microsoft windows server 2019/, "windows2019srv_64Guest"],
  [/^microsoft windows server (?:2016|threshold)/, "windows9Server64Guest"],
  [/^microsoft windows server 2012/, "windows8Server64Guest"],
  [/^microsoft windows server 2008 r2/, "windows7Server64Guest"],
  [/^microsoft windows server 2008/, "winLonghorn64Guest", "winLonghornGuest"],
  [/^microsoft windows server 2003 standard/, "winNetStandard64Guest", "winNetStandardGuest"],
  [/^microsoft windows server 2003 datacenter/, "winNetDatacenter64Guest", "winNetDatacenterGuest"],
  [/^microsoft windows server 2003/, "winNetEnterprise64Guest", "winNetEnterpriseGuest"],
  [
    /^microsoft (?:small business server|windows small business server) 2003/,
    "winNetBusinessGuest",
    "winNetBusinessGuest",
  ],
  [/^microsoft windows 2000 prof/, "win2000ProGuest", "win2000ProGuest"],
  [/^microsoft windows 2000/, "win2000ServGuest", "win2000ServGuest"],
  [/^microsoft windows nt/, "winNTGuest", "winNTGuest"],
  [/^microsoft windows 11/, "windows11_64Guest"],
  [/^microsoft windows 10/, "windows9_64Guest", "windows9Guest"],
  [/^microsoft windows 8/, "windows8_64Guest", "windows8Guest"],
  [/^microsoft windows 7/, "windows7_64Guest", "windows7Guest"],
  [/^microsoft windows vista/, "winVista64Guest", "winVistaGuest"],
  [/^microsoft windows xp/, "winXPPro64Guest", "winXPProGuest"],
  [/^red hat enterprise linux ([2-9]|10)\b/, "rhel$1_64Guest", "rhel$1Guest"],
  [/^centos 4\/5\b/, "centos64Guest", "centosGuest"],
  [/^centos (?:stream )?([6-9]|10)\b/, "centos$1_64Guest", "centos$1Guest"],
  [/^oracle linux 4\/5\b/, "oracleLinux64Guest", "oracleLinuxGuest"],
  [/^oracle linux ([6-9]|10)\b/, "oracleLinux$1_64Guest", "oracleLinux$1Guest"],
  [/^(?:suse|sles?) linux enterprise (?:server )?(1[0-6])\b/, "sles$1_64Guest", "sles$1Guest"],
  [/^suse linux enterprise (?:server )?8\/9/, "sles64Guest", "slesGuest"],
  [/^suse openenterprise|^suse open enterprise/, "oesGuest", "oesGuest"],
  [/^(?:novell )?opensuse\b/, "opensuse64Guest", "opensuseGuest"],
  [/^debian gnu\/linux (\d{1,2})\b/, "debian$1_64Guest", "debian$1Guest"],
  [/^ubuntu linux\b/, "ubuntu64Guest", "ubuntuGuest"],
  [/^rocky linux\b/, "rockylinux_64Guest"],
  [/^almalinux\b/, "almalinux_64Guest"],
  [/^(?:red hat )?fedora\b/, "fedora64Guest", "fedoraGuest"],
  [/^amazon linux 2\b/, "amazonlinux2_64Guest"],
  [/^amazon linux 3\b/, "amazonlinux3_64Guest"],
  [/^vmware photon os\b/, "vmwarePhoton64Guest"],
  [/^coreos linux\b/, "coreos64Guest"],
  [/^asianux (\d)\b/, "asianux$1_64Guest", "asianux$1Guest"],
  [/^other ([3-6])\.x (?:or later )?linux\b/, "other$1xLinux64Guest", "other$1xLinuxGuest"],
  [/^other 2\.([46])\.x linux\b/, "other2$1xLinux64Guest", "other2$1xLinuxGuest"],
  [/^other linux\b/, "otherLinux64Guest", "otherLinuxGuest"],
  [/^freebsd (1[1-9])\b/, "freebsd$1_64Guest", "freebsd$1Guest"],
  [/^freebsd\b/, "freebsd64Guest", "freebsdGuest"],
  [/^(?:oracle|sun) solaris 11\b/, "solaris11_64Guest"],
  [/^(?:oracle|sun) solaris 10\b/, "solaris10_64Guest", "solaris10Guest"],
  [/^other\s*(?:\(|$)/, "otherGuest64", "otherGuest"],
];

/** vSphere's guest id of a name; "" for a name that is not in the table, or of a width that the system has not. */
export function guestIdOfName(name: string | null): string {
  const plain = (name ?? "").toLowerCase().replace(/\s+/g, " ").trim();
  for (const [pattern, id64, id32] of TABLE) {
    const match = pattern.exec(plain);
    if (match === null) continue;
    const id = plain.includes("32-bit") ? id32 : id64;
    return (id ?? "").replace("$1", match[1] ?? "");
  }
  return "";
}

/**
 * vSphere's guest ids for the numbers of CIM_OperatingSystem.OSType, which an OVF from another tool than VMware's gives.
 * Numbers that name no system clearly (Linux 2.6, Other) are in it where vSphere has an id as vague.
 */
const CIM: Readonly<Record<number, string>> = {
  36: "otherLinuxGuest",
  42: "freebsdGuest",
  58: "win2000ServGuest",
  67: "winXPProGuest",
  69: "winNetEnterpriseGuest",
  70: "winNetEnterprise64Guest",
  71: "winXPPro64Guest",
  73: "winVistaGuest",
  74: "winVista64Guest",
  76: "winLonghornGuest",
  77: "winLonghorn64Guest",
  78: "freebsd64Guest",
  79: "redhatGuest",
  80: "otherLinux64Guest",
  82: "suseGuest",
  83: "suse64Guest",
  84: "slesGuest",
  85: "sles64Guest",
  93: "ubuntuGuest",
  94: "ubuntu64Guest",
  97: "other24xLinuxGuest",
  98: "other24xLinux64Guest",
  99: "other26xLinuxGuest",
  100: "other26xLinux64Guest",
  101: "otherLinux64Guest",
  102: "otherGuest64",
  103: "windows7Server64Guest",
  105: "windows7Guest",
  106: "centosGuest",
  107: "centos64Guest",
  108: "oracleLinuxGuest",
  109: "oracleLinux64Guest",
  112: "windows8Server64Guest",
  113: "windows8Guest",
  114: "windows8_64Guest",
  115: "windows8Server64Guest",
  116: "windows8Guest",
  117: "windows8_64Guest",
  118: "windows9Server64Guest",
  119: "windows9Guest",
  120: "windows9_64Guest",
};

/** What VirtualBox calls its guests (vbox:OSType), where CIM's number says less. */
const VIRTUALBOX: readonly (readonly [RegExp, string])[] = [
  [/^Windows2025_64$/, "windows2022srvNext_64Guest"],
  [/^Windows2022_64$/, "windows2019srvNext_64Guest"],
  [/^Windows2019_64$/, "windows2019srv_64Guest"],
  [/^Windows2016_64$/, "windows9Server64Guest"],
  [/^Windows2012_64$/, "windows8Server64Guest"],
  [/^Windows1[01]_64$/, "windows9_64Guest"],
  [/^Debian(\d{1,2})_64$/, "debian$1_64Guest"],
  [/^Ubuntu.*_64$/, "ubuntu64Guest"],
  [/^Fedora_64$/, "fedora64Guest"],
  [/^RedHat([6-9]|1\d)_64$/, "rhel$1_64Guest"],
];

/** The guest id of an OVF's system: VMware's own name, else VirtualBox's, else CIM's number; "" when none tells. */
export function ovfGuestId(
  vmwareType: string | undefined,
  vboxType: string | undefined,
  cim: string | undefined,
): string {
  if (vmwareType !== undefined && /^\w{1,64}$/.test(vmwareType)) return vmwareType;
  for (const [pattern, guestId] of VIRTUALBOX) {
    const match = pattern.exec(vboxType ?? "");
    if (match !== null) return guestId.replace("$1", match[1] ?? "");
  }
  return cim !== undefined && /^\d{1,3}$/.test(cim) ? (CIM[Number(cim)] ?? "") : "";
}

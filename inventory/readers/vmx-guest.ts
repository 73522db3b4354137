/** Spellings in which the API differs from a .vmx file by more than its end, in lower case. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/^longhorn/, "winLonghorn"],
  [/^winnet/, "winNet"],
  [/^winxppro/, "winXPPro"],
  [/^windows([789])srv$/, "windows$1Server"],
  [/^oraclelinux/, "oracleLinux"],
  [/^otherlinux/, "otherLinux"],
  [/^other(\d)xlinux/, "other$1xLinux"],
  [/^other(2[46])xlinux/, "other$1xLinux"],
  [/^vmware-photon/, "vmwarePhoton"],
];

/**
 * The guest id of the vSphere API for what a .vmx file calls guestOS: "debian11-64" is debian11_64Guest there,
 * "ubuntu-64" ubuntu64Guest (VirtualMachineGuestOsIdentifier). 64-bit systems have an underscore behind a version number
 * and behind the newer names (rockylinux_64Guest, windows2019srv_64Guest).
 */
export function guestIdOf(guestOs: string): string {
  if (guestOs === "" || guestOs.endsWith("Guest")) return guestOs;
  const is64 = guestOs.endsWith("-64");
  const base = guestOs.replace(/-64$/, "");
  const spelling = SPELLINGS.find(([pattern]) => pattern.test(base.toLowerCase()));
  const name = spelling === undefined ? base : base.toLowerCase().replace(spelling[0], spelling[1]);
  if (!is64) return `${name}Guest`;
  return /(\d|srv|srvNext|rockylinux|almalinux)$/.test(name) ? `${name}_64Guest` : `${name}64Guest`;
}

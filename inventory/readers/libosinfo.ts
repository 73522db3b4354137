/** libosinfo ids (http://debian.org/debian/11) and what vSphere calls the system; the rest of the estate speaks vSphere. */
const TABLE: readonly (readonly [RegExp, string])[] = [
  [/\/\/debian\.org\/debian\/(\d+)/, "debian$1_64Guest"],
  [/\/\/ubuntu\.com\/ubuntu\//, "ubuntu64Guest"],
  [/\/\/redhat\.com\/rhel\/([2-9]|10)(\.\d+)?$/, "rhel$1_64Guest"],
  [/\/\/centos\.org\/centos(?:-stream)?\/([6-9]|10)(\.\d+)?$/, "centos$1_64Guest"],
  [/\/\/centos\.org\//, "centos64Guest"],
  [/\/\/rockylinux\.org\//, "rockylinux_64Guest"],
  [/\/\/almalinux\.org\//, "almalinux_64Guest"],
  [/\/\/oracle\.com\/ol\/(\d+)/, "oracleLinux$1_64Guest"],
  [/\/\/fedoraproject\.org\//, "fedora64Guest"],
  [/\/\/suse\.com\/sle[sd]\/(1[0-9])/, "sles$1_64Guest"],
  [/\/\/opensuse\.org\//, "opensuse64Guest"],
  [/\/\/freebsd\.org\/freebsd\/(1[1-9])/, "freebsd$1_64Guest"],
  [/\/\/microsoft\.com\/win\/2k(19|22|25)$/, "windows20$1srv_64Guest"],
  [/\/\/microsoft\.com\/win\/2k16$/, "windows9Server64Guest"],
  [/\/\/microsoft\.com\/win\/2k12/, "windows8Server64Guest"],
  [/\/\/microsoft\.com\/win\/2k8r2$/, "windows7Server64Guest"],
  [/\/\/microsoft\.com\/win\/2k8$/, "winLonghorn64Guest"],
  [/\/\/microsoft\.com\/win\/2k3/, "winNetEnterprise64Guest"],
  [/\/\/microsoft\.com\/win\/xp/, "winXPProGuest"],
  [/\/\/microsoft\.com\/win\/(10|11)$/, "windows9_64Guest"],
  [/\/\/microsoft\.com\/win\/8/, "windows8_64Guest"],
  [/\/\/microsoft\.com\/win\/7$/, "windows7_64Guest"],
  [/\/\/libosinfo\.org\/linux\//, "otherLinux64Guest"],
];

/** vSphere's guest id; "" for a system that is not in the table (the source does not tell). */
export function libosinfoGuestId(id: string): string {
  for (const [pattern, guestId] of TABLE) {
    const match = pattern.exec(id);
    if (match !== null) return guestId.replace("$1", match[1] ?? "");
  }
  return "";
}

import type { ComplexityModel, OsLevel } from "../inventory/schema/complexity.ts";
import type { EstateVm } from "../inventory/schema/estate.ts";
import { guestOs } from "./guest-os.ts";
import { matchesAny } from "./pattern.ts";

/** What is known of a VM's operating system. */
type Guest = Pick<EstateVm, "guestId" | "guestName" | "guestReportedName">;

/** The operating system for people: what runs, else what is configured; null when the source tells nothing. */
export function osName({ guestReportedName, guestName, guestId }: Guest): string | null {
  const name = [guestReportedName, guestName, guestId].find((one) => one !== null && one.trim() !== "");
  return name?.replace(/ \((32|64)-bit\)$/, "").trim() ?? null;
}

/** How hard the operating system is; patterns of the plan come first, in their order. */
export function osLevel(guest: Guest, { guests }: Pick<ComplexityModel, "guests">): OsLevel {
  const names = [guest.guestId, guest.guestName, guest.guestReportedName].filter((name) => name !== null);
  const said = Object.entries(guests).find(([pattern]) => names.some((name) => matchesAny([pattern], name)));
  if (said !== undefined) return said[1];
  return levelOfId(guest.guestId) ?? levelOfName(osName(guest) ?? "");
}

/** vSphere's ids; null for those that say nothing ("" and otherGuest). */
function levelOfId(guestId: string): OsLevel | null {
  if (guestId === "" || /^other(Guest)?(64)?$/i.test(guestId) || /^otherGuest(64)?$/i.test(guestId)) return null;
  if (/^(solaris|netware|os2|darwin|eComStation|openServer|unixWare|sjds|dos|vmkernel)/i.test(guestId))
    return "whiteGlove";
  const { type, distro, drivers } = guestOs(guestId);
  if (type === "windows") {
    if (drivers === "ide") return "whiteGlove";
    return /^(winVista|winLonghorn|windows7)/i.test(guestId) ? "hard" : "medium";
  }
  if (type === null && distro === null) return null;
  return drivers === "virtio" ? "easy" : "hard";
}

/** Names, for sources that know no ids of vSphere. */
function levelOfName(name: string): OsLevel {
  return namePatterns.find(([pattern]) => pattern.test(name))?.[1] ?? "unknown";
}

const namePatterns: readonly (readonly [RegExp, OsLevel])[] = [
  [/windows (server )?(nt|95|98|me\b|2000|2003|xp)/i, "whiteGlove"],
  [/solaris|netware|os\/2|macos|unixware|openserver|ms-?dos|aix|hp-ux/i, "whiteGlove"],
  [/windows (server )?(2008|vista|7)\b/i, "hard"],
  [/windows/i, "medium"],
  [/(red hat|rhel|centos|oracle linux)[^0-9]{0,40}[2-5]\b/i, "hard"],
  [/debian[^0-9]{0,20}[4-7]\b|(suse|sles)[^0-9]{0,40}10\b/i, "hard"],
  [/linux|debian|ubuntu|centos|rocky|alma|fedora|suse|sles|photon|flatcar/i, "easy"],
  [/freebsd[^0-9]{0,10}[4-9]\b/i, "hard"],
  [/freebsd/i, "easy"],
];

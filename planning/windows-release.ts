import type { EstateVm } from "../inventory/schema/estate.ts";

/** A release of Windows, with what it means for a server on KVM. */
export interface WindowsRelease {
  /** For people. */
  readonly name: string;
  /**
   * Drivers of virtio-win: `current` builds; `unsigned`: the current builds carry a signature that this release does not
   * take (Microsoft retired the cross certificates), an older one must be used; `archived`: none is built since
   * 0.1.173 of 2019; `none`: there never was a usable one.
   */
  readonly drivers: "current" | "unsigned" | "archived" | "none";
  /** No Windows Server: it hibernates its kernel at every shutdown (fast startup). Only of Windows 8 and later. */
  readonly fastStartup: boolean;
  /** Does not start on the old machine type i440fx (apache/cloudstack#13241). */
  readonly needsQ35: boolean;
}

interface Row extends WindowsRelease {
  /** vSphere guest ids. */
  readonly ids: RegExp;
  /** Names as vSphere, RVTools and guests write them. */
  readonly names: RegExp;
}

const row = (
  name: string,
  ids: RegExp,
  names: RegExp,
  drivers: WindowsRelease["drivers"] = "current",
  more: Partial<WindowsRelease> = {},
): Row => ({ name, ids, names, drivers, fastStartup: false, needsQ35: false, ...more });

/**
 * Read from the top; the first match counts. vSphere's ids are a riddle: windows7Server64 is Server 2008 R2, windows8Server64
 * Server 2012, windows9Server64 Server 2016, windows2019srvNext Server 2022, windows2022srvNext Server 2025.
 */
const table: readonly Row[] = [
  row("Windows Server 2025", /^windows2022srvNext|^windows2025srv/i, /server 2025/i, "current", { needsQ35: true }),
  row("Windows Server 2022", /^windows2019srvNext|^windows2022srv/i, /server 2022/i),
  row("Windows Server 2019", /^windows2019srv/i, /server 2019/i),
  row("Windows Server 2016", /^windows9Server/i, /server 2016/i),
  row("Windows Server 2012", /^windows8Server/i, /server 2012/i, "unsigned"),
  row("Windows Server 2008 R2", /^windows7Server/i, /server 2008 ?r2/i, "archived"),
  row("Windows Server 2008", /^winLonghorn/i, /server.? 2008/i, "archived"),
  row("Windows Server 2003", /^winNet/i, /server.? 2003/i, "archived"),
  row("Windows 11", /^windows1[12]/i, /windows 11/i, "current", { fastStartup: true }),
  row("Windows 10", /^windows9/i, /windows 10/i, "current", { fastStartup: true }),
  row("Windows 8", /^windows8/i, /windows 8/i, "unsigned", { fastStartup: true }),
  row("Windows 7", /^windows7/i, /windows 7/i, "archived"),
  row("Windows Vista", /^winVista/i, /windows vista/i, "archived"),
  row("Windows XP", /^winXP/i, /windows xp/i, "archived"),
  row("Windows 2000 or older", /^win(2000|NT|31|95|98|Me)/i, /windows (2000|nt|3\.|95|98|me\b|millennium)/i, "none"),
];

/**
 * The release of Windows that the VM runs, null for other systems and where neither the guest id nor a name tells. What the
 * guest itself reports wins over its configuration, which nobody changes at an upgrade.
 */
export function windowsRelease(
  facts: Pick<EstateVm, "guestId" | "guestName" | "guestReportedName">,
): WindowsRelease | null {
  const named = (text: string | null): Row | undefined =>
    text === null || !/windows/i.test(text) ? undefined : table.find(({ names }) => names.test(text));
  return (
    named(facts.guestReportedName) ?? table.find(({ ids }) => ids.test(facts.guestId)) ?? named(facts.guestName) ?? null
  );
}

/** Whether the VM runs Windows of any release, by what the guest reports, its guest id, or its configured name. */
export function isWindows(facts: Pick<EstateVm, "guestId" | "guestName" | "guestReportedName">): boolean {
  const family = guestFamily(facts.guestReportedName ?? "");
  return family === null ? /^win/i.test(facts.guestId) || /windows/i.test(facts.guestName ?? "") : family === "windows";
}

/** What a name of an operating system tells of its family; null when nothing. */
export function guestFamily(name: string): "windows" | "linux" | null {
  if (/windows/i.test(name)) return "windows";
  const linux = /linux|red ?hat|rhel|centos|ubuntu|debian|suse|sles|rocky|fedora|photon|amazon|flatcar|coreos/i;
  return linux.test(name) ? "linux" : null;
}

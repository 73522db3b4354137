import type { z } from "zod";
import type { EstateDevice, EstateNic } from "../schema/estate.ts";
import { nicKey } from "./device-keys.ts";
import { below, vboxMachine } from "./ovf-document.ts";
import type { OvfItem } from "./ovf-items.ts";
import { textOf, type XmlElement } from "./xml.ts";

/** The NICs in their order. An OVF tells a MAC only where the tool wrote it; VirtualBox has them in its own part. */
export function ovfNics(items: readonly OvfItem[], system: XmlElement): z.input<typeof EstateNic>[] {
  const vbox = vboxMacs(system);
  return items
    .filter(({ type }) => type === 10)
    .map(({ element, subType, name, address }, index) => {
      const atStart = textOf(element, "AutomaticAllocation")?.toLowerCase() !== "false";
      const given = address ?? textOf(element, "MACAddress") ?? "";
      return {
        deviceKey: nicKey(index),
        label: name === "" ? `Network adapter ${index + 1}` : name,
        macAddress: macOf(given) ?? vbox[index] ?? null,
        network: textOf(element, "Connection") ?? "unknown",
        adapter: subType.split(/\s+/)[0] ?? null,
        connected: atStart,
        startConnected: atStart,
      };
    })
    .map((nic) => ({ ...nic, adapter: nic.adapter === "" ? null : nic.adapter }));
}

/** A MAC with or without colons; all zeros is none. */
function macOf(text: string): string | null {
  const digits = text.trim().toLowerCase().replace(/[:-]/g, "");
  if (!/^[0-9a-f]{12}$/.test(digits) || /^0+$/.test(digits)) return null;
  return (digits.match(/../g) ?? []).join(":");
}

/** MACs of the adapters that VirtualBox has switched on, by slot: the order of the OVF's items. */
function vboxMacs(system: XmlElement): readonly (string | null)[] {
  return below(vboxMachine(system), "Adapter")
    .filter(({ attributes }) => attributes.get("enabled") === "true" && attributes.has("slot"))
    .sort((a, b) => Number(a.attributes.get("slot")) - Number(b.attributes.get("slot")))
    .map(({ attributes }) => macOf(attributes.get("MACAddress") ?? ""));
}

const KINDS: Readonly<Record<number, EstateDevice["kind"]>> = {
  14: "floppy",
  15: "cdrom",
  16: "cdrom",
  21: "serial",
  22: "parallel",
  23: "usbController",
  35: "sound",
};

/** What an OpenStack server does not get by itself. */
export function ovfDevices(items: readonly OvfItem[]): EstateDevice[] {
  return items.flatMap(({ type, subType, name, element }): EstateDevice[] => {
    const kind = /passthrough/.test(subType) && type !== 15 && type !== 16 ? "passthrough" : kindOf(type, subType);
    if (kind === null) return [];
    const allocated = textOf(element, "AutomaticAllocation")?.toLowerCase();
    return [
      { kind, label: name === "" ? kind : name, connected: allocated === undefined ? null : allocated === "true" },
    ];
  });
}

function kindOf(type: number, subType: string): EstateDevice["kind"] | null {
  if (type === 1 && /soundcard|^vmware\.sound/.test(subType)) return "sound";
  if (type === 1 && /sriov/.test(subType)) return "sriov";
  return KINDS[type] ?? null;
}

/** A virtual TPM: an item of VMware's, or VirtualBox's own part. */
export function hasTpm(items: readonly OvfItem[], system: XmlElement): boolean {
  const type = below(vboxMachine(system), "TrustedPlatformModule")[0]?.attributes.get("type")?.toLowerCase();
  return items.some(({ subType }) => subType.endsWith(".vtpm")) || (type !== undefined && type !== "none");
}

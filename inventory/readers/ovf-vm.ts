import type { z } from "zod";
import type { FoundVm } from "./reader.ts";
import { hasTpm, ovfDevices, ovfNics } from "./ovf-devices.ts";
import { below, ovfProperties, sectionsOf, vboxMachine, vmwareConfig, type OvfDocument } from "./ovf-document.ts";
import { ovfGuestId } from "./ovf-guest.ts";
import { itemsOf, type OvfItem } from "./ovf-items.ts";
import { bytesPerUnit, wholeNumber } from "./ovf-units.ts";
import { at, child, textOf, type XmlElement } from "./xml.ts";

/** One virtual system of an OVF, without its disks. */
export interface OvfSystem {
  readonly id: string;
  readonly name: string;
  readonly element: XmlElement;
  readonly hardware: XmlElement | undefined;
  readonly items: readonly OvfItem[];
}

/** A system with its hardware: of several hardware sections the one that VMware would take. */
export function ovfSystem(element: XmlElement, { configuration }: OvfDocument): OvfSystem {
  const all = sectionsOf(element, "VirtualHardwareSection");
  const hardware = all.find((one) => systemType(one).includes("vmx-")) ?? all[0];
  const id = element.attributes.get("id") ?? "";
  const name = textOf(element, "Name") ?? textOf(child(hardware, "System"), "VirtualSystemIdentifier") ?? id;
  return { id, name, element, hardware, items: hardware === undefined ? [] : itemsOf(hardware, configuration) };
}

const systemType = (hardware: XmlElement | undefined): string =>
  textOf(child(hardware, "System"), "VirtualSystemType") ?? "";

/** The facts of a system but for its disks. What is missing is null or NaN, which the schema refuses where it is needed. */
export function ovfVm(
  { name, element, hardware, items }: OvfSystem,
  document: OvfDocument,
): Omit<z.input<typeof FoundVm>, "disks" | "source"> {
  const config = vmwareConfig(hardware);
  const isOn = (key: string): boolean | null => (config.has(key) ? config.get(key)?.toLowerCase() === "true" : null);
  const processor = items.find(({ type }) => type === 3)?.element;
  const machine = vboxMachine(element);
  const os = sectionsOf(element, "OperatingSystemSection")[0];
  const product = sectionsOf(element, "ProductSection")[0];
  return {
    instanceUuid: null,
    name,
    powerState: "poweredOff",
    template: false,
    cpus: wholeNumber(textOf(processor, "VirtualQuantity")) ?? Number.NaN,
    coresPerSocket: wholeNumber(textOf(processor, "CoresPerSocket")),
    memoryMiB: memoryMiB(items),
    firmware: isEfi(config, machine, document.envelope) ? "efi" : "bios",
    secureBoot: isOn("bootOptions.efiSecureBootEnabled") ?? vboxSecureBoot(machine),
    tpm: hasTpm(items, element),
    guestId: ovfGuestId(os?.attributes.get("osType"), textOf(os, "OSType"), os?.attributes.get("id")),
    guestName: textOf(os, "Description") ?? null,
    hostName: null,
    toolsState: "unknown",
    hardwareVersion: hardwareVersion(systemType(hardware)),
    cpuHotAdd: isOn("cpuHotAddEnabled"),
    memoryHotAdd: isOn("memoryHotAddEnabled"),
    annotation: textOf(sectionsOf(element, "AnnotationSection")[0], "Annotation") ?? null,
    customAttributes: productOf(product),
    ovfProperties: Object.fromEntries(ovfProperties([document.envelope, element], document.configuration)),
    devices: ovfDevices(items),
    nics: ovfNics(items, element),
  };
}

/** What made the system, for example "vmx-19" (VMware) or "virtualbox-2.2"; null when it does not tell. */
export function ovfProduct({ hardware }: OvfSystem): string | null {
  const type = systemType(hardware);
  return type === "" ? null : type;
}

/** A VM without memory, or with a unit that is none, does not fit the schema: NaN. */
function memoryMiB(items: readonly OvfItem[]): number {
  const memory = items.find(({ type }) => type === 4)?.element;
  const unit = bytesPerUnit(textOf(memory, "AllocationUnits") ?? "byte");
  const quantity = wholeNumber(textOf(memory, "VirtualQuantity"));
  if (unit === null || quantity === null) return Number.NaN;
  const bytes = quantity * unit;
  // Less than a mebibyte is a quantity whose unit is missing: no guess.
  return bytes < 2 ** 20 ? Number.NaN : Math.ceil(bytes / 2 ** 20);
}

/** VMware writes firmware as a setting, VirtualBox in its own part, oVirt as BiosType (3 and 4 are UEFI). */
function isEfi(config: ReadonlyMap<string, string>, machine: XmlElement | undefined, envelope: XmlElement): boolean {
  const vbox = at(machine, "Hardware", "Firmware")?.attributes.get("type");
  const ovirt = config.has("firmware") || machine !== undefined ? undefined : below(envelope, "BiosType")[0]?.text;
  return (
    config.get("firmware")?.toLowerCase() === "efi" ||
    vbox?.toUpperCase().startsWith("EFI") === true ||
    /^[34]$/.test(ovirt ?? "")
  );
}

function vboxSecureBoot(machine: XmlElement | undefined): boolean {
  return below(machine, "SecureBoot")[0]?.attributes.get("enabled") === "true";
}

/** "vmx-07 vmx-13": the newest of them. */
function hardwareVersion(type: string): number | null {
  const versions = Array.from(type.matchAll(/vmx-(\d{1,3})/g), ([, digits]) => Number(digits));
  const newest = Math.max(0, ...versions);
  return newest === 0 ? null : newest;
}

function productOf(product: XmlElement | undefined): Record<string, string> {
  const names = ["Product", "Vendor", "Version", "FullVersion"];
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = textOf(product, name);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

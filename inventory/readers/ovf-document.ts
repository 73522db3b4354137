import { childrenOf, descendantsOf, type XmlElement } from "./xml.ts";

/** A file of the References section. */
export interface OvfFile {
  readonly id: string;
  readonly href: string;
  /** gzip, bzip2; "" or identity: as it is. */
  readonly compression: string;
  readonly isChunked: boolean;
  readonly line: number;
}

/** A disk of the DiskSection. */
export interface OvfDisk {
  readonly id: string;
  readonly fileRef: string | null;
  readonly element: XmlElement;
}

/** An OVF, taken apart. Maps hold null where an id is there twice: which one is meant nobody knows. */
export interface OvfDocument {
  readonly envelope: XmlElement;
  readonly systems: readonly XmlElement[];
  readonly files: ReadonlyMap<string, OvfFile | null>;
  readonly disks: ReadonlyMap<string, OvfDisk | null>;
  /** The configuration that is used when nobody chooses; null: there are none. */
  readonly configuration: string | null;
}

/** Takes an envelope apart; null when the root is none. */
export function ovfDocument(envelope: XmlElement): OvfDocument | null {
  if (envelope.name !== "Envelope") return null;
  const files = childrenOf(envelope, "References").flatMap((references) => childrenOf(references, "File"));
  const disks = sectionsOf(envelope, "DiskSection").flatMap((section) => childrenOf(section, "Disk"));
  return {
    envelope,
    systems: systemsOf(envelope),
    files: byId(files.map(fileOf)),
    disks: byId(disks.map(diskOf)),
    configuration: defaultConfiguration(envelope),
  };
}

/** The virtual systems at any depth of collections. OVF 0.9 and oVirt call them Content. */
function systemsOf(element: XmlElement): XmlElement[] {
  return element.children.flatMap((one) => {
    if (one.name === "VirtualSystem") return [one];
    const type = one.attributes.get("type") ?? "";
    if (one.name === "Content" && !type.includes("Collection")) return [one];
    return one.name === "VirtualSystemCollection" || one.name === "Content" ? systemsOf(one) : [];
  });
}

/** Sections by name; OVF 0.9 and oVirt call them all Section and give the name as xsi:type. */
export function sectionsOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter(
    (one) => one.name === name || (one.name === "Section" && typeOf(one).startsWith(`${name}_`)),
  );
}

const typeOf = (element: XmlElement): string => (element.attributes.get("type") ?? "").replace(/^.*:/, "");

function byId<T extends { readonly id: string }>(items: readonly T[]): Map<string, T | null> {
  const map = new Map<string, T | null>();
  for (const item of items) map.set(item.id, map.has(item.id) ? null : item);
  return map;
}

function fileOf({ attributes, line }: XmlElement): OvfFile {
  return {
    id: attributes.get("id") ?? "",
    href: attributes.get("href") ?? "",
    compression: (attributes.get("compression") ?? "").toLowerCase(),
    isChunked: attributes.has("chunkSize"),
    line,
  };
}

function diskOf(element: XmlElement): OvfDisk {
  const { attributes } = element;
  return { id: attributes.get("diskId") ?? "", fileRef: attributes.get("fileRef") ?? null, element };
}

function defaultConfiguration(envelope: XmlElement): string | null {
  const all = sectionsOf(envelope, "DeploymentOptionSection").flatMap((one) => childrenOf(one, "Configuration"));
  const chosen = all.find(({ attributes }) => attributes.get("default") === "true") ?? all[0];
  return chosen?.attributes.get("id") ?? null;
}

/** The properties of product sections as the guest would see them ([class.]key[.instance]), those without passwords. */
export function ovfProperties(elements: readonly XmlElement[], configuration: string | null): Map<string, string> {
  const found = new Map<string, string>();
  for (const section of elements.flatMap((element) => sectionsOf(element, "ProductSection"))) {
    const [first, last] = [section.attributes.get("class") ?? "", section.attributes.get("instance") ?? ""];
    for (const property of childrenOf(section, "Property")) {
      const key = property.attributes.get("key") ?? "";
      if (key === "" || property.attributes.get("password")?.toLowerCase() === "true") continue;
      const name = [first, key, last].filter((part) => part !== "").join(".");
      found.set(name, valueOf(property, configuration));
    }
  }
  return found;
}

function valueOf(property: XmlElement, configuration: string | null): string {
  const chosen = childrenOf(property, "Value").find(
    ({ attributes }) => attributes.get("configuration") === (configuration ?? undefined),
  );
  return chosen?.attributes.get("value") ?? property.attributes.get("value") ?? "";
}

/** What `${name}` of an attribute stands for (OVF lets a capacity be a property); the text itself where it is none. */
export function resolved(text: string | undefined, properties: ReadonlyMap<string, string>): string | undefined {
  const name = /^\$\{(.{1,256})\}$/.exec(text ?? "")?.[1];
  return name === undefined ? text : properties.get(name);
}

/** VMware's settings of a hardware section by key: firmware, cpuHotAddEnabled, ... */
export function vmwareConfig(hardware: XmlElement | undefined): ReadonlyMap<string, string> {
  const settings = hardware === undefined ? [] : childrenOf(hardware, "Config");
  return new Map(settings.map(({ attributes }) => [attributes.get("key") ?? "", attributes.get("value") ?? ""]));
}

/** VirtualBox's own description of the machine, which knows more than the OVF around it. */
export function vboxMachine(system: XmlElement): XmlElement | undefined {
  return system.children.find(({ name, attributes }) => name === "Machine" && attributes.has("OSType"));
}

/** Elements of this name below an element, none when it is not there. */
export function below(element: XmlElement | undefined, name: string): XmlElement[] {
  return element === undefined ? [] : descendantsOf(element, name);
}

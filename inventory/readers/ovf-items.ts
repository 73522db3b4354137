import { childrenOf, textOf, type XmlElement } from "./xml.ts";

/** A device of a virtual hardware section (CIM_ResourceAllocationSettingData). */
export interface OvfItem {
  readonly id: string;
  /** CIM's number: 3 processor, 4 memory, 5 IDE, 6 SCSI, 10 Ethernet, 17 disk, 20 other storage... */
  readonly type: number;
  /** In lower case; "" without one. */
  readonly subType: string;
  readonly name: string;
  readonly parent: string | null;
  readonly address: string | null;
  readonly addressOnParent: string | null;
  readonly element: XmlElement;
}

/**
 * The devices of a hardware section. Those that only bound a range, or belong to a configuration that is not the default,
 * are left out; one of the default configuration takes the place of the general one with its id.
 */
export function itemsOf(hardware: XmlElement, configuration: string | null): OvfItem[] {
  const elements = ["Item", "StorageItem", "EthernetPortItem"].flatMap((name) => childrenOf(hardware, name));
  const wanted = elements
    .filter(({ attributes }) => !attributes.has("bound"))
    .filter(({ attributes }) => {
      const only = attributes.get("configuration");
      return only === undefined || (configuration !== null && only.split(/\s+/).includes(configuration));
    })
    .sort((a, b) => a.line - b.line);
  const special = new Set(
    wanted.filter(({ attributes }) => attributes.has("configuration")).map((element) => idOf(element)),
  );
  return wanted.filter((element) => element.attributes.has("configuration") || !special.has(idOf(element))).map(itemOf);
}

const idOf = (element: XmlElement): string =>
  textOf(element, "InstanceID") ?? textOf(element, "InstanceId") ?? `line ${element.line}`;

function itemOf(element: XmlElement): OvfItem {
  return {
    id: idOf(element),
    type: Number(textOf(element, "ResourceType") ?? Number.NaN),
    subType: (textOf(element, "ResourceSubType") ?? "").toLowerCase(),
    name: textOf(element, "ElementName") ?? textOf(element, "Caption") ?? textOf(element, "Description") ?? "",
    parent: textOf(element, "Parent") ?? null,
    address: textOf(element, "Address") ?? null,
    addressOnParent: textOf(element, "AddressOnParent") ?? null,
    element,
  };
}

import { escapeXml, textXml } from "../../../inventory/vsphere/soap.ts";
import { managedObject, type ManagedObject } from "../../../inventory/vsphere/retrieve.ts";
import type { Places } from "../../../inventory/vsphere/places.ts";
import { readAnswer } from "../../../inventory/vsphere/xml-node.ts";

/** Facts of a VM from which an answer of the API is written. */
export interface VmFacts {
  readonly id: string;
  readonly name: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly annotation: string;
  readonly disks: readonly {
    readonly key: number;
    readonly unit: number;
    readonly bytes: number;
    readonly file: string;
  }[];
  readonly nics: readonly {
    readonly key: number;
    readonly mac: string;
    readonly address: string;
    readonly prefix: number;
  }[];
  readonly snapshots: readonly string[];
}

const value = (path: string, content: string, type = "xsd:string"): string =>
  `<propSet><name>${path}</name><val xsi:type="${type}">${content}</val></propSet>`;

/** An element `objects` as vCenter writes it. */
export function vmXml({ id, name, cpus, memoryMiB, annotation, disks, nics, snapshots }: VmFacts): string {
  const disk = ({ key, unit, bytes, file }: VmFacts["disks"][number]): string =>
    `<device xsi:type="VirtualDisk"><key>${key}</key><deviceInfo><label>Hard disk ${key}</label></deviceInfo>` +
    `<backing xsi:type="VirtualDiskFlatVer2BackingInfo">${textXml("fileName", `[ds1] ${file}`)}<diskMode>persistent</diskMode></backing>` +
    `<controllerKey>1000</controllerKey><unitNumber>${unit}</unitNumber><capacityInBytes>${bytes}</capacityInBytes></device>`;
  const nic = ({ key, mac }: VmFacts["nics"][number]): string =>
    `<device xsi:type="VirtualVmxnet3"><key>${key}</key><deviceInfo><label>Network adapter ${key}</label></deviceInfo>` +
    `<backing xsi:type="VirtualEthernetCardNetworkBackingInfo"><deviceName>office</deviceName></backing>${textXml("macAddress", mac)}</device>`;
  const net = ({ key, mac, address, prefix }: VmFacts["nics"][number]): string =>
    `<GuestNicInfo>${textXml("macAddress", mac)}<deviceConfigId>${key}</deviceConfigId><ipConfig><ipAddress>` +
    `<ipAddress>${address}</ipAddress><prefixLength>${prefix}</prefixLength></ipAddress></ipConfig></GuestNicInfo>`;
  const tree = snapshots.reduceRight(
    (below, one, index) =>
      `<${index === 0 ? "rootSnapshotList" : "childSnapshotList"}><snapshot type="VirtualMachineSnapshot">snapshot-${index}</snapshot>` +
      `${textXml("name", one)}<createTime>2026-01-02T03:04:05Z</createTime>${below}</${index === 0 ? "rootSnapshotList" : "childSnapshotList"}>`,
    "",
  );
  const controller =
    '<device xsi:type="ParaVirtualSCSIController"><key>1000</key><busNumber>0</busNumber><sharedBus>noSharing</sharedBus></device>';
  return (
    `<objects xmlns:xsi="x"><obj type="VirtualMachine">${escapeXml(id)}</obj>` +
    value("name", escapeXml(name)) +
    value("runtime.powerState", "poweredOn", "VirtualMachinePowerState") +
    value("config.firmware", "efi") +
    value("config.guestId", "debian12_64Guest") +
    value("config.annotation", escapeXml(annotation)) +
    value(
      "config.hardware",
      `<numCPU>${cpus}</numCPU><memoryMB>${memoryMiB}</memoryMB>${controller}${disks.map(disk).join("")}${nics.map(nic).join("")}`,
      "VirtualHardware",
    ) +
    value("guest.net", nics.map(net).join(""), "ArrayOfGuestNicInfo") +
    (tree === "" ? "" : value("snapshot", tree, "VirtualMachineSnapshotInfo")) +
    "</objects>"
  );
}

/** The object of an answer. @throws {AnswerError} */
export function objectIn(xml: string): ManagedObject | undefined {
  return managedObject(readAnswer(xml))[0];
}

/** Places of which nothing is known. */
export const nowhere: Places = {
  know: () => Promise.resolve(),
  value: () => null,
  name: () => null,
  ancestors: () => [],
  all: () => [],
};

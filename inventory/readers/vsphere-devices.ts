import type { EstateDevice } from "../schema/estate.ts";
import { flagAt, textAt, wholeAt } from "../vsphere/node-values.ts";
import type { XmlNode } from "../vsphere/xml-node.ts";

/** Devices that no OpenStack server gets by itself, by their type (vSphere API: VirtualDevice and what is derived). */
const KINDS: Readonly<Record<string, EstateDevice["kind"]>> = {
  VirtualPCIPassthrough: "passthrough",
  VirtualSCSIPassthrough: "passthrough",
  VirtualNVDIMM: "passthrough",
  VirtualSriovEthernetCard: "sriov",
  VirtualUSB: "usb",
  VirtualUSBController: "usbController",
  VirtualUSBXHCIController: "usbController",
  VirtualSerialPort: "serial",
  VirtualParallelPort: "parallel",
  VirtualCdrom: "cdrom",
  VirtualFloppy: "floppy",
  VirtualSoundCard: "sound",
  VirtualEnsoniq1371: "sound",
  VirtualHdAudioCard: "sound",
  VirtualSoundBlaster16: "sound",
};

/** The devices of a VM that are neither disks nor plain NICs. */
export function vsphereDevices(devices: readonly XmlNode[]): EstateDevice[] {
  return devices.flatMap((device) => {
    const kind = Object.hasOwn(KINDS, device.type ?? "") ? KINDS[device.type ?? ""] : undefined;
    if (kind === undefined) return [];
    const label = textAt(device, "deviceInfo", "label") ?? `${kind} ${wholeAt(device, "key") ?? ""}`.trim();
    return [{ kind, label, connected: flagAt(device, "connectable", "connected") }];
  });
}

/** Whether the VM has a virtual TPM. */
export const hasTpm = (devices: readonly XmlNode[]): boolean => devices.some(({ type }) => type === "VirtualTPM");

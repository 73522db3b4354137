import { flavor } from "../fixtures.ts";
import { finds, one, silent, testRule } from "./cases.ts";

const with_ = (imageProperties: Record<string, string>, extraSpecs: Record<string, string> = {}) =>
  one({}, { imageProperties, flavor: "m1.medium" }, { flavors: [flavor("m1.medium", 2, 4096, { extraSpecs })] });
const uefi = { hw_firmware_type: "uefi", hw_machine_type: "q35" };

testRule("image-property.wrong", [
  finds("a value that Nova does not know", with_({ hw_disk_bus: "nvme" }), [
    "web01",
    "Critical",
    /image property hw_disk_bus: nvme: expected one of fdc, ide, sata, scsi, usb, virtio/,
  ]),
  finds("a value in capitals where Nova takes none", with_({ hw_firmware_type: "UEFI" }), [
    "web01",
    "Critical",
    /bios, uefi/,
  ]),
  finds("a number that is none", with_({ hw_cpu_sockets: "two" }), ["web01", "Critical", /a number from 1/]),
  finds("a value that is too long for Cinder", with_({ description: "x".repeat(256) }), [
    "web01",
    "Critical",
    /256 characters, Cinder takes 255/,
  ]),
  finds("a name that Cinder does not take, shown without harm", with_({ "a\nb": "1" }), [
    "web01",
    "Critical",
    /a\\u\{a\}b: 1: its name is none that Cinder takes/,
  ]),
  finds(
    "secure boot on another machine than q35",
    with_({ ...uefi, os_secure_boot: "required", hw_machine_type: "pc" }),
    ["web01", "Critical", /os_secure_boot needs hw_machine_type q35/],
  ),
  finds("secure boot without UEFI, which Nova leaves out", with_({ os_secure_boot: "required" }), [
    "web01",
    "Warning",
    /does nothing: name both/,
  ]),
  finds("IDE in a q35", with_({ hw_machine_type: "q35", hw_disk_bus: "ide" }), ["web01", "Critical", /q35 has no IDE/]),
  finds("a TPM of a model that its version has not", with_({ hw_tpm_model: "tpm-crb", hw_tpm_version: "1.2" }), [
    "web01",
    "Critical",
    /tpm-crb needs hw_tpm_version 2\.0/,
  ]),
  finds("a TPM without version", with_({ hw_tpm_model: "tpm-tis" }), ["web01", "Warning", /gives no TPM/]),
  finds(
    "what flavor and image say differently",
    with_({ ...uefi, os_secure_boot: "disabled" }, { "os:secure_boot": "required" }),
    ["web01", "Critical", /os_secure_boot disabled is not the flavor's os:secure_boot required/],
  ),
  silent("VMware's names of models", with_({ hw_vif_model: "VirtualE1000", hw_scsi_model: "LsiLogic" })),
  silent(
    "what flavor and image say alike",
    with_({ hw_tpm_version: "2.0", hw_tpm_model: "tpm-crb" }, { "hw:tpm_version": "2.0" }),
  ),
  silent("properties of the operator's own", with_({ owner: "team a/b", hw_qemu_guest_agent: "yes" })),
  silent("UEFI with secure boot, as it is planned", one({ firmware: "efi", secureBoot: true })),
]);

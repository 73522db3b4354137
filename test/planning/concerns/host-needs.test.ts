import { flavor } from "../fixtures.ts";
import { finds, one, several, silent, testRule } from "./cases.ts";

const on = { powerState: "poweredOn" };
const efi = { ...on, firmware: "efi" };
const special = (extraSpecs: Record<string, string>) => ({ flavors: [flavor("big", 4, 8192, { extraSpecs })] });

testRule("host.needs", [
  finds(
    "secure boot, once for all VMs",
    several({ a: { ...efi, secureBoot: true }, b: { ...efi, secureBoot: true } }),
    [
      null,
      "Information",
      /target lab needs hosts with UEFI secure boot \(trait COMPUTE_SECURITY_UEFI_SECURE_BOOT\).* For a, b$/,
    ],
  ),
  finds("UEFI", one(efi), [null, "Information", /UEFI firmware \(OVMF\)/]),
  finds(
    "a TPM and what a special flavor asks for",
    one(
      on,
      { flavor: "big", imageProperties: { hw_tpm_version: "2.0" } },
      special({
        "trait:CUSTOM_GPU": "required",
        "pci_passthrough:alias": "gpu:1",
        "hw:cpu_policy": "dedicated",
        "hw:mem_page_size": "large",
        "hw:numa_nodes": "2",
      }),
    ),
    [null, "Information", /an emulated TPM 2\.0 \(swtpm\)/],
    [null, "Information", /hw:cpu_policy=dedicated of flavor big/],
    [null, "Information", /hw:mem_page_size=large/],
    [null, "Information", /hw:numa_nodes=2/],
    [null, "Information", /pci_passthrough:alias=gpu:1/],
    [null, "Information", /trait:CUSTOM_GPU=required/],
  ),
  silent(
    "extra specs that every host satisfies",
    one(
      on,
      { flavor: "big" },
      special({
        "hw:cpu_policy": "shared",
        "hw:mem_page_size": "small",
        "hw:numa_nodes": "1",
        "hw_rng:allowed": "True",
        "resources:VCPU": "0",
      }),
    ),
  ),
  silent("a VM that gets no server", one({ ...efi, powerState: "poweredOff" })),
]);

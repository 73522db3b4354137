import { isWindows } from "../windows-release.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

export const windowsSecureBoot: FactRule = {
  id: "windows.secure-boot",
  category: "Information",
  label: "Windows with secure boot loads signed drivers only",
  why: "Fedora's virtio-win is not WHQL-signed; with secure boot Windows Server does not load such drivers, and does not boot.",
  checkFacts: (view) =>
    perFacts(view, (vm) =>
      vm.secureBoot === true && isWindows(vm)
        ? ["secure boot is on: have virtio drivers with Microsoft's WHQL signature (RHEL's virtio-win), not Fedora's"]
        : [],
    ),
};

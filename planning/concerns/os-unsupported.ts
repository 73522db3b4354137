import { shown } from "../../inventory/shown.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

/** Guest ids with what is against them on KVM. */
const systems: readonly { readonly ids: RegExp; readonly what: string }[] = [
  { ids: /^darwin/i, what: "macOS may only run on Apple's hardware" },
  { ids: /^vmkernel/i, what: "ESXi as a guest needs nested virtualization and finds no disk controller that it knows" },
  { ids: /^windowsHyperV/i, what: "Hyper-V as a guest needs nested virtualization" },
  { ids: /^(solaris|sunos)/i, what: "Solaris has no virtio drivers of its own before 11.4" },
  { ids: /^netware/i, what: "NetWare has no drivers for KVM's devices" },
  { ids: /^(os2|eComStation)/i, what: "OS/2 has no drivers for KVM's devices" },
  { ids: /^(openServer|unixWare|sco)/i, what: "SCO has no drivers for KVM's devices" },
  { ids: /^(vmwarePhoton|crx)/i, what: "Photon is made for VMware; virt-v2v does not convert it" },
  { ids: /^(dos|win31|win95|win98|winMe|winNT|win2000)/i, what: "its age: nobody tests it on KVM" },
];

export const osUnsupported: FactRule = {
  id: "os.unsupported",
  category: "Warning",
  label: "Operating system is not made for KVM",
  why: "It may not boot, or without network; no conversion tool knows it.",
  checkFacts: (view) =>
    perFacts(view, ({ guestId, guestName }) => {
      const found = systems.find(({ ids }) => ids.test(guestId));
      return found === undefined
        ? []
        : [
            `${shown(guestName ?? guestId)}: ${found.what}: try a copy of it first, or keep it where it is ` +
              "and waive this with what was tried",
          ];
    }),
};

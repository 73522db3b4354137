import type { Rule } from "./rule.ts";
import { shown } from "../../inventory/shown.ts";

export const sourceUnread: Rule = {
  id: "source.unread",
  category: "Warning",
  label: "The source could not be asked",
  about: "wave",
  why: "What changed at the source since the estate was written is not known. A vCenter that is down must not stop a night.",
  check: ({ live }) =>
    live.unread.map(({ server, reason, vms }) => ({
      vm: null,
      assessment:
        `${shown(server)}: ${shown(reason, 200)}; ` +
        (vms.length === 0 ? "what the reader found counts" : `the estate's facts count for ${vms.length} VM(s)`),
    })),
};

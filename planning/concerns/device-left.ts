import type { EstateDevice } from "../../inventory/schema/estate.ts";
import { shown } from "../../inventory/shown.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

const ports: readonly EstateDevice["kind"][] = ["serial", "parallel", "sound"];
const media: readonly EstateDevice["kind"][] = ["cdrom", "floppy"];

export const deviceLeft: FactRule = {
  id: "device.left-behind",
  category: "Information",
  label: "Devices that stay behind",
  why: "Serial and parallel ports, sound, inserted CDs and floppies are not given to the server.",
  checkFacts: (view) =>
    perFacts(view, ({ devices }) => {
      const left = devices.filter(
        ({ kind, connected }) =>
          (ports.includes(kind) && connected !== false) || (media.includes(kind) && connected === true),
      );
      const names = left.slice(0, 5).map(({ kind, label }) => `${kind} ${shown(label)}`);
      const more = left.length > names.length ? `, and ${left.length - names.length} more` : "";
      return left.length === 0
        ? []
        : [`${names.join(", ")}${more}: see that nothing in the guest needs them (fax, console, licence)`];
    }),
};

import type { WaveFile } from "../../inventory/schema/wave.ts";
import { entriesOf } from "../wave-entries.ts";
import type { Finding, Rule } from "./rule.ts";

export const vmDropped: Rule = {
  id: "vm.dropped",
  category: "Critical",
  label: "VM has begun but is not in the wave file",
  why: "Pulumi deletes what is not declared any more: going on would remove the server and its volumes.",
  hard: true,
  always: true,
  check: ({ file, begun }) => droppedVms(file, begun),
};

/** The VMs that have begun and that the file does not hold, not even as `absent`. The gate asks for this too. */
export function droppedVms(file: WaveFile, begun: ReadonlySet<string>): Finding[] {
  const inFile = new Set(entriesOf(file).map(({ key }) => key));
  return [...begun]
    .filter((key) => !inFile.has(key))
    .sort()
    .map((key) => ({
      vm: key,
      assessment:
        `${key} has volumes or an image of this stack but is not in the wave file: put it back into the wave and plan again; ` +
        "to roll it back set phase: absent instead",
    }));
}

import type { EstateDisk, EstateVm } from "../../inventory/schema/estate.ts";
import type { SourceFacts } from "../../inventory/schema/source.ts";
import { shown } from "../../inventory/shown.ts";
import { sourceOf } from "../source-of.ts";
import type { FactRule } from "./fact-rule.ts";
import type { Finding } from "./rule.ts";

export const datastoreInaccessible: FactRule = {
  id: "datastore.inaccessible",
  category: "Critical",
  label: "Datastore cannot be read",
  why: "What the source itself cannot reach cannot be copied from it.",
  checkFacts: ({ vms, sources }) =>
    vms.flatMap((vm) => vm.disks.flatMap((disk) => findings(vm, disk, sourceOf(vm, sources)))),
};

function findings(
  { key }: EstateVm,
  { deviceKey, datastore, datastoreAccessible }: EstateDisk,
  source: SourceFacts | undefined,
): Finding[] {
  const found = source?.datastores.find(({ name }) => name === datastore);
  const what = `datastore ${shown(datastore)} of disk ${deviceKey}`;
  if (datastoreAccessible === false || found?.accessible === false)
    return [
      {
        vm: key,
        assessment: `${what} was not accessible when the source was read: bring it back, then read the inventory again`,
      },
    ];
  if (found?.maintenance !== true) return [];
  const assessment = `${what} was in maintenance: end that before the wave, or its disks may move during the copy`;
  return [{ vm: key, category: "Warning", assessment }];
}

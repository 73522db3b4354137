import type { Finding, Note } from "../reader.ts";
import { join, VmIndex } from "./join.ts";
import { readSourceFacts } from "./source-facts.ts";
import type { Table } from "./table.ts";
import { type TabName, tabNames } from "./tabs.ts";
import { type JoinedTabs, readVm } from "./vm.ts";
import { readVmRows } from "./vm-rows.ts";

/** Tabs whose absence means that something of the VMs stays unknown, and what. */
const missed: Partial<Record<TabName, string>> = {
  vDisk: "disks",
  vNetwork: "NICs",
  vSnapshot: "snapshots",
  vCPU: "cores per socket",
  vPartition: "free space of guests",
  vTools: "the state of VMware Tools",
};

/** All that an export tells: pure, from its tables to VMs, sources, notes and faults. `place` stands for a server it does not name. */
export function* readExport(tables: readonly Table[], place: string): Iterable<Finding> {
  const byTab = recordOf((tab) => tables.filter((table) => table.tab === tab));
  const { vms, faults, notes } = readVmRows(byTab.vInfo);
  for (const fault of faults) yield { fault };
  for (const note of [...notes, ...missingTabs(byTab)]) yield { note };
  const index = new VmIndex(vms);
  const joined: JoinedTabs = recordOf((tab) => join(index, isOfVms(byTab[tab]) ? byTab[tab] : []));
  for (const tab of tabNames) for (const fault of joined[tab].faults) yield { fault };
  const taken = vms.filter(({ leftOut }) => leftOut === null);
  const notesOfVms: Note[] = [];
  for (const vm of taken)
    for (const finding of readVm(vm, joined, place)) {
      if ("note" in finding) notesOfVms.push(finding.note);
      else yield finding;
    }
  for (const note of together(notesOfVms)) yield { note };
  const servers = [...new Set(taken.map(({ server }) => server ?? place))];
  for (const source of readSourceFacts(byTab, servers)) yield { source };
}

/** The same said of several VMs is said once. */
function together(notes: readonly Note[]): Note[] {
  const texts = new Map<string, Note>();
  const names = new Map<string, string[]>();
  for (const note of notes) {
    const key = JSON.stringify([note.file, note.text]);
    texts.set(key, note);
    const there = names.get(key);
    if (there === undefined) names.set(key, [...note.vms]);
    else there.push(...note.vms);
  }
  return [...texts].map(([key, note]) => ({ ...note, vms: names.get(key) ?? [] }));
}

function isOfVms([table]: readonly Table[]): boolean {
  return table !== undefined && table.tab !== "vInfo" && table.columns.fields.has("vm");
}

function missingTabs(byTab: Readonly<Record<TabName, readonly Table[]>>): Note[] {
  const file = byTab.vInfo[0]?.file ?? "";
  return tabNames.flatMap((tab) => {
    const what = missed[tab];
    return what === undefined || byTab[tab].length > 0
      ? []
      : [{ file, vms: [], text: `the tab ${tab} is missing, so nothing is known of: ${what}` }];
  });
}

function recordOf<T>(of: (tab: TabName) => T): Record<TabName, T> {
  return {
    ...{ vInfo: of("vInfo"), vCPU: of("vCPU"), vMemory: of("vMemory"), vDisk: of("vDisk") },
    ...{ vPartition: of("vPartition"), vNetwork: of("vNetwork"), vSnapshot: of("vSnapshot"), vTools: of("vTools") },
    ...{ vCD: of("vCD"), vFloppy: of("vFloppy"), vUSB: of("vUSB"), vHost: of("vHost"), vCluster: of("vCluster") },
    ...{ vDatastore: of("vDatastore"), vPort: of("vPort"), dvPort: of("dvPort"), vSource: of("vSource") },
  };
}

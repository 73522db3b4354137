import type { z } from "zod";
import type { Fault } from "../fault.ts";
import { EstateVm } from "../schema/estate.ts";
import type { SourceFacts } from "../schema/source.ts";
import { shown, shownValue } from "../shown.ts";
import { mismatches, valueAt } from "../expectation.ts";

/** A VM as a source tells it: everything but the key, which the estate gives it. */
export const FoundVm = EstateVm.omit({ version: true, key: true });
export type FoundVm = z.infer<typeof FoundVm>;

/**
 * What a reader finds: a VM, that something is wrong, something to tell that is not wrong (what was left out and why), or
 * (once a server) what the source says of its hosts, clusters, datastores and networks. A wrong VM never hides the others.
 */
export type Finding =
  { readonly vm: FoundVm } | { readonly fault: Fault } | { readonly note: Note } | { readonly source: SourceFacts };

/** Something that the operator should know and that makes no reading a failed one. */
export interface Note {
  readonly file: string;
  /** Names of the VMs that it is about, as the source has them; empty: the file as a whole. */
  readonly vms: readonly string[];
  /** One sentence. */
  readonly text: string;
}

/** A note as a line: of many VMs the first ones are named. */
export function formatNote({ file, vms, text }: Note): string {
  const named = vms.slice(0, NAMED).map((name) => shown(name, 40));
  const more = vms.length > NAMED ? `, ... (${vms.length} in all)` : "";
  return `${shown(file, 200)}: ${text}${named.length === 0 ? "" : `: ${named.join(", ")}${more}`}`;
}

const NAMED = 8;

/** What every reader is told. */
export interface ReadOptions {
  /** Name that the datastore of plain files gets in the estate (runners.yaml maps it to a folder). */
  readonly datastore: string;
  /** Folder that is that datastore: paths in the estate are relative to it. */
  readonly datastoreFolder: string;
  /** Told as the work goes on, where it takes longer than two seconds. */
  readonly progress?: (message: string) => void;
  /** OVF packages: whether files are compared with the manifest; default true. */
  readonly manifestCheck?: boolean;
}

/** Reads a source: a file, a folder, an address. VMs come as they are found, so that no source has to fit in memory. */
export type Reader = (place: string, options: ReadOptions) => AsyncIterable<Finding>;

/** A fault of a source's file. */
export function sourceFault(
  file: string,
  vm: string | null,
  path: string,
  value: string,
  expected: string,
  advice: string,
  line: number | null = null,
): Fault {
  return { file, line, vm: vm === null ? null : shown(vm), path, value, expected, advice };
}

/** What a reader put together, checked against the estate's schema: the VM, or a fault for each thing that does not fit. */
export function checkedVm(file: string, found: z.input<typeof FoundVm>): Finding[] {
  const parsed = FoundVm.safeParse(found);
  if (parsed.success) return [{ vm: parsed.data }];
  return mismatches(parsed.error.issues, FoundVm, found).map(({ path, expected }) => ({
    fault: sourceFault(
      file,
      found.name,
      path.join("."),
      shownValue(valueAt(found, path)),
      expected,
      "the source says something that this wavelift cannot use: correct it there, or leave the VM out",
    ),
  }));
}

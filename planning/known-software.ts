import { softwareOf, type SoftwareKind } from "../inventory/readers/known-software.ts";

/** A product that runs in a guest, with the processes that tell of it. */
export interface RunningProduct {
  readonly product: string;
  readonly processes: readonly string[];
}

/** Products of one kind among the processes of a guest, in order of name. A path or a missing .exe does not hide one. */
export function productsOf(processes: readonly string[] | null, kind: SoftwareKind): readonly RunningProduct[] {
  const found = new Map<string, string[]>();
  for (const process of processes ?? []) {
    const name = process.trim().replace(/^.*[\\/]/, "");
    const known = softwareOf(name) ?? softwareOf(`${name}.exe`);
    if (known?.kind === kind) found.set(known.product, [...(found.get(known.product) ?? []), process]);
  }
  return [...found]
    .map(([product, names]) => ({ product, processes: names.sort() }))
    .sort((a, b) => (a.product < b.product ? -1 : 1));
}

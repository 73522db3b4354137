import { readdir } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import type { Fault } from "../fault.ts";
import type { EstateDisk } from "../schema/estate.ts";
import { shown } from "../shown.ts";
import { diskOf, ovfDisk, type DiskContext } from "./ovf-disks.ts";
import { ovfDocument, ovfProperties, type OvfDocument } from "./ovf-document.ts";
import { checkManifest, type ManifestCheck } from "./ovf-manifest.ts";
import { archivePackage, folderPackage, packageText, type OvfPackage } from "./ovf-package.ts";
import { placedDisks } from "./ovf-storage.ts";
import { ovfProduct, ovfSystem, ovfVm, type OvfSystem } from "./ovf-vm.ts";
import { checkedVm, sourceFault, type Finding, type Note, type Reader, type ReadOptions } from "./reader.ts";
import { parseXml, XmlError } from "./xml.ts";

/** An OVF has some hundred kilobytes. */
const LARGEST_OVF = 16 << 20;
/** Deeper than folders of packages are nested. */
const DEEPEST = 8;

/** VMs of OVF packages: an .ova, an .ovf with its files beside it, or a folder with any number of them below it. */
export const readOva: Reader = async function* (place, options) {
  for await (const file of packageFiles(place, 0))
    if (typeof file === "string") yield* readPackage(file, options);
    else yield file;
};

/** Symbolic links are not followed: they may lead out of the folder, or round in a circle. */
async function* packageFiles(place: string, depth: number): AsyncIterable<string | { readonly note: Note }> {
  if (/\.(ova|ovf)$/i.test(place)) {
    yield place;
    return;
  }
  const entries = await readdir(place, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const below = path.join(place, entry.name);
    const unpacked = entry.name.replace(/\.ova$/i, ".ovf");
    if (unpacked !== entry.name && entries.some((one) => one.isFile() && one.name === unpacked))
      yield { note: { file: below, vms: [], text: `left out: ${shown(unpacked)} beside it is what it holds` } };
    else if (entry.isFile() && /\.(ova|ovf)$/i.test(entry.name)) yield below;
    if (entry.isDirectory() && depth < DEEPEST) yield* packageFiles(below, depth + 1);
  }
}

async function* readPackage(file: string, options: ReadOptions): AsyncIterable<Finding> {
  try {
    const pack = await (/\.ova$/i.test(file) ? archivePackage(file) : folderPackage(file));
    yield* packageFindings(pack, options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const expected = "an OVF package: an .ova (tar) or an .ovf with its files beside it";
    yield { fault: sourceFault(file, null, "", shown(reason, 160), expected, "get the package again, or unpack it") };
  }
}

/** The VMs of a package. */
export async function* packageFindings(pack: OvfPackage, options: ReadOptions): AsyncIterable<Finding> {
  const document = await documentOf(pack);
  if ("expected" in document) {
    yield { fault: document };
    return;
  }
  const check = await checkManifest(pack, options);
  for (const note of check.notes) yield { note };
  for (const fault of check.faults) yield { fault };
  // Of an OVF that is not the one of the manifest nothing is taken.
  if (check.wrong.has(pack.ovf.name) || check.wrong.has("")) return;
  const ids = new Set<string>();
  for (const element of document.systems) {
    const system = ovfSystem(element, document);
    if (ids.has(system.id)) yield { fault: twice(pack, system) };
    else yield* readSystem(pack, document, system, check, options);
    ids.add(system.id);
  }
}

async function documentOf(pack: OvfPackage): Promise<OvfDocument | Fault> {
  const fault = (value: string, line: number | null): Fault =>
    sourceFault(pack.file, null, pack.ovf.name, shown(value, 120), "an OVF envelope", "export the VM again", line);
  try {
    const document = ovfDocument(parseXml(await packageText(pack.ovf, LARGEST_OVF)));
    if (document === null) return fault("another document", 1);
    return document.systems.length === 0 ? fault("an envelope without a virtual system", 1) : document;
  } catch (error) {
    if (error instanceof XmlError) return fault(error.message, error.line);
    return fault(error instanceof Error ? error.message : String(error), null);
  }
}

function twice(pack: OvfPackage, { id, name, element }: OvfSystem): Fault {
  const expected = "an id of its own for each virtual system";
  return sourceFault(
    pack.file,
    name,
    "id",
    shown(id),
    expected,
    "correct the OVF, or export the VMs one by one",
    element.line,
  );
}

async function* readSystem(
  pack: OvfPackage,
  document: OvfDocument,
  system: OvfSystem,
  { wrong }: ManifestCheck,
  options: ReadOptions,
): AsyncIterable<Finding> {
  const { items, element, name } = system;
  const { disks: placed, unplaced } = placedDisks(items, (hostResource) =>
    diskOf(hostResource, document)?.element.attributes.get("disk-interface"),
  );
  const order = bootOrder(element.children.filter((one) => one.name === "BootOrderSection").map(instanceOf));
  const properties = ovfProperties([document.envelope, element], document.configuration);
  const faults = unplaced.map(({ item, value, expected }) =>
    sourceFault(pack.file, name, item.name, shown(value), expected, "export the VM again", item.element.line),
  );
  const disks: z.input<typeof EstateDisk>[] = [];
  for (const one of placed) {
    const context: DiskContext = {
      pack,
      document,
      options,
      vm: name,
      properties,
      wrong,
      bootOrder: order(one.item.id),
    };
    const found = await ovfDisk(one, context);
    if ("expected" in found) faults.push(found);
    else disks.push(found);
  }
  for (const fault of faults) yield { fault };
  // A VM that lacks one of its disks would be migrated without it.
  if (faults.length > 0) return;
  const file = path.relative(path.resolve(options.datastoreFolder), path.resolve(pack.file));
  const product = ovfProduct(system);
  yield* checkedVm(pack.file, {
    ...ovfVm(system, document),
    source: {
      kind: "ova",
      id: `${file}#${system.id}`,
      server: options.datastore,
      ...(product === null ? {} : { product }),
    },
    disks,
  });
}

const instanceOf = ({ attributes }: OvfSystem["element"]): string => attributes.get("instanceId") ?? "";

/** Positions in VMware's boot order by InstanceID. */
function bootOrder(ids: readonly string[]): (id: string) => number | null {
  return (id) => (ids.includes(id) ? ids.indexOf(id) : null);
}

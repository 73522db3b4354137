import { readdir } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import type { Fault } from "../fault.ts";
import { readText } from "../read-text.ts";
import type { EstateDisk } from "../schema/estate.ts";
import { shown } from "../shown.ts";
import { readImageFacts } from "./image-size.ts";
import { domainDevices, domainDisks, domainNics, type DomainDisk } from "./libvirt-devices.ts";
import { insideFolder } from "./inside-folder.ts";
import { libosinfoGuestId } from "./libosinfo.ts";
import { checkedVm, sourceFault, type Finding, type FoundVm, type Reader, type ReadOptions } from "./reader.ts";
import { at, childrenOf, descendantsOf, parseXml, textOf, XmlError, type XmlElement } from "./xml.ts";

/** libvirt domains: files of `virsh dumpxml` (or /etc/libvirt/qemu), one or a folder of them. */
export const readLibvirt: Reader = async function* (place, options) {
  const isFile = /\.xml$/i.test(place);
  const names = isFile ? [place] : (await readdir(place)).filter((name) => /\.xml$/i.test(name)).sort();
  for (const name of names) yield* readOne(isFile ? name : path.join(place, name), options);
};

async function* readOne(file: string, options: ReadOptions): AsyncIterable<Finding> {
  const text = await readText(file);
  if (typeof text !== "string") {
    yield { fault: text };
    return;
  }
  yield* libvirtFindings(file, text, options, { inside: insideFolder, image: readImageFacts });
}

/** How a reader looks at the images that a text names. */
export interface ImageLook {
  readonly inside: typeof insideFolder;
  readonly image: typeof readImageFacts;
}

/** The VMs of the file's text. */
export async function* libvirtFindings(
  file: string,
  text: string,
  options: ReadOptions,
  look: ImageLook,
): AsyncIterable<Finding> {
  let domains: readonly XmlElement[];
  try {
    const root = parseXml(text);
    // `virsh save-image-dumpxml` and others wrap the domain
    domains = root.name === "domain" ? [root] : descendantsOf(root, "domain");
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    const expected = "the XML of a libvirt domain";
    yield {
      fault: sourceFault(
        file,
        null,
        "",
        shown(error.message, 120),
        expected,
        "write it with `virsh dumpxml NAME`",
        error.line,
      ),
    };
    return;
  }
  if (domains.length === 0)
    yield {
      fault: sourceFault(
        file,
        null,
        "",
        "no domain",
        "the XML of a libvirt domain",
        "write it with `virsh dumpxml NAME`",
      ),
    };
  for (const domain of domains) yield* readDomain(file, domain, options, look);
}

async function* readDomain(
  file: string,
  domain: XmlElement,
  options: ReadOptions,
  look: ImageLook,
): AsyncIterable<Finding> {
  const name = textOf(domain, "name") ?? path.basename(file, ".xml");
  const disks: z.input<typeof EstateDisk>[] = [];
  let isWhole = true;
  for (const disk of domainDisks(domain)) {
    const found = await diskOf(file, name, disk, options, look);
    if ("expected" in found) {
      isWhole = false;
      yield { fault: found };
    } else disks.push(found);
  }
  // A VM that lacks one of its disks would be migrated without it.
  if (!isWhole) return;
  yield* checkedVm(file, { ...vmOf(domain, name, options), disks, nics: domainNics(domain) });
}

/** The VM without its disks and NICs. `virsh dumpxml` of a running domain has its id as an attribute. */
function vmOf(
  domain: XmlElement,
  name: string,
  { datastore }: ReadOptions,
): Omit<z.input<typeof FoundVm>, "disks" | "nics"> {
  const uuid = textOf(domain, "uuid") ?? null;
  const os = at(domain, "os");
  const loader = at(os, "loader");
  const topology = at(domain, "cpu", "topology")?.attributes;
  const isEfi = os?.attributes.get("firmware") === "efi" || loader?.attributes.get("type") === "pflash";
  const secure = childrenOf(at(os, "firmware"), "feature").some(
    ({ attributes }) => attributes.get("name") === "secure-boot" && attributes.get("enabled") === "yes",
  );
  const osInfo = descendantsOf(domain, "os").find(
    ({ attributes }) => attributes.get("id")?.startsWith("http") === true,
  );
  return {
    source: { kind: "libvirt", id: uuid ?? name, server: datastore },
    instanceUuid: uuid,
    name,
    powerState: domain.attributes.has("id") ? "poweredOn" : "poweredOff",
    template: false,
    cpus: numberOf(textOf(domain, "vcpu")) ?? 1,
    coresPerSocket:
      topology === undefined ? null : (numberOf(topology.get("cores")) ?? 1) * (numberOf(topology.get("threads")) ?? 1),
    memoryMiB: Math.ceil(memoryBytes(at(domain, "memory")) / 2 ** 20),
    firmware: isEfi ? "efi" : "bios",
    secureBoot: secure || loader?.attributes.get("secure") === "yes",
    tpm: at(domain, "devices", "tpm") !== undefined,
    guestId: libosinfoGuestId(osInfo?.attributes.get("id") ?? ""),
    hostName: null,
    toolsState: "unknown",
    annotation: textOf(domain, "description") ?? null,
    cpuAffinity: at(domain, "cputune", "vcpupin") !== undefined,
    numaAffinity: at(domain, "numatune") !== undefined,
    devices: domainDevices(domain),
  };
}

const numberOf = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null;

/** libvirt's units: KiB without one; "KB" is 1000 bytes, "k", "KiB" 1024 (https://libvirt.org/formatdomain.html). */
const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  bytes: 1,
  KB: 1000,
  k: 1024,
  KiB: 1024,
  MB: 1000 ** 2,
  M: 1024 ** 2,
  MiB: 1024 ** 2,
  GB: 1000 ** 3,
  G: 1024 ** 3,
  GiB: 1024 ** 3,
  TB: 1000 ** 4,
  T: 1024 ** 4,
  TiB: 1024 ** 4,
};

function memoryBytes(memory: XmlElement | undefined): number {
  const unit = UNITS[memory?.attributes.get("unit") ?? "KiB"] ?? Number.NaN;
  return Number(memory?.text ?? Number.NaN) * unit;
}

async function diskOf(
  file: string,
  vm: string,
  { facts, place, line }: DomainDisk,
  { datastore, datastoreFolder }: ReadOptions,
  { inside: insideOf, image }: ImageLook,
): Promise<z.input<typeof EstateDisk> | Fault> {
  const fault = (value: string, expected: string, advice: string): Fault =>
    sourceFault(file, vm, facts.label, shown(value, 120), expected, advice, line);
  if (place === null)
    return fault(
      "no file (a block device, a pool or a network disk)",
      "a disk image in a file",
      "copy it to a file, or write the VM's facts by hand",
    );
  const inside = await insideOf(datastoreFolder, path.resolve(path.dirname(file), place));
  if (inside === null)
    return fault(
      place,
      `a file below ${datastoreFolder}`,
      "give the folder that holds the images with --datastore-folder",
    );
  try {
    const { capacityBytes, parentFile, encrypted, usedBytes } = await image(
      path.join(datastoreFolder, inside),
      facts.format,
    );
    return { ...facts, file: inside, datastore, capacityBytes, parentFile, encrypted, usedBytes };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fault(
      `${place}: ${reason}`,
      `a ${facts.format} file that can be read`,
      "run this where the images are, or see the file's permissions",
    );
  }
}

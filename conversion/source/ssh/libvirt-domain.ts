import { domainDisks } from "../../../inventory/readers/libvirt-devices.ts";
import { parseXml } from "../../../inventory/readers/xml.ts";
import { reasonOf } from "../../commands.ts";
import { failed, messageOf, refused } from "../../failure.ts";
import type { DiskSource } from "../../job.ts";
import { quote } from "../locate.ts";
import type { SourceContext } from "../transport.ts";
import { runThere, type Remote } from "./remote.ts";

/** A domain of libvirt as its host tells it now. */
export interface DomainNow {
  /** "shut off" when it is at rest. */
  readonly state: string;
  /** Paths of its disks' files, with the formats that libvirt gives qemu; as it would be started next. */
  readonly disks: readonly { readonly path: string; readonly format: DiskSource["format"] }[];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Asks the host for the domain. It is named by its UUID: a name would have to pass a shell.
 * @param uri libvirt's connection there
 */
export async function askDomain(
  context: SourceContext,
  disk: string,
  remote: Remote,
  uri: string,
  id: string,
): Promise<DomainNow> {
  if (!UUID.test(id))
    throw refused(
      `${disk}: ${quote(id)} is no UUID of a domain: whether it runs cannot be asked. Write the domain's XML with \`virsh dumpxml\` and read the estate again.`,
    );
  const virsh = async (...words: readonly string[]): Promise<string> => {
    const finished = await runThere(context, disk, remote, [
      "env",
      "LC_ALL=C",
      "virsh",
      "--connect",
      uri,
      ...words,
      id,
    ]);
    if (finished.code === 0) return finished.stdout;
    const why = reasonOf(finished);
    if (/failed to get domain|Domain not found/i.test(why))
      throw refused(
        `${disk}: ${remote.host} (${uri}) has no domain ${id}: ${quote(why)}. Was it moved or undefined? Read the estate again and plan again.`,
      );
    throw failed(`${disk}: \`virsh ${words.join(" ")}\` on ${remote.host} (${uri}) failed: ${quote(why)}`);
  };
  const state = (await virsh("domstate")).trim();
  try {
    const disks = domainDisks(parseXml(await virsh("dumpxml", "--inactive"))).flatMap(({ place, facts }) =>
      place === null ? [] : [{ path: place, format: facts.format }],
    );
    return { state, disks };
  } catch (error) {
    if (error instanceof Error && error.name === "Failure") throw error;
    throw failed(`${disk}: the XML of the domain ${id} on ${remote.host} cannot be read: ${quote(messageOf(error))}`);
  }
}

/** Why the domain's disks may be written to now; null when it is shut off. */
export const domainUnrest = (disk: string, remote: Remote, { state }: DomainNow, id: string): string | null =>
  state === "shut off"
    ? null
    : `${disk}: its domain ${id} on ${remote.host} is ${quote(state)}, expected "shut off": shut it down, then run again.`;

import type { DiskPlace } from "../../inventory/schema/disk-source.ts";
import type { EstateVm } from "../../inventory/schema/estate.ts";
import type { SourceFacts } from "../../inventory/schema/source.ts";
import { shown } from "../../inventory/shown.ts";
import { sourceOf } from "../source-of.ts";
import { type Rule, perVm } from "./rule.ts";

export const diskTransport: Rule = {
  id: "disk.transport",
  category: "Critical",
  label: "Disk cannot be read that way",
  why:
    "The plan may say how disks are read (`transport`). Some ways cannot work for some disks: that is known before the night. " +
    "Whether a server really lets the conversion host read is seen by `up`, before anything is copied.",
  hard: true,
  check: (view) =>
    perVm(view, ({ key, facts }) => {
      const disks = view.file.vms.find((vm) => vm.key === key)?.disks ?? [];
      return disks.flatMap(({ deviceKey, source }) => {
        const reason = reasonAgainst(source, facts, sourceOf(facts, view.sources));
        return reason === null ? [] : [`disk ${deviceKey}: transport ${source.transport}: ${reason}`];
      });
    }),
};

/** Datastores whose disks are objects, not files with their bytes in them: only the vCenter or VDDK give these. */
const OBJECTS = /^(vsan|vsand|vvol)$/i;

/** Why the disk cannot be read that way; null when nothing is known that would keep it. */
function reasonAgainst(place: DiskPlace, facts: EstateVm, source: SourceFacts | undefined): string | null {
  const { transport, datastore, file, member, origin } = place;
  if (member !== undefined)
    return transport === "ova" || transport === "auto"
      ? null
      : `the disk is ${shown(member)} inside ${shown(file)}; say ova or auto, or unpack the archive and read the VM from the .ovf in it`;
  switch (transport) {
    case "ova":
      return `the disk is the file ${shown(file)}, not inside an archive; say auto or file`;
    case "https":
    case "vddk":
    case "lease":
    case "ssh": {
      if (origin === undefined) return noServer(facts);
      if (transport !== "ssh" && facts.source.kind === "libvirt")
        return "a libvirt host is read over ssh; say ssh, auto or file";
      const type = source?.datastores.find(({ name }) => name === datastore)?.type ?? "";
      if ((transport === "https" || transport === "ssh") && OBJECTS.test(type))
        return `the datastore ${shown(datastore)} is of the type ${shown(type)}, which has no files with the disks' bytes; say vddk, lease or auto`;
      return null;
    }
    case "auto":
    case "file":
      return null;
  }
}

function noServer({ source: { kind, server, id } }: EstateVm): string {
  if (kind !== "vsphere" && kind !== "rvtools" && kind !== "libvirt")
    return `the VM comes from files (${kind}): there is no server to ask; say file`;
  const what = server === null ? "the estate names no server" : `${shown(id)} is no id that ${shown(server)} knows`;
  return `${what}; read the inventory again from the vCenter, or say file`;
}

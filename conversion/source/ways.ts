import type { TransportName } from "../../inventory/schema/disk-source.ts";
import type { DiskSource } from "../job.ts";
import type { Settings } from "../settings.ts";
import { quote } from "./locate.ts";
import type { SourceLogin, SourceLogins } from "./login.ts";

/** A way to a disk, and what it lacks here; null: nothing that is known before it is tried. */
export interface Way {
  readonly transport: TransportName;
  readonly lacks: string | null;
}

/**
 * The ways to a disk, the best first. Files that the conversion host sees are read without any server. VDDK reads what is
 * allocated and nothing else, from every kind of datastore; HTTPS and SSH read the whole file, the one with less work for
 * both sides than the other; a lease gives everything again after each break, but also from datastores without files.
 */
export function waysTo(source: DiskSource, settings: Settings, logins: SourceLogins): readonly Way[] {
  const { member, origin, datastore } = source;
  const hasFolder = Object.hasOwn(settings.datastores, datastore);
  const folder = hasFolder ? null : `runners.yaml names no folder of the datastore ${quote(datastore)}`;
  if (member !== undefined) return [{ transport: "ova", lacks: folder }];
  const file: Way = { transport: "file", lacks: folder };
  if (origin === undefined) return [file];
  const login = Object.hasOwn(logins, origin.server) ? logins[origin.server] : undefined;
  if (login === undefined)
    return [file, ...asked.map((transport) => ({ transport, lacks: `sources.yaml has no ${quote(origin.server)}` }))];
  return [file, ...waysOf(login, settings)];
}

const asked = ["vddk", "https", "lease", "ssh"] as const;

/** The ways through a server. */
function waysOf(login: SourceLogin, { vddk }: Settings): Way[] {
  if (login.kind === "libvirt") return [{ transport: "ssh", lacks: null }];
  return [
    { transport: "vddk", lacks: vddk === undefined ? "runners.yaml names no VDDK library (`vddk`)" : null },
    { transport: "https", lacks: null },
    { transport: "lease", lacks: null },
    { transport: "ssh", lacks: login.ssh === undefined ? "its entry in sources.yaml has no `ssh`" : null },
  ];
}

import type { TransportName } from "../inventory/schema/disk-source.ts";
import { libvirtHost, settingsForReading } from "../inventory/vsphere/source-settings.ts";
import { badInput, messageOf } from "./failure.ts";
import type { Work } from "./input.ts";
import type { DiskSource } from "./job.ts";
import type { SourceLogins } from "./source/login.ts";

/** Transports that read files which the conversion host sees, and ask no server for them. */
const NEEDS_NO_LOGIN: ReadonlySet<TransportName | "auto"> = new Set(["file", "ova"]);

/**
 * Logins of the servers that the job's disks are read from, out of sources.yaml (WAVELIFT_SOURCES, else in the project's
 * folder); those that no disk needs are not sent. A server that stands there not is left out: a disk of it may be reached
 * another way.
 */
export function sourceLogins(work: Work, env: NodeJS.ProcessEnv, folder: string): SourceLogins {
  const logins: SourceLogins = {};
  for (const server of serversOf(work)) {
    try {
      const host = libvirtHost(server, env, folder);
      if (host !== null) logins[server] = host;
      const settings = host === null ? settingsForReading(server, env, folder) : null;
      if (settings === null) continue;
      const { url, username, password, caPem, thumbprint, hostAddresses = {}, ssh } = settings;
      logins[server] = {
        kind: "vsphere",
        url: url.href,
        username,
        password: password(),
        caPem,
        thumbprint,
        hostAddresses: { ...hostAddresses },
        ...(ssh === undefined ? {} : { ssh }),
      };
    } catch (error) {
      throw badInput(messageOf(error));
    }
  }
  return logins;
}

function serversOf(work: Work): ReadonlySet<string> {
  return new Set(
    sourcesOf(work).flatMap(({ transport, origin }) =>
      origin === undefined || NEEDS_NO_LOGIN.has(transport) ? [] : [origin.server],
    ),
  );
}

function sourcesOf(work: Work): DiskSource[] {
  switch (work.verb) {
    case "import":
    case "sync":
    case "image":
    case "image-sync":
    case "commit":
      return [work.job.source];
    case "source":
      return work.job.disks.map(({ source }) => source);
    case "seal":
      return work.job.sources.map(({ source }) => source);
    default:
      return [];
  }
}

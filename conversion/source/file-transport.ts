import { availableParallelism } from "node:os";
import { serveNode } from "../nbd/serve.ts";
import { changedFiles } from "./fingerprint.ts";
import { flatContents } from "./flat-contents.ts";
import { inspectSource } from "./inspect.ts";
import { expectUnused } from "./open-files.ts";
import type { Transport } from "./transport.ts";

/** qemu decodes a format with one thread a process; more than this many gain little on any machine. */
const MOST_DECODERS = 4;

/** Files of a datastore that the conversion host sees: local disks and NFS mounts. */
export const fileTransport: Transport = {
  name: "file",
  async inspect(context, disk, source) {
    const found = await inspectSource(context.commands, disk, source, context.settings.datastores);
    const { files, fingerprint, flat, node } = found;
    return {
      fingerprint,
      how: "files of the datastore on this host",
      expectUnused: () => expectUnused(disk, files, context.clock.now()),
      changes: () => changedFiles(files),
      open: async () => {
        const decoders = flat === null ? Math.min(MOST_DECODERS, availableParallelism()) : 1;
        const served = await serveNode(context, disk, node, { servers: decoders });
        return flat === null ? served : flatContents(flat, served);
      },
    };
  },
};

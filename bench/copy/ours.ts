import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import type { CinderVolume } from "../../cloud/cinder.ts";
import { ChildCommands } from "../../conversion/commands.ts";
import { Buffers } from "../../conversion/copy/buffers.ts";
import { openReader } from "../../conversion/copy/open-reader.ts";
import { systemClock } from "../../conversion/effects.ts";
import { ImportJob } from "../../conversion/job.ts";
import { unlimitedRate } from "../../conversion/limits/bandwidth.ts";
import { openNbd } from "../../conversion/nbd/contents.ts";
import { openRbd } from "../../conversion/rbd/rbd.ts";
import { defaultPatience } from "../../conversion/rbd/takeover.ts";
import { openWriter } from "../../conversion/rbd/writer.ts";
import { inspectDisk } from "../../conversion/source/inspect-disk.ts";
import { SourceLogins } from "../../conversion/source/login.ts";
import { holdSessions } from "../../conversion/source/vsphere-sessions.ts";
import { Settings } from "../../conversion/settings.ts";
import { importDisk } from "../../conversion/verbs/import.ts";
import type { World } from "../../conversion/verbs/world.ts";
import { markMetadata } from "../../planning/mark.ts";
import { access } from "./image.ts";

/**
 * `ours.ts`, order on standard input: one run of ours, in a process of its own, so that its costs can be told.
 * `copy`: the bare copy, read and written as an import does, without digests, ledger and reading back.
 * `job`: the whole import: checks, ledger, copy, flushes, reading back and comparing all of it.
 */
const Order = z.strictObject({
  mode: z.enum(["copy", "job"]),
  job: ImportJob,
  volumeId: z.uuid(),
  datastore: z.string(),
  logins: SourceLogins,
});

let text = "";
for await (const chunk of process.stdin) text += String(chunk);
const { mode, job, volumeId, datastore, logins } = Order.parse(JSON.parse(text));
const folder = mkdtempSync(path.join(tmpdir(), "wavelift-bench-run-"));
const commands = new ChildCommands();
const sessions = holdSessions(logins);
const volume: CinderVolume = {
  ...{ id: volumeId, name: job.disk, sizeGiB: job.sizeGiB, volumeType: "ceph", status: "available", bootable: false },
  metadata: markMetadata({ stack: job.stack, key: job.disk, generation: job.generation }),
  ...{ imageProperties: {}, attachedServerIds: [] },
};
const none = (): never => {
  throw new Error("a bench asks nothing of the cloud");
};
const noGlance: World["glance"] = {
  ...{ projectId: none, list: none, get: none, create: none, update: none },
  ...{ addLocation: none, remove: none, users: none },
};
const world: World = {
  ...{ commands, clock: systemClock, folder, logins, patience: defaultPatience, mayCopy: true, rate: unlimitedRate },
  log: (line) => void process.stderr.write(`  ${line}\n`),
  settings: Settings.parse({ version: 1, datastores: { bench: datastore }, storage: { lab: access } }),
  vsphere: sessions.session,
  cinder: { getVolume: () => Promise.resolve(volume), setBootable: none, setImageProperties: none },
  nova: { getServer: none, consoleOutput: none, computeHosts: none },
  glance: noGlance,
  signal: new AbortController().signal,
};
let failure: unknown;
try {
  if (mode === "job") await importDisk(world, { verb: "import", job, volumeId });
  else await bareCopy();
} catch (error) {
  failure = error;
} finally {
  await sessions.close();
  commands.killAll();
  rmSync(folder, { recursive: true, force: true });
}
if (failure !== undefined) process.stderr.write(`${failure instanceof Error ? failure.message : "failed"}\n`);
// As the program ends: timers of what watched the copy are no reason to stay.
process.exit(failure === undefined ? 0 : 1);

async function bareCopy(): Promise<void> {
  const source = await inspectDisk(world, job.disk, job.source);
  const writer = await openWriter(commands, systemClock, openRbd(commands, access), `volume-${volumeId}`, folder, 3);
  const target = await openNbd([writer.target], { what: "the target", connections: 2 });
  const buffers = new Buffers(2 * world.settings.threads);
  const reader = await openReader(world, job.disk, source, buffers);
  const writes: Promise<void>[] = [];
  for await (const { offset, length, buffer } of reader.blocks({ offset: 0, length: job.source.capacityBytes }))
    if (buffer !== null)
      writes.push(
        target.write(offset, buffer.data.subarray(0, length)).finally(() => {
          buffers.release(buffer);
        }),
      );
  await Promise.all(writes);
  await target.flush();
  await reader.close();
  await target.close();
  await writer.close();
}

import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { VsphereSession } from "../../inventory/vsphere/session.ts";
import { reasonOf, run } from "../commands.ts";
import type { Commands } from "../effects.ts";
import { badInput, failed, Failure, messageOf, refused } from "../failure.ts";
import { serveCommand } from "../nbd/serve.ts";
import type { RandomContents } from "./contents.ts";
import { askDisk, changedFacts, expectOff, fingerprintOf, originOf, type ExportedDisk } from "./exported-disk.ts";
import { quote } from "./locate.ts";
import type { SourceContext, Transport } from "./transport.ts";
import type { VddkSettings } from "./vddk-settings.ts";
import { verifiedThumbprint } from "./verified-thumbprint.ts";

/** Reads under way at once: the library's own buffers take no more (4 of 1 MiB, below). */
const DEPTH = 4;
/** The descriptor on which nbdkit gets the password; 0 to 2 are standard input, output and error. */
const SECRET_FD = 3;
/**
 * Larger buffers for asynchronous reads: on one ESXi host with ten VMs, they made a cold migration a third faster
 * (docs of Forklift: 348 to 505 MB/s). Keys of VMware's "Virtual Disk Development Kit Programming Guide", configFile.
 */
const LIBRARY_SETTINGS = {
  "vixDiskLib.nfcAio.Session.BufSizeIn64KB": "16",
  "vixDiskLib.nfcAio.Session.BufCount": "4",
  "vixDiskLib.transport.LogLevel": "2",
};

/**
 * VMware's library (VDDK), which reads what is allocated and nothing else, from any kind of datastore. nbdkit's plugin loads
 * it. The VM is off; its disk is read from its ESXi host, through the vCenter.
 */
export const vddkTransport: Transport = {
  name: "vddk",
  async inspect(context, disk, source) {
    const settings = settingsOf(context, disk);
    const { server, vm } = originOf(disk, source, "vddk");
    await expectLibrary(context.commands, disk, settings);
    const session = await context.vsphere(server);
    const found = await askDisk(session, disk, source);
    const file = fileOf(disk, found, source);
    return {
      fingerprint: fingerprintOf(found),
      how: `VMware's library (VDDK) through ${server}`,
      expectUnused: async () => {
        expectOff(disk, server, await askDisk(session, disk, source));
      },
      changes: async () => changedFacts(found, await askDisk(session, disk, source)),
      open: () => openDisk(context, disk, settings, session, { vm, file }),
    };
  },
};

function settingsOf({ settings }: SourceContext, disk: string): VddkSettings {
  if (settings.vddk !== undefined) return settings.vddk;
  throw badInput(
    `${disk}: runners.yaml names no VDDK library. Unpack VMware's "Virtual Disk Development Kit" on the conversion host and write there: \`vddk: { libDir: /opt/vmware-vix-disklib-distrib }\`. Or use another transport.`,
  );
}

/** Sees that nbdkit has the plugin, and that the plugin finds the library, before anything is asked of the vCenter. */
async function expectLibrary(
  commands: Commands,
  disk: string,
  { libDir, plugin = "vddk" }: VddkSettings,
): Promise<void> {
  // The plugin does not start where the folder is missing.
  const there = existsSync(libDir);
  const args = [plugin, "--dump-plugin", ...(there ? [`libdir=${libDir}`] : [])];
  const finished = await run(commands, "nbdkit", args, { timeoutMs: 60_000 });
  if (finished.code !== 0)
    throw refused(
      `${disk}: nbdkit has no plugin ${quote(plugin)}: ${reasonOf(finished)}. Install nbdkit-plugin-vddk (Debian 13: section contrib; Fedora and RHEL: nbdkit-vddk-plugin), or name its .so in runners.yaml (vddk.plugin).`,
    );
  if (!there || !/^vddk_library_version=/m.test(finished.stdout))
    throw refused(
      `${disk}: nbdkit's vddk plugin finds no library in ${quote(libDir)} (expected there: lib64/libvixDiskLib.so.6, .7 or .8). Unpack VMware's "Virtual Disk Development Kit" there, or correct vddk.libDir in runners.yaml.`,
    );
}

/** The disk's file as the server has it now: the plan's, or it is another disk. */
function fileOf(disk: string, { facts, vmName }: ExportedDisk, source: { datastore: string; file: string }): string {
  const file = facts["file"] ?? "";
  // The API writes "/", "\" and "%" in a datastore's name escaped.
  const plain = file.replace(/^\[[^\]]*\]/u, (name) => name.replace(/%(2f|5c|25)/gi, decodeURIComponent));
  const expected = `[${source.datastore}] ${source.file}`;
  if (file === "" || file.includes("\0") || (file !== expected && plain !== expected))
    throw refused(
      `${disk}: the disk's file in the VM ${quote(vmName)} is ${quote(file)} now, the plan says ${quote(expected)}. Was a snapshot taken, was the VM moved? Read the estate again and plan again.`,
    );
  return file;
}

async function openDisk(
  context: SourceContext,
  disk: string,
  { libDir, plugin = "vddk", transports }: VddkSettings,
  session: VsphereSession,
  { vm, file }: { vm: string; file: string },
): Promise<RandomContents> {
  const { url, username, password } = session.settings;
  const thumbprint = await verifiedThumbprint(session.settings).catch((error: unknown) => {
    throw error instanceof Failure ? error : failed(`${disk}: ${session.server}: ${messageOf(error)}.`);
  });
  const config = join(context.folder, `vddk-${randomBytes(4).toString("hex")}.conf`);
  const lines = Object.entries({ ...LIBRARY_SETTINGS, tmpDirectory: JSON.stringify(context.folder) });
  writeFileSync(config, lines.map(([name, value]) => `${name}=${value}\n`).join(""), { mode: 0o600 });
  const command = (socket: string): readonly [string, readonly string[]] => [
    "nbdkit",
    [
      ...["--foreground", "--readonly", "--unix", socket],
      // A read that fails opens the disk anew before it is told. (Readahead would not help: reads are large and in order.)
      ...["--filter=retry", plugin, "retries=3", "retry-delay=2"],
      ...[`libdir=${libDir}`, `config=${config}`, "compression=none"],
      ...[`server=${url.hostname}`, `port=${url.port === "" ? "443" : url.port}`, `thumbprint=${thumbprint}`],
      ...[`user=${username}`, `password=-${SECRET_FD}`, `vm=moref=${vm}`, `file=${file}`],
      ...(transports === undefined ? [] : [`transports=${transports}`]),
    ],
  ];
  const commands: Commands = {
    start: (tool, args, options) => context.commands.start(tool, args, { ...options, secret: password() }),
  };
  return serveCommand({ ...context, commands }, disk, command, { servers: 1, connections: 1, depth: DEPTH });
}

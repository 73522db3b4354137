import { readVms } from "../inventory/readers/vsphere.ts";
import type { FoundVm } from "../inventory/readers/reader.ts";
import type { EstateVm } from "../inventory/schema/estate.ts";
import type { Plan } from "../inventory/schema/plan.ts";
import { lookUpAll } from "../inventory/vsphere/look-up-all.ts";
import type { Lookups } from "../inventory/vsphere/lookups.ts";
import { openVsphere, type VsphereSession } from "../inventory/vsphere/session.ts";
import type { VsphereSettings } from "../inventory/vsphere/settings.ts";
import { SourceSettingsError } from "../inventory/vsphere/sources-file.ts";
import { VsphereError } from "../inventory/vsphere/vsphere-error.ts";
import type { Live, Unread } from "../planning/live.ts";
import { decisionsFor } from "../planning/overrides.ts";

/** How the sources are asked. */
export interface LiveOptions {
  /**
   * Settings of the vCenter that the estate names so; null: it is not configured, or not to be asked here.
   * It may throw a SourceSettingsError: then that is why it was not asked.
   */
  readonly settings: (server: string) => VsphereSettings | null;
  /** Milliseconds for the login and then for each 50 VMs. Default 10 s: nobody waits long for a vCenter that is down. */
  readonly limitMs?: number;
  /** Look-ups of @pulumi/vsphere, for settings that ask for them; it throws a VsphereError where they are not to be had. */
  readonly lookups?: (settings: VsphereSettings) => Promise<Lookups>;
  /** Told once a server takes longer than two seconds. */
  readonly progress?: (message: string) => void;
}

/**
 * Reads the wave's VMs again from the vCenters that sources.yaml has: only those that are still to be migrated. It never
 * fails: what could not be read is told, and the estate's facts count for it.
 */
export async function readLive(
  plan: Plan,
  wave: string,
  estate: ReadonlyMap<string, EstateVm>,
  options: LiveOptions,
): Promise<Live> {
  const vms = wanted(plan, wave, estate);
  const servers = [...new Set(vms.map(({ source }) => source.server ?? ""))];
  const ofServer = (server: string) => vms.filter(({ source }) => source.server === server);
  const read = await Promise.all(servers.map((server) => readServer(server, ofServer(server), options)));
  return { vms: new Map(read.flatMap(({ vms }) => [...vms])), unread: read.flatMap(({ unread }) => unread) };
}

/** Those that go, with facts from a vCenter. */
function wanted(plan: Plan, waveName: string, estate: ReadonlyMap<string, EstateVm>): EstateVm[] {
  const wave = Object.hasOwn(plan.waves, waveName) ? plan.waves[waveName] : undefined;
  if (wave === undefined) return [];
  return Object.keys(wave.vms)
    .sort()
    .flatMap((key) => {
      const { phase, exclude } = decisionsFor(wave, key);
      const facts = estate.get(key);
      const goes = (phase === "precopy" || phase === "cutover") && !exclude;
      return goes && facts?.source.kind === "vsphere" && facts.source.server !== null ? [facts] : [];
    });
}

async function readServer(server: string, vms: readonly EstateVm[], options: LiveOptions): Promise<Live> {
  const keys = vms.map(({ key }) => key);
  const unread = (reason: string): Live => ({ vms: new Map(), unread: [{ server, reason, vms: keys }] });
  const { limitMs = 10_000, progress = () => undefined } = options;
  const slow = setTimeout(() => {
    progress(`Asking ${server} about ${vms.length} VM(s) ...`);
  }, 2000);
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort();
  }, limitMs);
  let session: VsphereSession | null = null;
  try {
    const settings = options.settings(server);
    if (settings === null) return { vms: new Map(), unread: [] };
    const times = { connectTimeoutMs: limitMs, callTimeoutMs: limitMs, tries: 1, signal: limit.signal };
    session = await openVsphere(settings, times);
    // It answers: the VMs have a time of their own, and it ends with what the transport allows a call.
    clearTimeout(timer);
    const live = await readKeys(session, server, vms);
    const { lookups } = options;
    return settings.plugin === true && lookups !== undefined
      ? await withLookUps(live, server, () => lookups(settings))
      : live;
  } catch (error) {
    if (limit.signal.aborted) return unread(`no login within ${limitMs / 1000} s`);
    if (error instanceof VsphereError) return unread(error.reason);
    if (error instanceof SourceSettingsError) return unread(error.message);
    throw error;
  } finally {
    clearTimeout(slow);
    clearTimeout(timer);
    await session?.close();
  }
}

/** The same with what the look-ups carry taken from them; where they fail, what the reader found. */
async function withLookUps(live: Live, server: string, open: () => Promise<Lookups>): Promise<Live> {
  try {
    const { vms, failed } = await lookUpAll(live.vms, open);
    const unread = [...failed].map(([key, reason]): Unread => ({ server, reason: `${key}: ${reason}`, vms: [] }));
    return { vms, unread: [...live.unread, ...unread] };
  } catch (error) {
    if (!(error instanceof VsphereError)) throw error;
    return { ...live, unread: [...live.unread, { server, reason: error.reason, vms: [] }] };
  }
}

/** One that was neither read nor named in a fault is no longer there. */
async function readKeys(session: VsphereSession, server: string, vms: readonly EstateVm[]): Promise<Live> {
  const found = new Map<string, FoundVm>();
  const faults = new Map<string, string>();
  const ids = [...new Set(vms.map(({ source }) => source.id))];
  for await (const finding of readVms(session, ids, { tags: false })) {
    if ("vm" in finding) found.set(finding.vm.source.id, finding.vm);
    // The reader names a VM's faults by server and id.
    else if ("fault" in finding)
      faults.set(finding.fault.file.slice(server.length + 1), `${finding.fault.path} ${finding.fault.value}`.trim());
  }
  const unread: Unread[] = [];
  const read = vms.flatMap(({ key, source: { id } }): [string, FoundVm | null][] => {
    const vm = found.get(id);
    if (vm !== undefined) return [[key, vm]];
    const fault = faults.get(id);
    if (fault === undefined) return [[key, null]];
    unread.push({ server, reason: `${key} cannot be read: ${fault}`, vms: [key] });
    return [];
  });
  return { vms: new Map(read), unread };
}

import { compareText } from "../order.ts";
import { shown } from "../shown.ts";
import { SourceFacts } from "../schema/source.ts";
import { nodesOf, textAt, type Ref } from "../vsphere/node-values.ts";
import { openPlaces, type Places } from "../vsphere/places.ts";
import { retrieveAll, retrieveObjects, type ManagedObject } from "../vsphere/retrieve.ts";
import type { VsphereSession } from "../vsphere/session.ts";
import { ApiFault, VsphereError } from "../vsphere/vsphere-error.ts";
import { AnswerError } from "../vsphere/xml-node.ts";
import { sourceFault, type Finding } from "./reader.ts";
import { portGroupsOf } from "./vsphere-networks.ts";
import { ruledVms } from "./vsphere-rules.ts";
import { vsphereSource } from "./vsphere-source.ts";
import { openTagging } from "./vsphere-tags.ts";
import { clusterOf, surroundingsOf, VM_PATHS, vsphereVm } from "./vsphere-vm.ts";

/** VMs that are asked for at a time: about 5 MB of XML. */
const BATCH = 50;
/** Hosts whose networks are asked for at a time: each tells every port group. */
const HOST_BATCH = 10;

export interface ReadVmsOptions {
  /** Told as the work goes on. */
  readonly progress?: (message: string) => void;
  /** Read their tags. Default true. */
  readonly tags?: boolean;
  /** What is known of the objects around the VMs; default: fetched as needed. */
  readonly places?: Places;
}

/**
 * The VMs of a server: those of `ids` (managed object ids, as `source.id` of the estate), or all. VMs that are no longer
 * there are not yielded. Only what these VMs need is fetched: the cost follows their number, not the server's.
 * @throws {VsphereError} when the server does not answer; a wrong VM is a finding.
 */
export async function* readVms(
  session: VsphereSession,
  ids: readonly string[] | null,
  options: ReadVmsOptions = {},
): AsyncIterable<Finding> {
  const { progress = () => undefined } = options;
  const places = options.places ?? openPlaces(session);
  const all = ids === null ? await allVms(session) : { ids, helpers: [] };
  if (all.helpers.length > 0) yield { note: { file: session.server, vms: all.helpers, text: HELPERS } };
  const refs = all.ids.map((id): Ref => ({ type: "VirtualMachine", id }));
  const customFields = await customFieldNames(session);
  const tagging = openTagging(session, options.tags ?? true);
  const paths = new Map([["VirtualMachine", new Set(VM_PATHS)]]);
  try {
    for (let start = 0; start < refs.length; start += BATCH) {
      const found = await readable(session, refs.slice(start, start + BATCH), paths);
      const objects = found.flatMap((one) => ("fault" in one ? [] : [one]));
      for (const one of found) if ("fault" in one) yield one;
      await knowSurroundings(places, objects);
      const tags = await tagging.of(objects.map(({ id }) => id));
      for (const object of objects)
        yield* vsphereVm(object, { server: session.server, places, customFields, tags: tags.get(object.id) ?? [] });
      progress(`${Math.min(start + BATCH, refs.length)} of ${refs.length} VMs`);
    }
    const fault = tagging.fault();
    if (fault !== null) yield { fault };
  } finally {
    await tagging.close();
  }
}

/** Fetches what these VMs lie in, and the names of those that rules name beside them. */
async function knowSurroundings(places: Places, objects: readonly ManagedObject[]): Promise<void> {
  await places.know(objects.flatMap(surroundingsOf));
  const clusters = new Map(objects.flatMap((one) => clusterOf(one, places) ?? []).map((ref) => [ref.id, ref]));
  await places.know(ruledVms(places, [...clusters.values()]));
}

/** Everything of a server: what it says of itself, and its VMs. VMware's own helper VMs are left out, and counted. */
export async function* readServer(
  session: VsphereSession,
  progress: (message: string) => void = () => undefined,
): AsyncIterable<Finding> {
  const places = openPlaces(session);
  progress(`${session.about.fullName}: reading hosts, datastores and networks`);
  const around = await session.withLogin(() =>
    retrieveAll(session, AROUND, new Map([["ManagedEntity", new Set(["name"])]])),
  );
  await places.know(around);
  const portGroups = [];
  const hosts = places.all("HostSystem");
  for (let start = 0; start < hosts.length; start += HOST_BATCH) {
    const batch = hosts.slice(start, start + HOST_BATCH);
    const paths = new Map([["HostSystem", new Set(["config.network.portgroup"])]]);
    const found = await session.withLogin(() => retrieveObjects(session, batch, paths));
    portGroups.push(
      ...found.flatMap(({ properties }) => portGroupsOf(properties.get("config.network.portgroup") ?? null)),
    );
  }
  yield { source: SourceFacts.parse(vsphereSource(session.server, session.about, places, portGroups)) };
  let vms = 0;
  for await (const finding of readVms(session, null, { places, progress })) {
    if ("vm" in finding) vms += 1;
    yield finding;
  }
  if (vms === 0)
    yield {
      fault: sourceFault(
        session.server,
        null,
        "",
        "no VM",
        "at least one",
        'give the account the role "Read-only" at the top of the inventory, propagated to children',
      ),
    };
}

const HELPERS = "left out: agents and placeholders of VMware itself (vCLS, ESX Agent Manager, SRM), which do not move";
const AROUND = [
  "Folder",
  "Datacenter",
  "ComputeResource",
  "HostSystem",
  "Datastore",
  "Network",
  "DistributedVirtualSwitch",
];

/** Managed object ids of all VMs, and the names of VMware's own helpers, which are not among them. */
async function allVms(session: VsphereSession): Promise<{ ids: string[]; helpers: string[] }> {
  const paths = new Map([["VirtualMachine", new Set(["name", "config.managedBy"])]]);
  const found = await session.withLogin(() => retrieveAll(session, ["VirtualMachine"], paths));
  const helpers = found.filter(isHelper).map(({ id, properties }) => textAt(properties.get("name")) ?? id);
  const own = found.filter((object) => !isHelper(object));
  return { ids: own.map(({ id }) => id).sort(byNumber), helpers: helpers.sort(compareText) };
}

/** VMs that vSphere keeps for itself: agents (ESX Agent Manager, vSphere Cluster Services) and placeholders of SRM. */
function isHelper({ properties }: ManagedObject): boolean {
  const managed = properties.get("config.managedBy");
  const extension = textAt(managed, "extensionKey") ?? "";
  const isPlaceholder = extension.startsWith("com.vmware.vcDr") && textAt(managed, "type") === "placeholderVm";
  return extension === "com.vmware.vim.eam" || isPlaceholder;
}

/** vm-9 before vm-10. */
function byNumber(a: string, b: string): number {
  const number = (id: string): number => Number(/\d{1,15}$/.exec(id)?.[0] ?? 0);
  return number(a) - number(b) || compareText(a, b);
}

/** Names of custom attributes by key; none where the server has no such attributes. */
async function customFieldNames(session: VsphereSession): Promise<Map<string, string>> {
  const manager = session.customFieldsManager;
  if (manager === null) return new Map();
  const paths = new Map([[manager.type, new Set(["field"])]]);
  const found = await session.withLogin(() => retrieveObjects(session, [manager], paths));
  const fields = nodesOf(found[0]?.properties.get("field"), "CustomFieldDef");
  return new Map(fields.map((field) => [textAt(field, "key") ?? "", textAt(field, "name") ?? ""]));
}

type Paths = ReadonlyMap<string, Set<string>>;

/**
 * Properties of these VMs. When the answer cannot be read (one VM holds characters that XML does not know, or is beyond all
 * measure) they are asked for in halves, until the one is found: it is a fault, and the others are there.
 */
async function readable(
  session: VsphereSession,
  refs: readonly Ref[],
  paths: Paths,
): Promise<(ManagedObject | Extract<Finding, { fault: unknown }>)[]> {
  try {
    return await session.withLogin(() => retrieveObjects(session, refs, paths));
  } catch (error) {
    if (!(error instanceof VsphereError) || !(error.cause instanceof AnswerError || error.cause instanceof ApiFault))
      throw error;
    const [only, ...others] = refs;
    if (only === undefined) return [];
    if (others.length === 0) {
      const advice = "see the VM at the source, or leave it out";
      return [
        {
          fault: sourceFault(
            `${session.server} ${only.id}`,
            only.id,
            "",
            shown(error.reason, 200),
            "a VM that can be read",
            advice,
          ),
        },
      ];
    }
    const half = Math.ceil(refs.length / 2);
    return [
      ...(await readable(session, refs.slice(0, half), paths)),
      ...(await readable(session, refs.slice(half), paths)),
    ];
  }
}

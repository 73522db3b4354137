import { nodeAt, nodesOf, refAt, textAt, type Ref } from "./node-values.ts";
import type { VsphereSession } from "./session.ts";
import { refXml, textXml } from "./soap.ts";
import { ApiFault, VsphereError } from "./vsphere-error.ts";
import type { XmlNode } from "./xml-node.ts";

/** Properties of one managed object. */
export interface ManagedObject extends Ref {
  /** By path, for example config.hardware. What has no value is not there. */
  readonly properties: ReadonlyMap<string, XmlNode>;
  /** Paths that the server refused, with the fault's type, for example NoPermission. */
  readonly refused: ReadonlyMap<string, string>;
}

/** Paths of properties by type of the object; what the server does not know is taken out of it once and for all. */
export type PathsByType = ReadonlyMap<string, Set<string>>;

/** Objects of one answer; the server may give fewer. */
const PAGE = 100;

/** Properties of these objects. What is no longer there is missing in the answer. Reads only; may be repeated. */
export async function retrieveObjects(
  session: VsphereSession,
  refs: readonly Ref[],
  paths: PathsByType,
): Promise<ManagedObject[]> {
  if (refs.length === 0) return [];
  const objects = refs.map((ref) => `<objectSet>${refXml("obj", ref)}<skip>false</skip></objectSet>`).join("");
  return retrieve(session, objects, paths);
}

/** Every object of these types, and of those derived from them, below the server's root, with these properties. */
export async function retrieveAll(
  session: VsphereSession,
  viewed: readonly string[],
  paths: PathsByType,
): Promise<ManagedObject[]> {
  const types = viewed.map((type) => textXml("type", type)).join("");
  const argumentsXml = `${refXml("container", session.rootFolder)}${types}<recursive>true</recursive>`;
  const created = await session.call("CreateContainerView", session.viewManager, argumentsXml);
  const view = refAt(created, "returnval");
  if (view === null) return [];
  const step =
    '<selectSet xsi:type="TraversalSpec"><name>view</name><type>ContainerView</type><path>view</path><skip>false</skip></selectSet>';
  try {
    return await retrieve(session, `<objectSet>${refXml("obj", view)}<skip>true</skip>${step}</objectSet>`, paths);
  } finally {
    await quietly(() => session.call("DestroyView", view, "", { closing: true }));
  }
}

async function retrieve(session: VsphereSession, objectSets: string, paths: PathsByType): Promise<ManagedObject[]> {
  for (let lost = 0; ;) {
    try {
      return await pages(session, objectSets, paths);
    } catch (error) {
      if (error instanceof LostPage) {
        lost += 1;
        if (lost >= 3) throw error.cause;
        continue;
      }
      // An older server does not know a newer property, and says so for the first of them.
      const unknown =
        error instanceof ApiFault && error.type === "InvalidProperty" ? error.fields.get("name") : undefined;
      const removed = [...paths.values()].map((known) => unknown !== undefined && known.delete(unknown));
      if (!removed.includes(true)) throw error;
    }
  }
}

async function pages(session: VsphereSession, objectSets: string, paths: PathsByType): Promise<ManagedObject[]> {
  const sets = [...paths].map(
    ([type, known]) =>
      `<propSet>${textXml("type", type)}<all>false</all>${[...known].map((path) => textXml("pathSet", path)).join("")}</propSet>`,
  );
  const missing = "<reportMissingObjectsInResults>true</reportMissingObjectsInResults>";
  const first = `<specSet>${sets.join("")}${objectSets}${missing}</specSet><options><maxObjects>${PAGE}</maxObjects></options>`;
  const found: ManagedObject[] = [];
  let token: string | null = null;
  const collector = session.propertyCollector;
  try {
    for (let answer = await session.call("RetrievePropertiesEx", collector, first); ;) {
      const page = nodeAt(answer, "returnval");
      found.push(...nodesOf(page, "objects").flatMap(managedObject));
      token = textAt(page, "token");
      if (token === null) return found;
      answer = await nextPage(session, token);
    }
  } catch (error) {
    const open = token;
    if (open !== null)
      await quietly(() =>
        session.call("CancelRetrievePropertiesEx", collector, textXml("token", open), { closing: true }),
      );
    throw error;
  }
}

/** The connection broke between two pages. */
class LostPage extends Error {
  override readonly name = "LostPage";
}

/** A token is good for one page once: where the page is lost on its way, everything is asked again. */
async function nextPage(session: VsphereSession, token: string): Promise<XmlNode> {
  try {
    const asked = textXml("token", token);
    return await session.call("ContinueRetrievePropertiesEx", session.propertyCollector, asked, { reads: false });
  } catch (error) {
    throw error instanceof VsphereError ? new LostPage("a page was lost", { cause: error }) : error;
  }
}

/** What only spares the server work: its failure is no failure. */
async function quietly(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch {
    // The server forgets by itself when the session ends.
  }
}

/** One element `objects` of an answer. */
export function managedObject(node: XmlNode): ManagedObject[] {
  const ref = refAt(node, "obj");
  if (ref === null) return [];
  const properties = nodesOf(node, "propSet").flatMap((set): [string, XmlNode][] => {
    const [path, value] = [textAt(set, "name"), nodeAt(set, "val")];
    return path === null || value === null ? [] : [[path, value]];
  });
  const refused = nodesOf(node, "missingSet").flatMap((set): [string, string][] => {
    const path = textAt(set, "path");
    return path === null ? [] : [[path, nodeAt(set, "fault", "fault")?.type ?? "unknown"]];
  });
  return [{ ...ref, properties: new Map(properties), refused: new Map(refused) }];
}

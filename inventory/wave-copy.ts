import { isMap, isScalar, parseDocument, type YAMLMap } from "yaml";

/** Of a VM that is migrated anew these mean nothing: they tell how far the other wave has come. */
const ofAnotherRun = ["phase", "generation"];

/**
 * The text of a wave's own file for a wave that is to migrate the same VMs anew: everything stays, comments too, but
 * phases and generations.
 */
export function copiedWave(text: string): string {
  const document = parseDocument(text, { stringKeys: true });
  const root = document.contents;
  if (!isMap(root)) return text;
  const vms = root.get("vms");
  for (const map of [root.get("defaults"), ...(isMap(vms) ? vms.items.map(({ value }) => value) : [])])
    if (isMap(map)) forget(map);
  return document.toString({ lineWidth: 0, nullStr: "" });
}

function forget(map: YAMLMap): void {
  map.items = map.items.filter(({ key }) => !ofAnotherRun.includes(isScalar(key) ? String(key.value) : ""));
}

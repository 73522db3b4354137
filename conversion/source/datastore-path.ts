import { refused } from "../failure.ts";
import { quote } from "./locate.ts";

/**
 * Path and query of a file of a datastore at /folder ("Datastore Access" in VMware's Web Services SDK Programming Guide).
 * The names come from the source: each stays one part of the path.
 * @throws a refusal for a path that climbs, or that no URL can carry
 */
export function datastorePath(disk: string, file: string, datacenterPath: string, datastore: string): string {
  const parts = file.split("/");
  if (parts.some((part) => part === "" || part === "." || part === ".."))
    throw refused(`${disk}: the path ${quote(file)} leaves the datastore: expected a path inside it, without "..".`);
  if (/[\0\p{Cs}]/u.test(`${file}${datacenterPath}${datastore}`))
    throw refused(`${disk}: the path ${quote(file)} holds characters that cannot be asked for.`);
  const path = parts.map((part) => encodeURIComponent(part)).join("/");
  return `/folder/${path}?dcPath=${encodeURIComponent(datacenterPath)}&dsName=${encodeURIComponent(datastore)}`;
}

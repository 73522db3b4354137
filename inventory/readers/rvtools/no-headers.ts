import type { Fault } from "../../fault.ts";
import { sourceFault } from "../reader.ts";
import type { TableBuilder } from "./table-builder.ts";

/** Whether there are rows, and none of them is the headers. */
export function headersMissing(builder: TableBuilder): boolean {
  return builder.table === null && !builder.isEmpty;
}

/** A fault of a tab in which no header is known. */
export function noHeaders(place: string): Fault {
  const expected = "a row of RVTools' headers among the first ten";
  return sourceFault(place, null, "", "no headers that are known", expected, "export it again, in English");
}

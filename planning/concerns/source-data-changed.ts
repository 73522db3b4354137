import { changesAtSource } from "./changes-at-source.ts";
import type { Rule } from "./rule.ts";

/** Hard: it is put right by reading again, which loses nothing, while a waiver for one disk would be one for the next. */
export const sourceDataChanged: Rule = {
  id: "source.data-changed",
  category: "Critical",
  label: "What would be copied is another at the source than in the estate",
  why:
    "What is migrated was decided from the estate. A disk that was added since would be left behind, a grown one cut " +
    "off, a file that became a snapshot's base would be an older state.",
  hard: true,
  check: (view) => changesAtSource(view, ({ category }) => category === "Critical"),
};

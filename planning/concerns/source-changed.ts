import { changesAtSource } from "./changes-at-source.ts";
import type { Rule } from "./rule.ts";

export const sourceChanged: Rule = {
  id: "source.changed",
  category: "Warning",
  label: "The VM is another at its source than in the estate",
  why: "The server would be what the VM was when the estate was written: its memory, CPUs, networks.",
  check: (view) => changesAtSource(view, ({ category }) => category !== "Critical"),
};

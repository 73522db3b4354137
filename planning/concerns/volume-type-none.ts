import { perVm, type Rule } from "./rule.ts";

export const volumeTypeNone: Rule = {
  id: "volume-type.none",
  category: "Critical",
  label: "Disk has no volume type",
  why: "The volume type decides where the data lies and cannot be changed by an edit later.",
  hard: true,
  check: (view) =>
    perVm(view, ({ choice }) => choice.disks.flatMap(({ volumeType }) => (volumeType.ok ? [] : [volumeType.problem]))),
};

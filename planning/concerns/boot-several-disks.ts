import type { Rule } from "./rule.ts";

export const bootSeveralDisks: Rule = {
  id: "boot.several-disks",
  category: "Warning",
  label: "Boot disk is not sure",
  why: "The source's list order is not boot order; a server that boots from a data disk finds no system on it.",
  check: ({ checked }) =>
    checked.flatMap(({ key, choice: { boot } }) =>
      boot.ok && boot.value.doubt !== "none"
        ? [
            {
              vm: key,
              category: boot.value.doubt === "guessed" ? ("Critical" as const) : ("Warning" as const),
              assessment: `boots from ${boot.reason}. Declare bootDisk: ${boot.value.disk.deviceKey} if that is right`,
            },
          ]
        : [],
    ),
};

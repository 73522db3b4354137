import { perVm, type Rule } from "./rule.ts";

export const bootNoDisk: Rule = {
  id: "boot.no-disk",
  category: "Critical",
  label: "No disk to boot from",
  why: "The server boots from the volume of one of the VM's disks.",
  hard: true,
  check: (view) => perVm(view, ({ choice }) => (choice.boot.ok ? [] : [choice.boot.problem])),
};

import type { KnownSubject } from "../subject.ts";
import { perVm, type Rule } from "./rule.ts";

export const instantImpossible: Rule = {
  id: "instant.impossible",
  category: "Critical",
  label: "An instant import is not possible",
  why: "It is for a server that boots now, from disks that can be read at any place and by nobody else.",
  hard: true,
  check: (view) =>
    perVm(view, (subject) => {
      const reasons = subject.decisions.instant === true ? obstacles(subject, view) : [];
      return reasons.length === 0 ? [] : [`instant is true, but ${reasons.join("; ")}: say instant: false`];
    }),
};

function obstacles({ key, facts, decisions }: KnownSubject, { file }: Parameters<Rule["check"]>[0]): string[] {
  const planned = file.vms.find((vm) => vm.key === key);
  const found: (readonly [boolean, string])[] = [
    [decisions.phase === "precopy", "its phase is precopy, which copies first and boots nothing"],
    [planned?.boot === false, `no server is booted (${planned?.bootReason ?? ""})`],
    ...(planned?.disks ?? []).map((disk): [boolean, string] => [
      disk.source.transport === "lease",
      `disk ${disk.deviceKey} comes as one stream (lease), which cannot be read at any place`,
    ]),
    ...facts.disks.map(({ deviceKey, sharing, controller }): [boolean, string] => [
      sharing === "multiWriter" || controller.sharedBus !== "none",
      `disk ${deviceKey} is shared with other VMs`,
    ]),
  ];
  return found.filter(([applies]) => applies).map(([, reason]) => reason);
}

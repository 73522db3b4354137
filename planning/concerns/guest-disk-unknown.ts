import { type FactRule, perFacts } from "./fact-rule.ts";

export const guestDiskUnknown: FactRule = {
  id: "guest-disk.unknown",
  category: "Information",
  label: "File systems of the guest are not known",
  why: "Without them nobody can say whether the guest has the free space that its conversion needs.",
  checkFacts: (view) =>
    perFacts(view, ({ guestDisks, toolsState, disks }) =>
      guestDisks.length === 0 && toolsState === "running" && disks.length > 0
        ? [
            "the guest's tools run, but tell of no file system (an unusual one such as LVM on btrfs, or old tools): " +
              "see by hand that / has 100 MiB free, /boot 50 MiB, C: 100 MiB",
          ]
        : [],
    ),
};

import { perVm, type Rule } from "./rule.ts";

export const instantImport: Rule = {
  id: "instant.import",
  category: "Warning",
  label: "The server runs before its disks are copied",
  why: "An instant import ties the server to its source until all is copied, and there is no way back that keeps what it has written.",
  check: (view) =>
    perVm(view, ({ decisions }) =>
      decisions.instant === true
        ? [
            "instant: the server boots at once and reads from the source what is not copied yet. Until the commit the source's " +
              "outage (its storage, the conversion host, the network between) is the guest's outage: it waits, or gets errors " +
              "and may remount its file systems read-only. There is no way back that keeps what the guest has written since " +
              "its first boot: a rollback (phase: absent, or destroy) removes server and volumes and gives the source back as " +
              "it was at cutover. See docs/instant.md",
          ]
        : [],
    ),
};

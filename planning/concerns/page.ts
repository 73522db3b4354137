import type { Concern } from "../../inventory/schema/wave.ts";
import { forkliftRules } from "./forklift.ts";
import type { Rule } from "./rule.ts";

/** A text that a rule writes, from one of its tests. */
export interface Example {
  readonly category: Concern["category"];
  readonly assessment: string;
}

/** Concerns that preview adds beside the rules: they compare files, so the plan cannot change them. */
const beside: readonly (readonly [id: string, category: string, what: string])[] = [
  ["plan.drift", "Information", "A decision would be another one now: the facts, the plan or the cloud changed."],
  ["address.other-wave", "Warning", "An address or MAC of the wave is planned for a VM of another wave, too."],
  ["server.waits", "Warning", "A server is not made in this run, because one that it depends on is not."],
];

/** What no source tells, so that no rule can: to be seen by hand. */
const unseen: readonly string[] = [
  "Windows dynamic disks (LDM) that the system boots from",
  "whether BitLocker or LUKS is on (software.encryption can only hint)",
  "NTFS that is marked dirty or hibernated while the VM is off (windows.fast-startup can only hint)",
  "group policies that forbid new drivers",
  "an immutable /etc/resolv.conf, file systems mounted by device name, GRUB entries with fixed device names",
  "several systems on one disk, a root file system that spans several disks",
  "licences that count on a MAC address, a CPU model or a serial number of the machine",
];

/** docs/concerns.md. */
export function concernsPage(
  rules: readonly Rule[],
  ofFacts: ReadonlySet<string>,
  examples: ReadonlyMap<string, readonly Example[]>,
): string {
  const sorted = [...rules].sort((a, b) => (a.id < b.id ? -1 : 1));
  return (
    [
      "<!-- Written by `npx tsx test/planning/concerns/write-page.ts`; a test sees that it is current. -->",
      "# Concerns",
      `What Wavelift looks at before a wave: ${rules.length} rules, each with an id, a category and a text that says what was found, what was expected and what to do.`,
      [
        "- **Critical** stops a VM (or the wave) at preview, as long as it has not begun. **Warning** and **Information** are told.",
        "- A category is changed, or a concern waived, in the plan, with a written reason that reports show: under `concerns` of a VM, of a wave's `defaults` (for all its VMs), or of the wave itself (for what is about the wave as a whole). What is *hard* cannot be changed: nothing could be made without it, or going on would destroy.",
        "- `assess` needs the facts of the source alone; the other rules need the plan and the clouds, too.",
        "- Rules of your own: [own-rules.md](own-rules.md).",
      ].join("\n"),
      table(
        ["id", "category", "told by", "about", "label"],
        sorted.map(({ id, category, label, hard, about }) => [
          `[${id}](#${anchor(id)})`,
          `${category}${hard === true ? ", hard" : ""}`,
          ofFacts.has(id) ? "assess, plan, preview" : "plan, preview",
          about === "wave" ? "wave" : about === "both" ? "VM, wave" : "VM",
          cell(label),
        ]),
      ),
      ...sorted.map((rule) => section(rule, examples.get(rule.id) ?? [])),
      "## Told beside the rules",
      "Preview compares the wave file with what would be planned now, and with the other waves. The plan does not change these.",
      table(
        ["id", "category", "what"],
        beside.map((row) => [...row]),
      ),
      "## What no source tells",
      "No rule can find these; look for them by hand:",
      unseen.map((what) => `- ${what}`).join("\n"),
      "## Forklift's rules and these",
      "Forklift (Migration Toolkit for Virtualization) is what many know. Its rules for vSphere, Hyper-V and OVA, and where they are here:",
      table(
        ["Forklift", "here", ""],
        forkliftRules.map(([theirs, ours, note]) => [
          theirs,
          ours.length === 0 ? "none" : ours.map((id) => `[${id}](#${anchor(id)})`).join(", "),
          cell(note),
        ]),
      ),
      "",
    ]
      .join("\n\n")
      .trimEnd() + "\n"
  );
}

function section({ id, label, why }: Rule, examples: readonly Example[]): string {
  const texts = examples.map(({ category, assessment }) => `- *${category}*: ${cell(assessment)}`);
  return [`### ${id}`, `**${cell(label)}.** ${cell(why)}`, texts.join("\n")].join("\n\n");
}

/** As GitHub and others make it of a heading. */
const anchor = (id: string): string => id.replace(/[^a-z0-9-]/g, "");

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Text that stays in its cell and is no HTML or emphasis; code between backticks is code. */
function cell(text: string): string {
  const parts = text.replace(/\s+/g, " ").split("`");
  const isPaired = parts.length % 2 === 1;
  return parts
    .map((part, index) =>
      isPaired && index % 2 === 1 ? part.replaceAll("|", "\\|") : part.replace(/[\\|<>*_[\]]/g, "\\$&"),
    )
    .join("`");
}

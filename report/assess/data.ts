import type { AssessedVm } from "../../planning/assess/assessed-vm.ts";

/** What the page's script is given. Texts of the source are shortened and without characters that steer a screen. */
export interface AssessData {
  /** By id: what a concern is called and why it matters. */
  readonly rules: Readonly<Record<string, { readonly label: string; readonly why: string }>>;
  readonly vms: readonly PageVm[];
}

/** One row. */
export interface PageVm extends Pick<
  AssessedVm,
  "key" | "name" | "cluster" | "esxiHost" | "folder" | "os" | "cpus" | "memoryMiB" | "disks" | "capacityBytes"
> {
  readonly usedBytes: number | null;
  readonly wave: string | null;
  /** "on", "off", "suspended" or "template". */
  readonly power: string;
  /** Joined for people. */
  readonly tags: string;
  readonly size: string;
  readonly worst: AssessedVm["worst"];
  readonly complexity: AssessedVm["complexity"];
  readonly estimateSeconds: number;
  readonly concerns: readonly PageConcern[];
}

export interface PageConcern {
  readonly id: string;
  /** `waived` instead of a category where the plan waives it. */
  readonly category: AssessedVm["worst"];
  readonly assessment: string;
  /** Category of the rule where the plan gives another one. */
  readonly original: string | null;
  /** The plan's reason for another category or for waiving it. */
  readonly reason: string | null;
}

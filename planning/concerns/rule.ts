import type { CloudOffer } from "../../cloud/offer.ts";
import type { SourceFacts } from "../../inventory/schema/source.ts";
import type { Plan } from "../../inventory/schema/plan.ts";
import type { Concern, WaveFile } from "../../inventory/schema/wave.ts";
import type { Edits } from "../keep-begun.ts";
import type { Live } from "../live.ts";
import type { PoolSpaces } from "../pool-space.ts";
import type { KnownSubject, Subject } from "../subject.ts";

/** What a rule may look at: plain data, all of it decided before. */
export interface WaveView {
  readonly plan: Plan;
  readonly wave: string;
  /** project/stack of the wave; what carries its mark is this wave's own and no clash. */
  readonly stack: string;
  readonly offers: ReadonlyMap<string, CloudOffer>;
  /** Every VM of the wave, sorted by key. */
  readonly subjects: readonly Subject[];
  /** The VMs to check: facts and target known, phase `precopy` or `cutover`. */
  readonly checked: readonly KnownSubject[];
  /**
   * The templates to check, which become images, with the disk that they become and no NIC. To the rules that
   * are about them, too (image-rules.ts), they are shown among `checked`.
   */
  readonly checkedImages: readonly KnownSubject[];
  /** The wave file as it will be written. */
  readonly file: WaveFile;
  /** Keys of VMs that have begun in this stack. */
  readonly begun: ReadonlySet<string>;
  /** Keys of VMs whose entry is the one of the previous wave file. */
  readonly kept: ReadonlySet<string>;
  /** By key, of VMs that have begun: what is not applied to them, and what is. */
  readonly edits: ReadonlyMap<string, Edits>;
  /** What the sources of the wave's VMs say of themselves; empty where nothing was read. */
  readonly sources: readonly SourceFacts[];
  /** What the sources said of the VMs just now. */
  readonly live: Live;
  /** By target: space of its pool as the conversion host sees it; empty where it was not asked. */
  readonly storage: PoolSpaces;
}

/** One finding of a rule. */
export interface Finding {
  /** null: the wave as a whole. */
  readonly vm: string | null;
  /** What was found, with the value, what was expected and what to do. */
  readonly assessment: string;
  /** Where it differs from the rule's own. */
  readonly category?: Concern["category"];
}

/** A rule: one a file, all of this one signature. It never throws and never looks at anything but the view. */
export interface Rule {
  /** Stable id such as network.unmapped; the plan's `concerns` refer to it. */
  readonly id: string;
  readonly category: Concern["category"];
  /** Short title. */
  readonly label: string;
  /** Why it matters, for the reference page: one or two sentences. */
  readonly why: string;
  /**
   * true: there is no decision without it (no flavor, no network), or going on would destroy; the plan cannot change
   * or waive it. Default false.
   */
  readonly hard?: boolean;
  /** What its findings are about: VMs, the wave as a whole, or some of each. Default: VMs. */
  readonly about?: "vm" | "wave" | "both";
  /** true: it counts for a VM that is left out of the wave, too. Default false. */
  readonly always?: boolean;
  readonly check: (view: WaveView) => readonly Finding[];
}

/** Findings for each checked VM: the most common shape of a rule. */
export function perVm(view: WaveView, assess: (subject: KnownSubject) => readonly string[]): Finding[] {
  return view.checked.flatMap((subject) => assess(subject).map((assessment) => ({ vm: subject.key, assessment })));
}

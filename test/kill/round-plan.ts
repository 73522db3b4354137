import { seededRandom, type Random } from "./random.ts";

/** Whom a strike hits. `group` is the whole process group of the command, `terminal` the same by Ctrl-C. */
export type Victim =
  | "wavelift"
  | "engine"
  | "language"
  | "openstack"
  | "command"
  | "launcher"
  | "program"
  | "qemu-nbd"
  | "rbd"
  | "group"
  | "terminal";

/** When: by what the run has printed, or by the victim's n-th process, and a while after that. */
export type Moment =
  | { readonly kind: "line"; readonly number: number; readonly delayMs: number }
  | { readonly kind: "process"; readonly number: number; readonly delayMs: number };

export interface Strike {
  readonly victim: Victim;
  readonly signal: "SIGKILL" | "SIGTERM" | "SIGINT" | "SIGSTOP";
  readonly moment: Moment;
  /**
   * Of a SIGSTOP only: how long the victim sleeps while its run goes on. null: the run is ended around it, and it wakes up
   * after the next one has finished the work.
   */
  readonly sleepMs: number | null;
}

/** What people do to the plan while the first struck run is under way. */
export type Edit = "none" | "label" | "rename";

/** One round: a command that is struck once or more often, then left in peace. */
export interface RoundPlan {
  readonly action: "up" | "destroy";
  /** Whether the second VM of the wave is in the plan from here on. */
  readonly second: boolean;
  readonly edit: Edit;
  readonly strikes: readonly Strike[];
}

/** How often each is hit: weights. The writer and the reader of an image run only while disks are copied. */
const victims: readonly (readonly [Victim, number])[] = [
  ["wavelift", 2],
  ["engine", 3],
  ["language", 1],
  ["openstack", 2],
  ["command", 2],
  ["launcher", 3],
  ["program", 3],
  ["qemu-nbd", 2],
  ["rbd", 2],
  ["group", 3],
  ["terminal", 3],
];
const inUpOnly: ReadonlySet<Victim> = new Set(["language", "qemu-nbd"]);
/** About what `up` and `destroy` of the wave print before the end, in lines. */
const LINES = { up: 50, destroy: 26 } as const;

/**
 * All rounds, from the seed alone. The same seed chooses the same things; what the machine makes of them (how far the run
 * has come by then, which of two processes is the first) may differ.
 */
export function planRounds(seed: number, count: number): RoundPlan[] {
  const random = seededRandom(seed);
  const rounds: RoundPlan[] = [];
  let stands = false;
  let second = true;
  for (let round = 0; round < count; round++) {
    const action: RoundPlan["action"] = stands && random.chance(0.7) ? "destroy" : "up";
    if (action === "up") second = stands ? !second : random.chance(0.85);
    const edit = random.pick<Edit>([
      ["none", 3],
      ["label", 1],
      ["rename", 1],
    ]);
    const strikes = Array.from({ length: random.chance(0.25) ? 2 : 1 }, () => strike(random, action, stands));
    rounds.push({ action, second, edit: action === "up" ? edit : "none", strikes });
    stands = action === "up";
  }
  return rounds;
}

function strike(random: Random, action: "up" | "destroy", stands: boolean): Strike {
  const copies = action === "up" && !stands;
  const victim = random.pick(victims.filter(([name]) => copies || !inUpOnly.has(name)));
  const signal = signalFor(random, victim);
  const sleepMs = signal === "SIGSTOP" && random.chance(0.5) ? random.whole(1, 25) * 1000 : null;
  return { victim, signal, moment: momentFor(random, victim, action), sleepMs };
}

function signalFor(random: Random, victim: Victim): Strike["signal"] {
  if (victim === "terminal") return "SIGINT";
  const stop = victim === "group" ? 0 : 2;
  return random.pick<Strike["signal"]>([
    ["SIGKILL", 5],
    ["SIGTERM", 2],
    ["SIGINT", 1],
    ["SIGSTOP", stop],
  ]);
}

function momentFor(random: Random, victim: Victim, action: "up" | "destroy"): Moment {
  switch (victim) {
    case "launcher":
    case "program":
      return { kind: "process", number: random.whole(1, 6), delayMs: random.whole(0, 2500) };
    case "rbd":
      // They come and go: each looks, or records how far a disk is.
      return { kind: "process", number: random.whole(1, action === "up" ? 40 : 6), delayMs: random.whole(0, 100) };
    case "qemu-nbd":
      return { kind: "process", number: random.whole(1, 4), delayMs: random.whole(0, 500) };
    default:
      return { kind: "line", number: random.whole(1, LINES[action]), delayMs: random.whole(0, 1500) };
  }
}

/** One strike for people: "engine SIGKILL at line 12 + 340 ms". */
export function describeStrike({ victim, signal, moment, sleepMs }: Strike): string {
  const at = moment.kind === "line" ? `at line ${moment.number}` : `at its process ${moment.number}`;
  const sleep = signal !== "SIGSTOP" ? "" : sleepMs === null ? ", woken late" : `, woken after ${sleepMs / 1000} s`;
  return `${victim} ${signal} ${at} + ${moment.delayMs} ms${sleep}`;
}

import { z } from "zod";

const inProject = z
  .string()
  .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/, "a path inside the project, relative to its folder");

/** One guard as a YAML file of this folder says it: what protects, and the test that fails when it is taken out. */
export const Guard = z.strictObject({
  /** Number of the rule in docs/guarantees.md: 1 to 8 are design's rules, 9 is the gate. */
  rule: z.int().min(1).max(9),
  /** What the guard does, in a sentence for people. */
  guard: z.string().min(1),
  /** The file that it stands in. */
  file: inProject,
  /** Its text, which occurs once in the file. */
  remove: z.string().min(1),
  /** What stands in its place when it is taken out. */
  with: z.string().default(""),
  /** File of the test that shows it. */
  test: inProject.regex(/\.test\.ts$/, "a test file (*.test.ts)"),
  /** Part of that test's full title: the titles of its describes and its own, joined by blanks. */
  name: z.string().min(1),
});

/** A guard, and where it was read. */
export type Guard = z.infer<typeof Guard> & {
  /** Name of the YAML file without its end. */
  readonly area: string;
  /** For messages: "core.yaml, entry 3 (A foreign watcher is refused by name)". */
  readonly where: string;
};

/** Rules that must have guards. */
export const RULES = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

import { z } from "zod";

/**
 * How hard an operating system is to migrate to KVM, named as kubev2v/migration-planner does: `easy` boots with the
 * drivers that it has, `medium` needs virtio drivers put in (Windows since Server 2012 and 8), `hard` has no or hardly any
 * such drivers (older Windows, older Linux), `whiteGlove` needs a person of its own (Windows 2003 and before, Solaris),
 * `unknown`: the source did not tell.
 */
export const OsLevel = z.enum(["unknown", "easy", "medium", "hard", "whiteGlove"]);
export type OsLevel = z.infer<typeof OsLevel>;

const Points = z.number().min(0).max(100);

/** How `wavelift assess` scores: points of the operating system, the disks and the concerns, added. */
export const ComplexityModel = z.strictObject({
  os: z
    .strictObject({
      unknown: Points.default(3),
      easy: Points.default(1),
      medium: Points.default(2),
      hard: Points.default(3),
      whiteGlove: Points.default(4),
    })
    .prefault({})
    .describe("Points of each level; what is not known counts as much as what is hard."),
  guests: z
    .record(z.string().min(1), OsLevel)
    .default({})
    .describe(
      "Pattern (`*`: any text) of a guest id or of an operating system's name -> level; wins over the built-in ones.",
    ),
  diskTiersTiB: z
    .array(z.number().positive())
    .default([10, 20, 50])
    .refine((tiers) => tiers.every((tier, index) => index === 0 || tier > (tiers[index - 1] ?? 0)), "rising numbers")
    .describe("Capacity of all disks of a VM: 1 point up to the first, 2 up to the second, and so on."),
  criticalPoints: Points.default(4).describe("For each kind of Critical concern of the VM."),
  warningPoints: Points.default(1).describe("For each kind of Warning; Information and what is waived count nothing."),
  levels: z
    .tuple([Points, Points, Points])
    .default([3, 6, 9])
    .refine(([low, medium, high]) => low < medium && medium < high, "rising numbers")
    .describe("Highest scores that are low, medium and high; above is very high."),
});
export type ComplexityModel = z.infer<typeof ComplexityModel>;

import { z } from "zod";

const FIRST_PORT = 49_400;
const LAST_PORT = 49_499;

/**
 * `gateway` of runners.yaml: where an instant import serves its disks until they are copied. Every compute host,
 * cinder-volume host and conversion host opens the image and so reads from here.
 */
export const GatewaySettings = z
  .strictObject({
    /**
     * Address of this conversion host. It stands in the header of each image until the commit: a conversion host that takes
     * over must have it too.
     */
    address: z.union([z.ipv4(), z.ipv6()]),
    /** First and last TCP port, one port a disk. */
    ports: z
      .string()
      .regex(/^\d{1,5}-\d{1,5}$/, "two ports, such as 49400-49499")
      .default(`${FIRST_PORT}-${LAST_PORT}`),
    /**
     * The most that is copied of one disk in a second, by a copy of its own. That is only held back while no server writes
     * the disk: from then on librbd hands the copy to whoever has the image's lock, which is the server's own process, and the
     * copy's reads come by the guest's connection. Default: no limit.
     */
    mibPerSecond: z.number().positive().optional(),
    /**
     * How long after its preparation a disk's copy begins: a server that boots has its source to itself so long. Default 0: at
     * once.
     */
    copyAfterSeconds: z.number().min(0).default(0),
    /**
     * Addresses of the compute and cinder-volume hosts, which must answer a ping from `address` before anything is prepared.
     * Default: those that Nova names. `unchecked`: the operator has seen to it (where ping is filtered).
     */
    computeHosts: z.union([z.array(z.union([z.ipv4(), z.ipv6()])).min(1), z.literal("unchecked")]).optional(),
  })
  .refine(({ ports }) => isRange(ports), { path: ["ports"], message: "ports from 1 to 65535, the first one first" });
export type GatewaySettings = z.infer<typeof GatewaySettings>;

/** First and last port. */
export function portRange({ ports }: Pick<GatewaySettings, "ports">): readonly [first: number, last: number] {
  const [first, last] = ports.split("-").map(Number);
  return [first ?? FIRST_PORT, last ?? LAST_PORT];
}

function isRange(ports: string): boolean {
  const [first, last] = portRange({ ports });
  return first >= 1 && first <= last && last <= 65_535;
}

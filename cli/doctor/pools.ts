import type { PoolFacts } from "../../conversion/probe/facts.ts";
import { fine, type Finding } from "./finding.ts";

/** What a step is for, and what to do when it fails. */
interface Step {
  readonly what: string;
  readonly expected: string;
  readonly remedy: (facts: PoolFacts) => string;
  readonly said: (steps: PoolFacts["steps"]) => string | null;
}

const steps: readonly Step[] = [
  {
    said: (seen) => seen.list,
    what: "reached",
    expected: "the pool can be listed",
    remedy: ({ user, conf }) =>
      `See that ${conf} and the keyring of client.${user} are there and that the login may read them, and that this host reaches the monitors (ports 3300, 6789) and OSDs (6800-7568).`,
  },
  {
    said: (seen) => seen.create,
    what: "a test image made",
    expected: "client may make an image",
    remedy: ({ user, pool }) => capabilities(user, pool),
  },
  {
    said: (seen) => seen.write,
    what: "written through qemu",
    expected: "qemu writes and flushes 64 KiB",
    remedy: ({ user, pool }) =>
      `If it says that the driver rbd is unknown: Debian: apt install qemu-block-extra; RHEL: dnf install qemu-kvm-block-rbd. Else ${lower(capabilities(user, pool))}`,
  },
  {
    said: (seen) => seen.read,
    what: "read back",
    expected: "the same 64 KiB",
    remedy: ({ user, pool }) => capabilities(user, pool),
  },
  {
    said: (seen) => seen.metadata,
    what: "image metadata",
    expected: "can be set and read: the ledger of a copy is there",
    remedy: ({ user, pool }) => capabilities(user, pool),
  },
  {
    said: (seen) => seen.watchers,
    what: "watchers",
    expected: "can be listed: nobody else may have an image open",
    remedy: ({ user, pool }) => capabilities(user, pool),
  },
  {
    said: (seen) => seen.fence,
    what: "fencing",
    expected: "a client can be blocklisted: an address that nobody has, for one second",
    remedy: ({ user }) => `ceph auth caps client.${user} must have mon 'profile rbd'; keep its other capabilities.`,
  },
];

const capabilities = (user: string, pool: string): string =>
  `The key needs: mon 'profile rbd' osd 'profile rbd pool=${pool}' (ceph auth get client.${user} shows what it has). A full cluster refuses writes too.`;
const lower = (text: string): string => `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;

/** A pool: reached, and its key may do what a copy does. One finding for all, or one for each step that failed. */
export function judgePool(where: string, target: string, facts: PoolFacts): Finding[] {
  const check = `pool ${facts.pool} of ${target} (client.${facts.user})`;
  const findings = steps.flatMap((step): Finding[] => {
    const found = step.said(facts.steps);
    if (found === null || found === "skipped") return [];
    const { expected } = step;
    return [{ where, check: `${check}: ${step.what}`, state: "fault", found, expected, remedy: step.remedy(facts) }];
  });
  if (facts.leftover !== null)
    findings.push({
      ...{ where, check: `${check}: test image`, state: "warning", found: facts.leftover, expected: "removed" },
      remedy: "Remove it: rbd rm NAME.",
    });
  if (findings.length > 0) return findings;
  const found = steps.map(({ what }) => what).join(", ");
  return [fine(where, check, found, "all that a copy does")];
}

/** What a machine must have for the lab, decided on plain facts before anything is changed. */

const GIB = 1024 ** 3;
/** A machine sold with 8 GiB reports somewhat less. */
const MEMORY_NEEDED_BYTES = 7.5 * GIB;
/** Packages 3 GiB, guests 4 GiB, the rest for what is migrated into Ceph. */
const DISK_NEEDED_BYTES = 25 * GIB;

export interface MachineFacts {
  /** ID and VERSION_ID of /etc/os-release. */
  readonly osId: string;
  readonly osVersion: string;
  /** process.arch */
  readonly architecture: string;
  readonly uid: number;
  /** What this process may use: the machine's memory, or its cgroup's limit. */
  readonly memoryBytes: number;
  /** Free space where the lab's home is or will be. */
  readonly freeDiskBytes: number;
  /** What an existing lab already takes there. */
  readonly labDiskBytes: number;
  /** The lab's home. */
  readonly home: string;
}

const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;

/** Reasons why the lab cannot run here, each with what to do; empty when it can. */
export const preflight = (facts: MachineFacts): string[] => {
  const faults: string[] = [];
  if (facts.osId !== "debian" || facts.osVersion !== "12" || facts.architecture !== "x64") {
    faults.push(
      `The lab is made of Debian 12's packages (amd64), but this is ${facts.osId} ${facts.osVersion} (${facts.architecture}). ` +
        "Use a Debian 12 machine, virtual machine or container.",
    );
  }
  if (facts.uid !== 0) {
    faults.push("The lab installs packages and runs network namespaces: run it as root (on a machine of its own).");
  }
  if (facts.memoryBytes < MEMORY_NEEDED_BYTES) {
    faults.push(`The lab and four small guests need 8 GiB of memory, this machine has ${gib(facts.memoryBytes)}.`);
  }
  if (facts.freeDiskBytes + facts.labDiskBytes < DISK_NEEDED_BYTES) {
    faults.push(
      `The lab needs ${gib(DISK_NEEDED_BYTES)} of disk for ${facts.home}, there are ${gib(facts.freeDiskBytes)} free` +
        `${facts.labDiskBytes > 0 ? ` and it already takes ${gib(facts.labDiskBytes)}` : ""}. ` +
        "Free some, or set WAVELIFT_LAB to a folder on a larger disk.",
    );
  }
  return faults;
};

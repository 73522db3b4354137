import { readCloudEntry } from "../cloud/clouds-yaml.ts";
import { connect, type CloudClient } from "../cloud/client.ts";
import type { Flavor } from "../cloud/offer.ts";
import { readFlavors } from "../cloud/read-flavors.ts";
import { readPorts } from "../cloud/read-network.ts";
import { readVolumes } from "../cloud/read-offer.ts";
import { vmOfDisk } from "../planning/begun.ts";

/** The port of a NIC. Without a MAC of its own (Neutron gave it one) it is known by its network. */
export interface PortAsked {
  readonly macAddress: string | undefined;
  readonly networkId: string | undefined;
}

/** What policies ask a cloud (an entry of clouds.yaml). */
export interface CloudFacts {
  /** Whether a VM of a stack has begun: owns a volume already. False when the cloud does not answer. */
  begun(cloud: string, stack: string, vm: string): Promise<boolean>;
  /** Id of the volume of a disk that a server uses, null when there is none or the cloud does not answer. */
  usedVolume(cloud: string, stack: string, disk: string): Promise<string | null>;
  /** Id of a VM's port for this NIC that a server uses, null when there is none or the cloud does not answer. */
  usedPort(cloud: string, stack: string, vm: string, port: PortAsked): Promise<string | null>;
  /** Size of a flavor, null when it is not found or the cloud does not answer. */
  flavor(cloud: string, name: string): Promise<Pick<Flavor, "vcpus" | "memoryMiB"> | null>;
}

/** Asks the clouds, each question once: a violation is rare, so nothing is asked before it is needed. */
export function askClouds(
  open: (cloud: string) => Promise<CloudClient> = (cloud) =>
    connect(readCloudEntry(cloud), { tries: 2, connectTimeoutMs: 5000, totalTimeoutMs: 30_000 }),
): CloudFacts {
  const once = <T>(ask: (client: CloudClient) => Promise<T[]>): ((cloud: string) => Promise<T[]>) => {
    const answers = new Map<string, Promise<T[]>>();
    return (cloud) => {
      const answer = answers.get(cloud) ?? answerOf(cloud, ask);
      answers.set(cloud, answer);
      return answer;
    };
  };
  const answerOf = async <T>(cloud: string, ask: (client: CloudClient) => Promise<T[]>): Promise<T[]> => {
    try {
      const client = await open(cloud);
      try {
        return await ask(client);
      } finally {
        await client.close();
      }
    } catch (error) {
      // The program itself reads the same cloud and stops with the reason; here it only means that nothing is known.
      console.error(`policies: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  };
  const volumes = once(readVolumes);
  const ports = once(readPorts);
  const flavors = once(readFlavors);
  return {
    begun: async (cloud, stack, vm) =>
      (await volumes(cloud)).some(({ mark }) => mark?.stack === stack && vmOfDisk(mark.key) === vm),
    usedVolume: async (cloud, stack, disk) =>
      (await volumes(cloud)).find(
        ({ mark, status }) => mark?.stack === stack && mark.key === disk && status === "in-use",
      )?.id ?? null,
    usedPort: async (cloud, stack, vm, asked) =>
      (await ports(cloud)).find(
        (port) =>
          port.mark?.stack === stack &&
          port.mark.key === vm &&
          isAsked(port, asked) &&
          port.deviceOwner.startsWith("compute:"),
      )?.id ?? null,
    flavor: async (cloud, name) =>
      (await flavors(cloud)).find((flavor) => flavor.name === name || flavor.id === name) ?? null,
  };
}

function isAsked(port: { readonly macAddress: string; readonly networkId: string }, asked: PortAsked): boolean {
  return asked.macAddress === undefined
    ? port.networkId === asked.networkId
    : port.macAddress.toLowerCase() === asked.macAddress.toLowerCase();
}

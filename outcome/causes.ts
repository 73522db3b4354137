import { adviceFor } from "../cloud/cloud-error.ts";
import { apiAnswer, firstLine, lastLine, providerError, shortened, stageMessage } from "./message.ts";
import type { ResourceName } from "./resource-name.ts";

/** Why something failed, in a sentence, and what to do about it. */
export interface Cause {
  readonly cause: string;
  readonly remedy: string;
}

interface Known {
  readonly pattern: RegExp;
  /** Default: what the API or the stage said. */
  readonly cause?: (match: RegExpExecArray, said: string) => string;
  /** Default: what the stage advised. */
  readonly remedy: string | ((match: RegExpExecArray) => string);
}

const NEXT = "the next up goes on from here";

/**
 * Read from the top; the first match counts. The texts: Cinder, Nova and Neutron (Zed) as the lab gave them, provider
 * 3.15.2 (terraform-provider-openstack 1.54.1), qemu-img 7.2, and our own stages.
 */
const KNOWN: readonly Known[] = [
  {
    pattern: /VolumeLimitExceeded|VolumeSizeExceedsAvailableQuota|Quota exceeded|OverQuota/,
    cause: (_match, said) => `a quota of the project is reached: ${said}`,
    remedy: `Raise the quota or free some of it; ${NEXT}.`,
  },
  {
    pattern: /IP address (\S+) already allocated/,
    cause: ([, address = ""]) => `the address ${address} is in use by another port`,
    remedy: ([, address = ""]) =>
      `Find it with \`openstack port list --fixed-ip ip-address=${address}\`; remove it, or plan another address.`,
  },
  {
    pattern: /mac address (\S+) is in use/i,
    cause: ([, mac = ""]) => `the MAC address ${mac} is in use by another port of the network`,
    remedy: ([, mac = ""]) => `Find it with \`openstack port list --mac-address ${mac}\` and remove it.`,
  },
  {
    pattern: /create_port:(fixed_ips|mac_address)\S* .*disallowed by policy/,
    cause: ([, what]) =>
      `these credentials may not choose ${what === "mac_address" ? "a MAC" : "an"} address on this network`,
    remedy: "Use an administrator's entry of clouds.yaml for the target, or a network that the project owns.",
  },
  {
    pattern: /The volume is in error status/,
    cause: () => "Cinder could not make the volume (status error)",
    remedy:
      "`openstack volume message list` and the log of cinder-scheduler say why (no back end for the type? no room?); the next up makes a new one.",
  },
  {
    pattern: /unexpected state 'ERROR', wanted target 'ACTIVE'/,
    cause: () => "Nova could not build the server (status ERROR)",
    remedy: "`openstack server show` gives its fault; mend it, the next up makes the server again.",
  },
  {
    pattern: /Error detaching openstack_compute_instance_v2/,
    cause: () => "the server does not let go of its port, as Nova refuses it of a server in ERROR",
    remedy: "Delete the server (`openstack server delete`); volumes and ports stay. Then run again.",
  },
  {
    pattern: /timeout while waiting for state to become '(\w+)'(?: \(last state: '(\w+)', timeout: (\w+)\))?/,
    cause: ([, wanted = "", last, timeout]) =>
      `not ${wanted} in time${last === undefined ? "" : ` (still ${last} after ${timeout ?? ""})`}`,
    remedy: `The cloud is slow or stuck: see its services; ${NEXT}.`,
  },
  {
    pattern: /No space left on device|Disk quota exceeded/,
    cause: () => "the pool is full, or its quota is reached",
    remedy: "Make room in the Ceph pool or raise its quota (`ceph df`); the next up copies what is missing.",
  },
  {
    pattern: /is full: .*writes wait for ever/,
    remedy: "Make room in the Ceph pool or raise its quota (`ceph df`); the next up copies what is missing.",
  },
  {
    pattern: /no answer in \d+ ms/,
    remedy: `See \`ceph status\`: clients wait for a full pool or an OSD that is down; ${NEXT}.`,
  },
  {
    pattern: /Input\/output error/,
    remedy: "The datastore cannot be read there: look at its storage; the next up copies what is missing.",
  },
  {
    pattern: /Permission denied|EACCES|EPERM/,
    remedy: "Let the conversion host's user read the file; the next up copies it.",
  },
  {
    pattern: /Detected that \S*?(pulumi-[a-z-]+) exited prematurely/,
    cause: ([, plugin = ""]) => `Pulumi's plugin ${plugin} was ended from outside (killed? out of memory?)`,
    remedy: `See \`dmesg\` and how much memory is free; ${NEXT}.`,
  },
  {
    // What the engine says of all that was under way in a plugin, or came after.
    pattern: /connection error: desc = "|error reading from server|transport is closing|code = Unavailable/,
    cause: () => "Pulumi's plugin was ended from outside (killed? out of memory?)",
    remedy: `See \`dmesg\` and how much memory is free; ${NEXT}.`,
  },
  {
    pattern: /Unable to find .*in group|connection refused|no such host|connection reset|i\/o timeout|EOF$/,
    cause: () => "the cloud's API does not answer",
    remedy: `See that it runs and can be reached from here; ${NEXT}.`,
  },
];

/** Cause and remedy of a failed resource, from all that was said of it. */
export function causeOf(resource: ResourceName, messages: readonly string[]): Cause {
  if (resource.kind === "program")
    return { cause: firstLine(messages.join("\n")), remedy: "Mend what is said above, then run again." };
  const stage = stageMessage(messages.at(-1) ?? "", [resource.vm ?? "", `${resource.vm ?? ""}-disk-${disk(resource)}`]);
  const error = stage === null ? providerError(messages) : messages.join("\n");
  const answer = stage === null ? apiAnswer(error) : null;
  const said = stage?.text ?? (answer?.message === "" ? null : answer?.message) ?? lastLine(error);
  for (const { pattern, cause, remedy } of KNOWN) {
    const match = pattern.exec(error);
    if (match === null) continue;
    return {
      cause: shortened(cause?.(match, said) ?? said),
      remedy: typeof remedy === "string" ? remedy : remedy(match),
    };
  }
  const status = answer === null ? null : adviceFor(answer.status);
  return { cause: shortened(said), remedy: stage?.advice ?? status ?? `See the error above; ${NEXT}.` };
}

/** A violation of the policy pack: its description, then the sentence of the policy, which ends with what to do. */
export function causeOfViolation(vm: string | null, message: string): Cause {
  const [sentence = "", ...advice] = lastLine(message)
    .replace(vm === null ? "" : `VM ${vm}: `, "")
    .split(/(?<=[^.\s][.?])\s+(?=[A-Z`])/);
  return { cause: `a policy forbids it: ${sentence}`, remedy: advice.join(" ") || "Change the plan, then plan again." };
}

const disk = ({ name }: ResourceName): string => /-(\d+)$/.exec(name)?.[1] ?? "";

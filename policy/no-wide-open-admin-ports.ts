import * as openstack from "@pulumi/openstack";
import { validateResourceOfType, type ResourceValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import { matchesAny } from "../planning/pattern.ts";
import { patterns } from "./config.ts";
import { describePolicy, type Gate } from "./gate.ts";
import { number, present, text, type Props } from "./props.ts";

const NAME = "no-wide-open-admin-ports";
const Config = z.strictObject({
  // ssh, telnet, RPC, SMB, IPMI, RDP, VNC, WinRM
  adminPorts: z
    .array(z.int().min(1).max(65535))
    .default([22, 23, 135, 445, 623, 3389, 5900, 5985, 5986])
    .describe("Ports for administration, which may not be open to everybody."),
  exceptRules: patterns([]).describe(
    "Names of rules (resources) that this policy leaves alone; * stands for any text.",
  ),
});

/**
 * Shortest prefixes that are not "everybody". A network of a company is never larger than 10.0.0.0/8 or fc00::/7, while
 * the whole internet in two halves (0.0.0.0/1 and 128.0.0.0/1) is no narrower than in one piece.
 */
const SHORTEST = { ipv4: 8, ipv6: 7 };

/** Protocols that have ports, by name and number; none means all of them. */
const WITH_PORTS = new Set(["", "any", "0", "tcp", "6", "udp", "17", "sctp", "132", "udplite", "136", "dccp", "33"]);

/** No rule lets everybody reach a port for administration. */
export const noWideOpenAdminPorts = (gate: Gate): ResourceValidationPolicy => ({
  ...describePolicy(NAME, "Security groups let nobody but named networks reach ports for administration.", Config),
  validateResource: validateResourceOfType(
    openstack.networking.SecGroupRule,
    gate.check(NAME, Config, ({ name, props }, { adminPorts, exceptRules }) => {
      if (text(props, "direction") !== "ingress" || !isOpenToAll(props) || matchesAny(exceptRules, name)) return [];
      const reached = adminPortsOf(props, adminPorts);
      if (reached.length === 0) return [];
      const from = text(props, "remoteIpPrefix") ?? "everywhere";
      return [
        `rule ${name} lets ${from} reach ${reached.length === 1 ? "port" : "ports"} ${reached.join(", ")}. Name the network that may come (\`remoteCidr\`), a group (\`remoteGroup\`), or other \`protocol\` and \`ports\`, in the plan's securityGroups.`,
      ];
    }),
  ),
});

function isOpenToAll(props: Props): boolean {
  if (present(props, "remoteGroupId")) return false;
  const cidr = text(props, "remoteIpPrefix");
  if (cidr === undefined) return !present(props, "remoteIpPrefix");
  const [address = "", length] = cidr.split("/");
  const bits = length === undefined ? Infinity : Number(length);
  return !(bits >= (address.includes(":") ? SHORTEST.ipv6 : SHORTEST.ipv4));
}

/** Which of the ports for administration a rule covers. A rule without ports covers all. */
function adminPortsOf(props: Props, adminPorts: readonly number[]): number[] {
  if (!WITH_PORTS.has((text(props, "protocol") ?? "").toLowerCase())) return [];
  const first = number(props, "portRangeMin");
  const last = number(props, "portRangeMax");
  // 0 is how the provider writes "not given".
  if ((first ?? 0) === 0 && (last ?? 0) === 0) return [...adminPorts];
  return adminPorts.filter((port) => port >= (first ?? 0) && port <= (last ?? first ?? 65535));
}

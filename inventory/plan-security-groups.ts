import { isIPv6 } from "node:net";
import type { FaultAt } from "./checked-file.ts";
import type { Fault } from "./fault.ts";
import type { Plan, SecurityGroupRule } from "./schema/plan.ts";
import type { Path } from "./source-document.ts";

/** Faults of security group rules that Neutron would only tell of in the middle of `up`. */
export function checkSecurityGroups({ securityGroups }: Plan, fault: FaultAt): Fault[] {
  return Object.entries(securityGroups).flatMap(([name, { rules }]) =>
    rules.flatMap((rule, index) => [
      ...checkRule(rule, ["securityGroups", name, "rules", index], fault),
      ...checkTwin(rules, index, ["securityGroups", name, "rules", index], fault),
    ]),
  );
}

/** Neutron takes no rule twice, and reads "everybody" and 0.0.0.0/0, or 22 and "22-22", as the same. */
function checkTwin(rules: readonly SecurityGroupRule[], index: number, path: Path, fault: FaultAt): Fault[] {
  const meanings = rules.map(meaningOf);
  const first = meanings.indexOf(meanings[index] ?? "");
  return first === index
    ? []
    : [fault(path, `a rule that says something else than rule ${first} of its group`, "remove one of the two")];
}

function meaningOf({ direction, ethertype, protocol, ports, remoteCidr, remoteGroup }: SecurityGroupRule): string {
  const [from, to = from] = ports === undefined ? ["any"] : String(ports).split("-");
  const everybody = remoteCidr === undefined || /^(0\.0\.0\.0|::)\/0$/.test(remoteCidr);
  return [direction, ethertype, protocol, from, to, everybody ? "" : remoteCidr, remoteGroup].join(" ");
}

function checkRule(rule: SecurityGroupRule, path: Path, fault: FaultAt): Fault[] {
  return [...checkPorts(rule, path, fault), ...checkRemote(rule, path, fault)];
}

function checkPorts({ ports, protocol }: SecurityGroupRule, path: Path, fault: FaultAt): Fault[] {
  if (ports === undefined) return [];
  const [from = 0, to = from] = String(ports).split("-").map(Number);
  return [
    ...(protocol === "tcp" || protocol === "udp"
      ? []
      : [fault([...path, "ports"], "ports only with protocol tcp or udp", "add protocol: tcp, or remove ports")]),
    ...(from < 1 || to > 65_535 ? [fault([...path, "ports"], "ports from 1 to 65535", "correct the value")] : []),
    ...(from > to
      ? [fault([...path, "ports"], "a range from the lower to the higher port", `write ${to}-${from}`)]
      : []),
  ];
}

function checkRemote({ remoteCidr, remoteGroup, ethertype }: SecurityGroupRule, path: Path, fault: FaultAt): Fault[] {
  if (remoteCidr === undefined) return [];
  const family = isIPv6(remoteCidr.split("/")[0] ?? "") ? "IPv6" : "IPv4";
  return [
    ...(remoteGroup === undefined
      ? []
      : [fault([...path, "remoteGroup"], "remoteCidr or remoteGroup, not both", "remove one, or write two rules")]),
    ...(family === ethertype
      ? []
      : [
          fault([...path, "remoteCidr"], `a network of ${ethertype}, the rule's ethertype`, `add ethertype: ${family}`),
        ]),
  ];
}

import type { ConversionHost } from "../../conversion/runner/hosts.ts";
import type { HostsOut } from "../../conversion/runner/hosts-out.ts";
import type { Finding } from "./finding.ts";

/** Hosts of a pool that runs on this machine have left out, with the reason. */
export function judgeOut(hosts: readonly ConversionHost[], hostsOut: Pick<HostsOut, "of">, nowMs: number): Finding[] {
  const expected = "every host of the pool is used";
  return hosts.flatMap(({ id, name }): Finding[] => {
    const out = hostsOut.of(id);
    if (out === null) return [];
    const [since, until] = [out.sinceMs, out.untilMs].map((ms) => new Date(ms).toISOString());
    const again = nowMs < out.untilMs ? `, is tried again after ${until ?? ""}` : ", is tried again with the next disk";
    const found = `left out since ${since ?? ""} (${out.times} times)${again}: ${out.reason}`;
    const remedy = "Mend what it says; nothing else is to be done: it is used again as soon as it works.";
    return [{ where: name, check: "pool of conversion hosts", state: "warning", found, expected, remedy }];
  });
}

import type { TransportName } from "../../inventory/schema/disk-source.ts";
import { exitCodes } from "../exit-codes.ts";
import { badInput, failed, Failure, messageOf, refused } from "../failure.ts";
import type { DiskSource } from "../job.ts";
import type { Fingerprint } from "../ledger/ledger.ts";
import { SourceFault } from "./contents.ts";
import type { InspectedSource, SourceContext, Transport } from "./transport.ts";
import { waysTo } from "./ways.ts";

/** Why a way was not taken. */
interface NotTaken {
  readonly transport: TransportName;
  readonly reason: string;
  /** It may work the next time. */
  readonly heals: boolean;
}

/**
 * The choice `auto`: looks into the disk by each way that is configured, the best first, and takes the first that works. Where
 * a copy has begun, the way that gives the same source again comes before all others: each way knows a source by what it can
 * see of it, and from another one all would be copied anew.
 * @param begun the source that the copy was begun from; null: nothing is copied yet
 * @throws one failure with the reasons of all ways, and what to configure
 */
export async function chooseTransport(
  context: SourceContext,
  disk: string,
  source: DiskSource,
  begun: Fingerprint | null,
  transports: Partial<Record<TransportName, Transport>>,
): Promise<InspectedSource> {
  const notTaken: NotTaken[] = [];
  let best: { readonly transport: TransportName; readonly found: InspectedSource } | null = null;
  for (const { transport, lacks } of waysTo(source, context.settings, context.logins)) {
    const way = transports[transport];
    if (way === undefined) continue;
    if (lacks !== null) {
      notTaken.push({ transport, reason: lacks, heals: false });
      continue;
    }
    try {
      const found = await way.inspect(context, disk, source);
      if (begun === null || isSame(found.fingerprint, begun)) return explained(transport, found, notTaken);
      best ??= { transport, found };
      notTaken.push({ transport, reason: "gives another source than the copy was begun from", heals: false });
    } catch (error) {
      notTaken.push({ transport, reason: reasonOf(error, disk), heals: mayHeal(error) });
    }
  }
  if (best === null) throw noWay(disk, notTaken);
  const silent = notTaken.filter(({ heals }) => heals);
  if (silent.length > 0) throw notNow(disk, silent);
  const { transport, found } = best;
  const others = notTaken.filter((one) => one.transport !== transport);
  context.log(
    `${disk}: no way gives the source that its copy was begun from: all is copied again, by the way ${transport}`,
  );
  return explained(transport, found, others);
}

const isSame = (one: Fingerprint, other: Fingerprint): boolean =>
  one.sha256 === other.sha256 && one.bytes === other.bytes && one.files === other.files;

/** A fault that another try may not have: what refuses says no the next time, too. */
const mayHeal = (error: unknown): boolean =>
  error instanceof SourceFault || (error instanceof Failure && error.exitCode === exitCodes.failed);

/** One line, without the disk's name at its start and what it says to do at other places. */
function reasonOf(error: unknown, disk: string): string {
  const [line = ""] = messageOf(error).split("\n");
  return (line.startsWith(`${disk}: `) ? line.slice(disk.length + 2) : line).replace(/\.$/, "");
}

function explained(transport: TransportName, found: InspectedSource, notTaken: readonly NotTaken[]): InspectedSource {
  const why = notTaken.map((one) => `not ${one.transport}: ${one.reason}`);
  return { ...found, how: `${found.how} (auto: ${[transport, ...why].join("; ")})` };
}

function noWay(disk: string, notTaken: readonly NotTaken[]): Failure {
  const reasons = notTaken.map(({ transport, reason }) => `  ${transport}: ${reason}`);
  const message =
    `${disk}: there is no way to read it from here:\n${reasons.join("\n")}\n  Mend one of these, or configure another: \`datastores\` in runners.yaml ` +
    "for files that this conversion host sees, sources.yaml for a vCenter, ESXi or libvirt host.";
  if (notTaken.some(({ heals }) => heals)) return failed(message);
  return notTaken.every(({ reason }) => isMissing(reason)) ? badInput(message) : refused(message);
}

const isMissing = (reason: string): boolean => /^(runners|sources)\.yaml /.test(reason);

function notNow(disk: string, silent: readonly NotTaken[]): Failure {
  const reasons = silent.map(({ transport, reason }) => `  ${transport}: ${reason}`);
  return failed(
    `${disk}: a copy has begun, and a way by which it may have been read does not work now:\n${reasons.join("\n")}\n  Run again when it does: the ` +
      "copy goes on where it stopped. To read it another way, and copy all of it again, name that way as `transport` of the VM in the plan.",
  );
}

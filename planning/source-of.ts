import type { EstateVm } from "../inventory/schema/estate.ts";
import type { SourceFacts } from "../inventory/schema/source.ts";

/**
 * What the VM's source says of itself; undefined when nothing was read of it. The reading by the same tool comes first; what
 * another one told of the same server will do.
 */
export function sourceOf(
  { source }: Pick<EstateVm, "source">,
  sources: readonly SourceFacts[],
): SourceFacts | undefined {
  const ofServer = sources.filter(({ server }) => server === source.server);
  return ofServer.find(({ kind }) => kind === source.kind) ?? ofServer[0];
}

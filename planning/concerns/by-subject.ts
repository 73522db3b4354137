/** How many things one finding names; the rest is counted. */
const NAMED = 5;

/** One thing that is found of a network, subnet or other subject that several VMs share. */
export interface Item<T> {
  readonly subject: T;
  /** Id of the subject. */
  readonly id: string;
  readonly what: string;
}

/**
 * Gathers what is found of things that many VMs share, so that fifty VMs of one network make one concern: "a, b and 3 more".
 */
export function bySubject<T>(items: readonly Item<T>[]): { readonly subject: T; readonly whats: string }[] {
  const groups = new Map<string, { subject: T; whats: Set<string> }>();
  for (const { subject, id, what } of items) {
    const group = groups.get(id) ?? { subject, whats: new Set() };
    group.whats.add(what);
    groups.set(id, group);
  }
  return [...groups.values()].map(({ subject, whats }) => ({ subject, whats: listed([...whats]) }));
}

/** "a, b, c", and from the sixth on "and 3 more". */
export function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

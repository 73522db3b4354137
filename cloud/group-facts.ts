import type { Mark } from "./offer.ts";

/** What stands in a target and may use shared groups: plain data, judged by planning/group-users.ts. */
export interface GroupFacts {
  readonly ports: readonly {
    readonly id: string;
    readonly name: string;
    readonly securityGroupIds: readonly string[];
    readonly mark: Mark | null;
  }[];
  readonly servers: readonly { readonly id: string; readonly name: string; readonly mark: Mark | null }[];
  /** Those that were asked for and are there. */
  readonly serverGroups: readonly {
    readonly id: string;
    readonly policies: readonly string[];
    readonly memberIds: readonly string[];
  }[];
  readonly volumes: readonly {
    readonly mark: Mark | null;
    /** project/stack of the estate whose groups the volume's VM uses; null where it is not said. */
    readonly estate: string | null;
  }[];
}

import { delimiter, dirname } from "node:path";
import type { Env } from "./probe.ts";

/** What the environment of a child follows from. */
export interface Place {
  readonly pulumiPath: string;
  readonly pulumiHome: string;
  /** True where pulumiHome is ours. */
  readonly ownsHome: boolean;
  /** The user's own PULUMI_HOME. */
  readonly userHome: string;
}

/** The variables by which a child finds the toolchain, to be merged over its environment `env`. */
export function childEnvironment(env: Env, place: Place): Record<string, string> {
  const first = dirname(place.pulumiPath);
  const rest = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "" && folder !== first);
  const ownLogin = place.ownsHome && env["PULUMI_CREDENTIALS_PATH"] === undefined;
  return {
    PATH: [first, ...rest].join(delimiter),
    ...(place.ownsHome ? { PULUMI_HOME: place.pulumiHome } : {}),
    // A login is the user's and stays where it was, also when the cache is emptied.
    ...(ownLogin ? { PULUMI_CREDENTIALS_PATH: place.userHome } : {}),
    // All plugins are there: without this each run on a closed network tries downloads for seconds.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

import type { Part } from "./parts.ts";

/** What was found on this machine outside our cache. */
export type Installed =
  | { readonly state: "fits"; readonly path: string; readonly version: string }
  | { readonly state: "unfit"; readonly reason: string };

/** How far the official download got in this run. */
export type Download = { readonly state: "untried" } | { readonly state: "failed"; readonly reason: string };

/** The Go tool chain; asked only when something has to be built. */
export type Go =
  | { readonly state: "unasked" }
  | { readonly state: "fits"; readonly version: string }
  | { readonly state: "unfit"; readonly reason: string };

/** How a part in our cache came there. */
export type Origin = "download" | "build";

/** All that the choice for one part rests on. */
export interface Facts {
  readonly part: Part;
  readonly installed: Installed;
  /** Origin of the part in our cache, or null where it is not there or damaged. */
  readonly cached: Origin | null;
  readonly download: Download;
  readonly go: Go;
}

/** The way to a part, and why this one: `ask-go` means that the choice needs to know about Go first. */
export interface Decision {
  readonly use: "installed" | "cached" | "download" | "ask-go" | "build" | "none";
  readonly why: string;
}

/**
 * Chooses the way to a part: an installed one that fits, one of an earlier run, the official release, a build from
 * Go modules. Called again whenever a fact changes (a download failed, Go was asked), so that the order stands here only.
 */
export function decide({ part, installed, cached, download, go }: Facts): Decision {
  if (installed.state === "fits") {
    return { use: "installed", why: `${installed.version} is installed (${part.needed} is needed): ${installed.path}` };
  }
  const missing = installed.reason;
  if (cached !== null) {
    const origin = cached === "download" ? "the official release, downloaded" : "built from Go modules";
    return { use: "cached", why: `${origin} in an earlier run; ${missing}` };
  }
  if (download.state === "untried") return { use: "download", why: missing };
  const refused = `${missing}; the official release: ${download.reason}`;
  switch (go.state) {
    case "unasked":
      return { use: "ask-go", why: refused };
    case "fits":
      return { use: "build", why: `a build from Go modules with Go ${go.version}; ${refused}` };
    case "unfit":
      return { use: "none", why: `${refused}; a build from Go modules: ${go.reason}` };
  }
}

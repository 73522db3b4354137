import { isCompatible } from "./version.ts";

/** What makes up a working Pulumi for this project. */
export type PartName = "cli" | "openstack" | "command";

/** One part: what is asked of an installed one, what is downloaded or built otherwise. */
export interface Part {
  readonly name: PartName;
  readonly title: string;
  /** Version that is downloaded or built. */
  readonly version: string;
  /** What an installed one must be, in words. */
  readonly needed: string;
  /** Files of the part; the first is the one that is run. All are needed. */
  readonly executables: readonly string[];
  /** What it is built from, relative to toolchain/go: a change makes another cache entry. */
  readonly sources: readonly string[];
}

/** The oldest CLI that fits: as old as the SDK in package.json (@pulumi/pulumi, the last for node 20). */
export const minimumCliVersion = "3.248.0";

/** The plugins' versions are exactly those of the npm packages: their SDKs ask the engine for them by number. */
export const parts: Readonly<Record<PartName, Part>> = {
  cli: {
    name: "cli",
    title: "Pulumi CLI and Node.js language host",
    version: "3.250.0",
    needed: `${minimumCliVersion} or later`,
    executables: ["pulumi", "pulumi-language-nodejs"],
    sources: ["pulumi/go.mod", "pulumi/go.sum", "pulumi/_trim", "pulumi/stubs", "pulumi/cmd/pulumi-language-nodejs"],
  },
  openstack: {
    name: "openstack",
    title: "openstack plugin",
    version: "3.15.2",
    needed: "3.15.2",
    executables: ["pulumi-resource-openstack"],
    sources: [
      "pulumi/go.mod",
      "pulumi/go.sum",
      "pulumi/stubs",
      "pulumi/mapping",
      "pulumi/cmd/pulumi-resource-openstack",
    ],
  },
  command: {
    name: "command",
    title: "command plugin",
    version: "1.2.1",
    needed: "1.2.1",
    executables: ["pulumi-resource-command"],
    sources: ["command"],
  },
};

/** In the order in which they are shown. */
export const partNames = ["cli", "openstack", "command"] as const satisfies readonly PartName[];

/** True where an installed version does: the CLI may be newer, a plugin is the very one. */
export function fits(part: Part, version: string): boolean {
  return part.name === "cli" ? isCompatible(version, minimumCliVersion) : version.replace(/^v/, "") === part.version;
}

/** The folder that `pulumi plugin install` would make for a plugin, below PULUMI_HOME/plugins. */
export function pluginFolder(part: Part): string {
  return `resource-${part.name}-v${part.version}`;
}

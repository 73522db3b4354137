import type { Part } from "./parts.ts";

/** One place that has a release: the archive and the checksums that were published with it. */
export interface Mirror {
  readonly archiveUrl: string;
  readonly checksumsUrl: string;
}

/** process.platform and process.arch. */
export interface Platform {
  readonly platform: string;
  readonly arch: string;
}

/**
 * Where the official release of a part is, in the order in which the places are tried. Archive and checksums are always
 * of one place: the two places have packed the same release differently before (pulumi/pulumi#9416).
 * Empty where there is no release for this kind of machine.
 */
export function officialMirrors(part: Part, { platform, arch }: Platform): Mirror[] {
  const goArch = arch === "x64" ? "amd64" : arch;
  if ((platform !== "linux" && platform !== "darwin") || (arch !== "x64" && arch !== "arm64")) return [];
  const v = part.version;
  const [project, folder, archive, checksums] =
    part.name === "cli"
      ? ["pulumi", "sdk", `pulumi-v${v}-${platform}-${arch}.tar.gz`, `pulumi-${v}-checksums.txt`]
      : [
          `pulumi-${part.name}`,
          "plugins",
          `pulumi-resource-${part.name}-v${v}-${platform}-${goArch}.tar.gz`,
          `pulumi-${part.name}_${v}_checksums.txt`,
        ];
  return [
    `https://github.com/pulumi/${project}/releases/download/v${v}`,
    `https://get.pulumi.com/releases/${folder}`,
  ].map((base) => ({ archiveUrl: `${base}/${archive}`, checksumsUrl: `${base}/${checksums}` }));
}

import path from "node:path";
import { build } from "esbuild";
import { project } from "../../cli/project.ts";
import { DiskFormat } from "../../inventory/schema/estate.ts";
import type { ImportJob } from "../../conversion/job.ts";
import type { SourceLogins } from "../../conversion/source/login.ts";
import type { HttpsDisk } from "../../lab/vcenter/https-source.ts";
import { access, newVolume, removeImage } from "./image.ts";
import { capacityOf, formats, type FileFormat } from "./disk.ts";

/** A command that puts the disk into an image of its own. */
export interface Run {
  readonly command: string;
  readonly args: readonly string[];
  /** For its standard input. */
  readonly input: string;
  /** Takes the image away. */
  readonly clean: () => void;
}

/** Ways to copy one disk: what people do today, ours without and with verification. */
export interface Ways {
  readonly recipe: () => Run;
  readonly copy: () => Run;
  readonly job: () => Run;
}

const BUNDLE = path.join(project, "dist/bench-copy.mjs");

/** Makes our side one file, as the conversion program is: else a third of a short run is the loading of TypeScript. */
export const buildOurs = (): Promise<unknown> =>
  build({
    entryPoints: [path.join(project, "bench/copy/ours.ts")],
    ...{ outfile: BUNDLE, bundle: true, platform: "node", target: "node20", format: "esm", logLevel: "error" },
    banner: {
      js: 'import { createRequire as benchRequire } from "node:module"; const require = benchRequire(import.meta.url);',
    },
  });

const login = `id=${access.user}:conf=${access.conf}`;

function ours(mode: "copy" | "job", source: ImportJob["source"], datastore: string, logins: SourceLogins): Run {
  const { volumeId, image } = newVolume(source.capacityBytes);
  const stack = {
    version: 1 as const,
    stack: "wavelift/bench",
    vm: "bench",
    generation: 1,
    target: "lab",
    cloud: "lab",
  };
  const sizes = { sizeGiB: source.capacityBytes / 1024 ** 3, sliceMiB: 1024 };
  const job: ImportJob = { ...stack, disk: "bench-disk-2000", source, ...sizes };
  return {
    command: process.execPath,
    args: [BUNDLE],
    input: JSON.stringify({ mode, job, volumeId, datastore, logins }),
    clean: () => {
      removeImage(image);
    },
  };
}

/** A file on this host. The recipe is the one of every guide: it makes the image itself. */
export function fileWays(folder: string, name: FileFormat): Ways {
  const { file, format } = formats[name];
  const source = {
    ...{ transport: "file" as const, datastore: "bench", file, capacityBytes: capacityOf(name) },
    format: DiskFormat.parse(format),
  };
  return {
    recipe: () => {
      const { image } = newVolume(null);
      const target = `rbd:${access.pool}/${image}:${login}`;
      return {
        command: "qemu-img",
        args: ["convert", "-p", "-f", format, "-O", "raw", path.join(folder, file), target],
        input: "",
        clean: () => {
          removeImage(image);
        },
      };
    },
    copy: () => ours("copy", source, folder, {}),
    job: () => ours("job", source, folder, {}),
  };
}

/** A flat file over HTTPS. The recipe: nbdkit's curl plugin and nbdcopy with their defaults. */
export function httpsWays({ url, vcenter, source, logins }: HttpsDisk): Ways {
  return {
    recipe: () => {
      const { image } = newVolume(source.capacityBytes);
      const target = `driver=raw,file.driver=rbd,file.pool=${access.pool},file.image=${image},file.user=${access.user},file.conf=${access.conf}`;
      const server = ["nbdkit", "--exit-with-parent", "-r", "curl", `url=${url}`];
      const trust = [`cainfo=${vcenter.certificateFile}`, `user=${vcenter.user}`, `password=${vcenter.password}`];
      // nbdcopy starts both servers itself, and ends them.
      const args = ["--", "[", ...server, ...trust, "]", "[", "qemu-nbd", "--image-opts", target, "]"];
      return {
        command: "nbdcopy",
        args,
        input: "",
        clean: () => {
          removeImage(image);
        },
      };
    },
    copy: () => ours("copy", source, "/nonexistent", logins),
    job: () => ours("job", source, "/nonexistent", logins),
  };
}

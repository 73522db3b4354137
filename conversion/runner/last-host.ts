import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { limitFolder, plainName, readWhole, writeWhole } from "../limits/run-files.ts";

/**
 * Where a disk was being copied when its launcher was killed. Only there it is known at once that the old writer is dead;
 * elsewhere it is waited for. After every other end the image was closed in order, and all hosts are alike.
 */
export interface LastHost {
  /** Id of the host; null where nothing was cut short. */
  read(): string | null;
  begins(host: string): void;
  ends(): void;
}

/** @param disk stack and disk */
export function lastHost(env: NodeJS.ProcessEnv, disk: string): LastHost {
  const file = join(limitFolder(env, "begun"), plainName(disk));
  return {
    read: () => {
      const found = z.string().safeParse(readWhole(file));
      return found.success ? found.data : null;
    },
    begins: (host) => {
      writeWhole(file, host);
    },
    ends: () => {
      rmSync(file, { force: true });
    },
  };
}

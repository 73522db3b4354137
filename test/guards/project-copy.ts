import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A copy of the project, to take guards out of. */
export interface ProjectCopy {
  readonly folder: string;
  /** Folder for temporary files of what runs in the copy; also the mark by which its processes are known. */
  readonly temporary: string;
  /** Reads a source of the copy. */
  read(file: string): string;
  /** Replaces a source of the copy. */
  write(file: string, text: string): void;
  /** Ends what a test that ran in the copy has left behind. */
  endProcesses(): void;
  /** Ends the processes and removes the copy. */
  remove(): void;
}

/** Sources of a project: what git knows, and what is new and not ignored. */
export function sourcesOf(project: string): string[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: project,
    encoding: "utf8",
    maxBuffer: 64 * 2 ** 20,
  });
  return [...new Set(listed.split("\0"))].filter(
    (file) => file !== "" && file !== "node_modules" && existsSync(path.join(project, file)),
  );
}

/** Copies files of a project; packages are shared with it. The name is short: sockets are made in it. */
export function copyProject(project: string, files: readonly string[]): ProjectCopy {
  const root = mkdtempSync(path.join(tmpdir(), "wl-guard-"));
  const folder = path.join(root, "p");
  const temporary = path.join(root, "t");
  mkdirSync(folder);
  mkdirSync(temporary);
  for (const file of files) {
    const from = path.join(project, file);
    if (!lstatSync(from).isFile()) continue;
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    copyFileSync(from, path.join(folder, file));
  }
  symlinkSync(realpathSync(path.join(project, "node_modules")), path.join(folder, "node_modules"));
  const endProcesses = (): void => {
    for (const pid of processesOf(temporary)) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
  };
  return {
    folder,
    temporary,
    read: (file) => readFileSync(path.join(folder, file), "utf8"),
    write: (file, text) => {
      writeFileSync(path.join(folder, file), text);
    },
    endProcesses,
    remove: () => {
      endProcesses();
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Living processes that name this folder: as TMPDIR, which children inherit, or in an argument (sockets, sources). */
function processesOf(temporary: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return ["environ", "cmdline"].some((name) => readFileSync(`/proc/${pid}/${name}`, "utf8").includes(temporary));
      } catch {
        return false;
      }
    })
    .map(Number);
}

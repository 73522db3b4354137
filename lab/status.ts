import { execa } from "execa";
import { builtGuests } from "./guests/build.ts";
import { type LabPaths, labSource } from "./paths.ts";

export interface ProcessStatus {
  readonly name: string;
  readonly state: "up" | "down" | "guest";
  /** 0 when down. */
  readonly pid: number;
  readonly memoryMiB: number;
}

export interface LabStatus {
  readonly home: string;
  /** Whether there are services and all of them run. */
  readonly up: boolean;
  readonly services: readonly ProcessStatus[];
  /** Running guests, by libvirt's names. */
  readonly running: readonly ProcessStatus[];
  /** Guests whose disks are built. */
  readonly built: readonly string[];
}

/** Reads what status.sh prints. */
export const parseStatus = (text: string): ProcessStatus[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [name = "", state, pid, memory] = line.split("\t");
      if (state !== "up" && state !== "down" && state !== "guest") throw new Error(`status.sh said: ${line}`);
      return { name, state, pid: Number(pid), memoryMiB: Number(memory) };
    });

export const labStatus = async (paths: LabPaths): Promise<LabStatus> => {
  const { stdout } = await execa(labSource("status.sh"), [], { env: { WAVELIFT_LAB: paths.home } });
  const all = parseStatus(stdout);
  const services = all.filter(({ state }) => state !== "guest");
  return {
    home: paths.home,
    up: services.length > 0 && services.every(({ state }) => state === "up"),
    services,
    running: all.filter(({ state }) => state === "guest"),
    built: await builtGuests(paths),
  };
};

/** The status as text for people. */
export const statusText = (status: LabStatus): string => {
  const lines = [...status.services, ...status.running].map(
    ({ name, state, pid, memoryMiB }) =>
      `${name.padEnd(22)} ${state.padEnd(6)}${state === "down" ? "" : ` pid ${String(pid).padEnd(8)} ${String(memoryMiB).padStart(5)} MiB`}`,
  );
  const total = [...status.services, ...status.running].reduce((sum, { memoryMiB }) => sum + memoryMiB, 0);
  return [
    ...lines,
    `lab in ${status.home}: ${status.up ? "up" : "down"}, ${total} MiB; guests built: ${status.built.join(", ") || "none"}`,
  ].join("\n");
};

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect, type CloudClient } from "../cloud/client.ts";
import { readCloudEntry } from "../cloud/clouds-yaml.ts";
import type { WaveFile } from "../inventory/schema/wave.ts";
import { entriesOf } from "../planning/wave-entries.ts";
import { withReasons } from "../outcome/ask-cloud.ts";
import { readEventLog } from "../outcome/event-log.ts";
import { outcomeOf } from "../outcome/outcome.ts";
import { outcomeJson, outcomeLines } from "../outcome/show.ts";
import { exitCodes } from "./failure.ts";
import { runPulumi } from "./pulumi.ts";

export interface ReportedRun {
  readonly verb: "up" | "destroy";
  readonly stack: string;
  /** Null for the estate's own stack. */
  readonly file: WaveFile | null;
  /** The outcome as JSON on stdout; what Pulumi prints goes to stderr. */
  readonly json: boolean;
}

/**
 * Runs pulumi and tells at its end what became of each VM, from the engine's events. The event log is an option that
 * pulumi shows to its Automation API only (PULUMI_DEBUG_COMMANDS); it holds no more than the state does.
 */
export async function runReported(
  { verb, stack, file, json }: ReportedRun,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), "wavelift-events-"));
  const log = path.join(folder, "events.json");
  try {
    const { exitCode } = await runPulumi(
      [...args, "--event-log", log],
      { ...environment, PULUMI_DEBUG_COMMANDS: "true" },
      json ? "stderr" : "inherit",
    );
    const told = outcomeOf(verb, await readEventLog(log), file === null ? [] : entriesOf(file));
    const clients = connections(file);
    const outcome = await withReasons(told, clients.clientOf);
    await clients.close();
    const code = exitCode === 0 ? exitCodes.done : exitCodes.failed;
    if (json) process.stdout.write(`${JSON.stringify(outcomeJson(verb, stack, code, outcome), null, 2)}\n`);
    else
      process.stdout.write(
        outcomeLines(verb, stack, outcome)
          .map((line) => `${line}\n`)
          .join(""),
      );
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Connections to the clouds of a wave's VMs, one a cloud, opened where they are needed. */
function connections(file: WaveFile | null): {
  readonly clientOf: (vm: string) => Promise<CloudClient | null>;
  readonly close: () => Promise<void>;
} {
  const opened = new Map<string, Promise<CloudClient>>();
  return {
    clientOf: async (key) => {
      const target = (file === null ? [] : entriesOf(file)).find((vm) => vm.key === key)?.target;
      const cloud = target === undefined ? undefined : file?.targets[target]?.cloud;
      if (cloud === undefined) return null;
      const client = opened.get(cloud) ?? connect(readCloudEntry(cloud));
      opened.set(cloud, client);
      return client;
    },
    close: async () => {
      for (const client of opened.values()) await client.then((each) => each.close()).catch(() => undefined);
    },
  };
}

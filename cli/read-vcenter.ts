import { sourceFault, type Reader } from "../inventory/readers/reader.ts";
import { readServer } from "../inventory/readers/vsphere.ts";
import { shown } from "../inventory/shown.ts";
import { openVsphere } from "../inventory/vsphere/session.ts";
import { settingsOf } from "../inventory/vsphere/source-settings.ts";
import { VsphereError } from "../inventory/vsphere/vsphere-error.ts";
import { exitCodes, UserError } from "./failure.ts";
import { project } from "./project.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * A vCenter or ESXi host, live: by its name in sources.yaml, or by its address. It is logged out of whatever happens, also
 * when the command is interrupted. A server that does not answer is a fault: the other places are read nevertheless.
 * @throws {UserError} when it is interrupted
 * @throws {SourceSettingsError} when its settings are wrong
 */
export const readVcenter: Reader = async function* (place, { progress }) {
  const settings = settingsOf(place, process.env, project);
  const stopped = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    stopped.abort(new UserError(`Stopped by ${signal}; nothing was written.`, exitCodes.failed));
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    const session = await openVsphere(settings, { signal: stopped.signal });
    try {
      for await (const finding of readServer(session, progress)) {
        stopped.signal.throwIfAborted();
        yield finding;
      }
    } finally {
      await session.close();
    }
  } catch (error) {
    stopped.signal.throwIfAborted();
    if (!(error instanceof VsphereError)) throw error;
    yield {
      fault: sourceFault(
        error.server,
        null,
        "",
        `not read: ${shown(error.reason, 400)}`,
        "a vCenter or ESXi host that can be read to its end",
        error.advice ?? "try again, or give an RVTools export",
      ),
    };
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
  }
};

import { z } from "zod";
import { conversionHosts, type ConversionHost } from "../../conversion/runner/hosts.ts";
import { hostLabel, RunnerSettings } from "../../conversion/runner/runner-settings.ts";
import type { Settings } from "../../conversion/settings.ts";
import { UserError } from "../failure.ts";

/**
 * The runner that the argument HOST means: `local`, or `[USER@]NAME[:PORT]` (an IPv6 address in brackets where a port
 * follows). What it does not say is as in runners.yaml, where the runner there is `ssh`. Without it: as there.
 */
export function whichRunner(argument: string | undefined, configured: RunnerSettings): RunnerSettings {
  if (argument === undefined) return configured;
  if (argument === "local") return { kind: "local" };
  const parts = /^(?:(?<user>[^@]*)@)?(?:\[(?<v6>[^\]]*)\]|(?<name>[^:]*|[0-9A-Fa-f:]*))(?::(?<port>\d+))?$/.exec(
    argument,
  )?.groups;
  if (parts === undefined) throw wrong(argument, "it is not of that form");
  const { user, v6, name, port } = parts;
  const runner = RunnerSettings.safeParse({
    ...(configured.kind === "ssh" ? configured : { kind: "ssh" }),
    host: v6 ?? name,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  });
  if (!runner.success) throw wrong(argument, z.prettifyError(runner.error));
  return runner.data;
}

/**
 * The conversion hosts that the argument HOST means: all of runners.yaml without it; of a pool also one by its name, of Slurm's
 * the node of that name.
 */
export function whichHosts(argument: string | undefined, settings: Settings): ConversionHost[] {
  if (argument !== undefined && settings.runner.kind === "slurm" && argument !== "local" && !/[@:]/.test(argument)) {
    const runner = RunnerSettings.safeParse({ ...settings.runner, only: argument });
    if (!runner.success) throw wrong(argument, z.prettifyError(runner.error));
    return conversionHosts({ ...settings, runner: runner.data });
  }
  const known = conversionHosts(settings);
  if (argument === undefined) return known;
  const named = known.filter(({ name, settings: { runner } }) => [name, hostLabel(runner)].includes(argument));
  if (settings.runner.kind === "pool" && named.length > 0) return named;
  return conversionHosts({ ...settings, runner: whichRunner(argument, settings.runner) });
}

const wrong = (argument: string, why: string): UserError =>
  new UserError(`${JSON.stringify(argument)} names no conversion host: expected local or [user@]host[:port]. ${why}`);

import { answersCheck, sshCheck, tcpCheck } from "../checks/tcp.ts";
import type { ReadyCheck } from "../checks/check.ts";
import { consoleCheck, consoleTail } from "../checks/console.ts";
import { httpCheck } from "../checks/http.ts";
import { pingCheck } from "../checks/ping.ts";
import { duration } from "../copy/progress.ts";
import { badInput, failed, messageOf } from "../failure.ts";
import type { WorkOf } from "../input.ts";
import type { ReadyJob } from "../job.ts";
import type { Outcome, World } from "./world.ts";

type Job = ReadyJob;
const PAUSE_MS = 3000;
const LINE_EVERY_MS = 30_000;
const TAIL_LINES = 15;
/** The default asks the console only when the address is silent, every so many rounds: Nova reads a file for it. */
const LOGIN = "login:\\s*$";

/** Checks of which one is enough. */
type Group = readonly ReadyCheck[];

/**
 * Verb `ready`: the server answers. All checks of the plan must succeed, in whatever order; without any, one answer of
 * the first address is enough, or a login on the console. A server in ERROR fails at once with Nova's reason.
 */
export async function readyServer(world: World, { job, serverId }: WorkOf<"ready">): Promise<Outcome> {
  const { clock, log, nova } = world;
  const start = clock.now();
  const open = new Map(groupsOf(world, job, serverId).map((group) => [group, "not tried yet"]));
  const passed: Record<string, string> = {};
  let status = "unknown";
  let lastLine = start;
  for (;;) {
    status = await serverStatus(world, job, serverId, status);
    for (const group of [...open.keys()]) {
      const { name, ok, seen } = await attempt(group);
      if (!ok) open.set(group, seen);
      else {
        open.delete(group);
        passed[name] = seen;
        log(`${job.vm}: ${name}: ${seen}`);
      }
    }
    if (open.size === 0) break;
    const elapsed = clock.now() - start;
    const waiting = [...open].map(([group, seen]) => `${nameOf(group)} (${seen})`).join("; ");
    if (elapsed > job.timeoutSeconds * 1000) {
      const tail = consoleTail(await nova.consoleOutput(serverId, 100).catch(messageOf), TAIL_LINES);
      throw failed(
        `${job.vm}: not ready after ${job.timeoutSeconds} s (server ${serverId} is ${status}): ${waiting}. ` +
          `The last lines of its console:\n${tail.map((line) => `  | ${line}`).join("\n")}\n` +
          "See what it waits for; security groups and the conversion host's way to the address matter as well. The next run asks again.",
      );
    }
    if (clock.now() - lastLine >= LINE_EVERY_MS) {
      lastLine = clock.now();
      log(
        `${job.vm}: waiting for ${waiting}, server ${status}, ${duration(elapsed / 1000)} of ${duration(job.timeoutSeconds)}`,
      );
    }
    await clock.sleep(PAUSE_MS);
  }
  return { kind: "report", report: { version: 1, verb: "ready", vm: job.vm, result: "ready", details: passed } };
}

/** Status of the server; what it was when Nova cannot be asked for a moment. @throws when it is gone or in ERROR */
async function serverStatus(world: World, job: Job, serverId: string, before: string): Promise<string> {
  const server = await world.nova.getServer(serverId).catch((error: unknown) => {
    world.log(`${job.vm}: ${messageOf(error)}`);
    return undefined;
  });
  if (server === undefined) return before;
  if (server === null) throw failed(`${job.vm}: there is no server ${serverId} in this project.`);
  if (server.status === "ERROR")
    throw failed(`${job.vm}: the server ${serverId} is in ERROR: ${server.fault ?? "Nova gives no reason"}.`);
  return server.status;
}

async function attempt(group: Group): Promise<{ name: string; ok: boolean; seen: string }> {
  const seen: string[] = [];
  for (const check of group) {
    const result = await check.attempt().catch((error: unknown) => ({ ok: false, seen: messageOf(error) }));
    if (result.ok) return { name: check.name, ...result };
    seen.push(result.seen);
  }
  return { name: nameOf(group), ok: false, seen: seen.join(", ") };
}

const nameOf = (group: Group): string => group.map(({ name }) => name).join(" or ");

function groupsOf(world: World, job: Job, serverId: string): Group[] {
  const readConsole = (lines: number): Promise<string> => world.nova.consoleOutput(serverId, lines);
  const [first] = job.addresses;
  if (job.checks.length === 0) {
    const login = consoleCheck(readConsole, LOGIN);
    return [first === undefined ? [login] : [pingCheck(world.commands, first), answersCheck(first, 22), login]];
  }
  return job.checks.map((check) => {
    const address = (given: string | undefined): string => {
      const used = given ?? first;
      if (used === undefined)
        throw badInput(`${job.vm}: the check ${check.kind} needs an address, and the server has none.`);
      return used;
    };
    switch (check.kind) {
      case "tcp":
        return [tcpCheck(address(check.address), check.port)];
      case "ssh":
        return [sshCheck(address(check.address), check.port)];
      case "ping":
        return [pingCheck(world.commands, address(check.address))];
      case "http":
        return [httpCheck(withAddress(check.url, address), check.status, check.caFile)];
      case "console":
        return [consoleCheck(readConsole, check.pattern)];
    }
  });
}

/** Puts the first address in the place of `{address}`; an IPv6 one in brackets. */
function withAddress(url: string, address: (given: undefined) => string): string {
  if (!url.includes("{address}")) return url;
  const used = address(undefined);
  return url.replaceAll("{address}", used.includes(":") ? `[${used}]` : used);
}

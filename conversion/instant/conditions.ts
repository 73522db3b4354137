import { z } from "zod";
import { reasonOf, run } from "../commands.ts";
import type { Commands } from "../effects.ts";
import { badInput, refused } from "../failure.ts";
import type { GatewaySettings } from "../gateway/gateway-settings.ts";
import type { PoolAccess } from "../rbd/rbd.ts";
import type { World } from "../verbs/world.ts";

/** Pacific: the first release whose librbd can read an image from elsewhere. */
const FIRST_RELEASE = 16;
const TIMEOUT_MS = 60_000;
const Versions = z.object({ mon: z.record(z.string(), z.int()), osd: z.record(z.string(), z.int()) });

/** The gateway's settings. @throws when runners.yaml has none */
export function gatewayOf(world: Pick<World, "settings">, disk: string): GatewaySettings {
  const { gateway } = world.settings;
  if (gateway === undefined)
    throw badInput(
      `${disk}: an instant import needs \`gateway\` in runners.yaml: the address of the conversion host that all compute ` +
        "hosts reach. Or say instant: false in the plan.",
    );
  return gateway;
}

/**
 * Sees that everybody who will open the image can read from the gateway, as far as it can be asked.
 * @throws one refusal with everything that stands against it; nothing was done
 */
export async function checkConditions(
  world: World,
  disk: string,
  access: PoolAccess,
  gateway: GatewaySettings,
): Promise<void> {
  const faults = [...(await releaseFaults(world.commands, access)), ...(await reachFaults(world, gateway))];
  if (faults.length > 0)
    throw refused(
      `${disk}: an instant import is not possible here: ${faults.join("; ")}. Nothing was changed. ` +
        "Mend that, or say instant: false in the plan: then the disk is copied before the server boots.",
    );
}

/** Releases of Ceph that are too old, as its monitors, its OSDs and this host's `rbd` tell. */
async function releaseFaults(commands: Commands, { user, conf }: PoolAccess): Promise<string[]> {
  const asked = await run(commands, "ceph", ["--conf", conf, "--id", user, "versions", "--format", "json"], {
    timeoutMs: TIMEOUT_MS,
  });
  const own = await run(commands, "rbd", ["--version"], { timeoutMs: TIMEOUT_MS });
  const versions = asked.code === 0 ? Versions.safeParse(parsed(asked.stdout)).data : undefined;
  const faults = tooOld("librbd of this host", own.stdout);
  if (versions === undefined) return [...faults, `ceph versions tells nothing: ${reasonOf(asked)}`];
  return [
    ...faults,
    ...Object.keys(versions.mon).flatMap((text) => tooOld("a monitor", text)),
    ...Object.keys(versions.osd).flatMap((text) => tooOld("an OSD", text)),
  ];
}

/** @param text such as "ceph version 16.2.15 (...) pacific (stable)" */
function tooOld(what: string, text: string): string[] {
  const [, version, major] = /version ((\d+)\.[\d.]+)/.exec(text) ?? [];
  if (major !== undefined && Number(major) >= FIRST_RELEASE) return [];
  const found = version ?? JSON.stringify(text.trim().slice(0, 80));
  return [`${what} is of release ${found}, Pacific (${FIRST_RELEASE}) or later is needed`];
}

/** Compute hosts that do not answer the gateway's address. Whether their librbd is new enough, no host tells of another. */
async function reachFaults(world: World, { address, computeHosts }: GatewaySettings): Promise<string[]> {
  if (computeHosts === "unchecked") return [];
  const hosts = computeHosts?.map((one) => ({ name: one, address: one })) ?? (await world.nova.computeHosts());
  const how = "Name them as `computeHosts` of `gateway` in runners.yaml (or say `unchecked` when you have seen to it)";
  if (hosts === null) return [`Nova does not tell this user which compute hosts there are. ${how}`];
  if (hosts.length === 0) return [`Nova names no compute host that is up. ${how}`];
  const heard = await Promise.all(hosts.map((host) => answers(world.commands, address, host.address)));
  const silent = hosts.filter((_, index) => heard[index] === false).map(({ name }) => name);
  if (silent.length === 0) return [];
  return [`${silent.join(", ")} did not answer a ping from the gateway's address ${address}. ${how}`];
}

/** Whether a host answers a ping that comes from this address. */
async function answers(commands: Commands, from: string, to: string): Promise<boolean> {
  const args = ["-n", "-q", "-c", "3", "-i", "0.3", "-W", "2", "-I", from, "--", to];
  return (await run(commands, "ping", args, { timeoutMs: 15_000 })).code === 0;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { access, constants, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join, relative } from "node:path";
import type { Installed } from "./decide.ts";
import { fits, type Part, pluginFolder } from "./parts.ts";
import type { Run } from "./run.ts";
import { formatVersion, parseVersion } from "./version.ts";

/** Environment variables, as in process.env. */
export type Env = Readonly<Record<string, string | undefined>>;

/** True for a file that may be run. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** True where `path` is `folder` or below it. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!way.startsWith("..") && !isAbsolute(way));
}

/** First executable of a name on PATH, leaving out folders below `except`: what we made is not "installed". */
export async function findOnPath(name: string, env: Env, except: string): Promise<string | null> {
  for (const folder of (env["PATH"] ?? "").split(delimiter)) {
    if (folder === "" || isWithin(except, folder)) continue;
    if (await isExecutable(join(folder, name))) return join(folder, name);
  }
  return null;
}

/** The user's own PULUMI_HOME: plugins, login. Never the one in our cache, which `toolchain --env` may have set. */
export function userPulumiHome(env: Env, root: string): string {
  const named = env["PULUMI_HOME"];
  return named !== undefined && named !== "" && !isWithin(root, named) ? named : join(homedir(), ".pulumi");
}

/** Looks for a Pulumi CLI on PATH with a language host beside it or on PATH, and asks it for its version. */
export async function probeCli(part: Part, env: Env, root: string, run: Run): Promise<Installed> {
  const path = await findOnPath("pulumi", env, root);
  if (path === null) return { state: "unfit", reason: "pulumi is not on PATH" };
  const answer = await run(path, ["version"], { env: { PULUMI_SKIP_UPDATE_CHECK: "true" }, timeoutMs: 20_000 });
  const version = parseVersion(answer.stdout);
  if (answer.exitCode !== 0 || version === null) {
    return { state: "unfit", reason: `${path} does not tell its version (exit status ${answer.exitCode})` };
  }
  const text = formatVersion(version);
  if (!fits(part, text)) return { state: "unfit", reason: `${path} is ${text}, ${part.needed} is needed` };
  const host = "pulumi-language-nodejs";
  if (!(await isExecutable(join(dirname(path), host))) && (await findOnPath(host, env, root)) === null) {
    return { state: "unfit", reason: `${path} has no ${host} beside it` };
  }
  return { state: "fits", path, version: text };
}

/** Looks for a plugin where `pulumi plugin install` puts it. */
export async function probePlugin(part: Part, pulumiHome: string): Promise<Installed> {
  const folder = join(pulumiHome, "plugins", pluginFolder(part));
  const path = join(folder, part.executables[0] ?? "");
  // A .partial file beside it is Pulumi's mark of an installation that did not end.
  const whole = (await isExecutable(path)) && !(await stat(`${folder}.partial`).then(Boolean, () => false));
  if (!whole) return { state: "unfit", reason: `${pluginFolder(part)} is not in ${join(pulumiHome, "plugins")}` };
  return { state: "fits", path, version: part.version };
}

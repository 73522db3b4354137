import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { distance } from "fastest-levenshtein";
import { parseDocument } from "yaml";
import { z } from "zod";
import type { CloudEntry } from "./entry.ts";
import { parseEntry } from "./parse-entry.ts";

/** clouds.yaml is missing, unreadable, does not know the cloud, or its entry has faults: the message is for the user. */
export class CloudConfigError extends Error {
  override readonly name = "CloudConfigError";
}

/** The environment variables that are looked at: OS_CLIENT_CONFIG_FILE, OS_CLIENT_SECURE_FILE and HOME. */
type Environment = Readonly<Record<string, string | undefined>>;

const Clouds = z.record(z.string(), z.unknown());
const CloudsFile = z.looseObject({ clouds: Clouds.nullish() });

/**
 * Files that are tried for clouds.yaml or secure.yaml; the first that exists counts. The order is that of the provider
 * (gophercloud/utils, clientconfig), which reads the same files by itself and must find the same credentials.
 */
export function searchPath(base: "clouds" | "secure", env: Environment, cwd: string): string[] {
  const named = base === "clouds" ? env["OS_CLIENT_CONFIG_FILE"] : env["OS_CLIENT_SECURE_FILE"];
  const folders = [cwd, join(env["HOME"] ?? homedir(), ".config", "openstack"), "/etc/openstack"];
  const found = ["yaml", "yml"].flatMap((end) => folders.map((folder) => join(folder, `${base}.${end}`)));
  return named === undefined || named === "" ? found : [resolve(cwd, named), ...found];
}

/**
 * The entry of a cloud in clouds.yaml, with secure.yaml merged in and the certificates of `cacert` read.
 *
 * @throws {CloudConfigError} with every fault of the entry; never with a value of it.
 */
export function readCloudEntry(name: string, env: Environment = process.env, cwd: string = process.cwd()): CloudEntry {
  const tried = searchPath("clouds", env, cwd);
  const file = tried.find((path) => existsSync(path));
  if (file === undefined) {
    throw new CloudConfigError(
      `no clouds.yaml for the cloud "${name}"; looked at ${tried.join(", ")}. Write one, or name it in OS_CLIENT_CONFIG_FILE.`,
    );
  }
  const clouds = readClouds(file);
  if (!Object.hasOwn(clouds, name)) throw new CloudConfigError(unknownCloud(name, file, Object.keys(clouds)));

  const secureFile = secureFileOf(name, file, env, cwd);
  const secure = secureFile === undefined ? undefined : readClouds(secureFile)[name];

  const parsed = parseEntry(name, merge(clouds[name], secure));
  if ("faults" in parsed) {
    const lines = parsed.faults.map(
      ({ path, problem }) => `  clouds.${name}${path === "" ? "" : `.${path}`}: ${problem}`,
    );
    throw new CloudConfigError(
      [
        `${file}${secureFile === undefined ? "" : ` with ${secureFile}`}: the entry of the cloud "${name}" is not usable:`,
        ...lines,
      ].join("\n"),
    );
  }
  return { ...parsed.entry, caPem: parsed.cacert === null ? null : readCa(parsed.cacert, name, file, env, cwd) };
}

/**
 * The secure.yaml that the provider finds. One in another place (named by OS_CLIENT_SECURE_FILE, or beside the clouds.yaml
 * that was named) is a fault, where it knows the cloud: half of the work would be done without its password.
 */
function secureFileOf(name: string, cloudsFile: string, env: Environment, cwd: string): string | undefined {
  const { OS_CLIENT_SECURE_FILE: named, ...rest } = env;
  const seen = searchPath("secure", rest, cwd);
  const found = seen.find((path) => existsSync(path));
  const beside = ["yaml", "yml"].map((end) => join(dirname(cloudsFile), `secure.${end}`));
  const unseen = [...(named === undefined || named === "" ? [] : [resolve(cwd, named)]), ...beside].find(
    (path) => path !== found && existsSync(path) && Object.hasOwn(readClouds(path), name),
  );
  if (unseen === undefined) return found;
  throw new CloudConfigError(
    `${unseen}: pulumi-openstack does not read secure.yaml here. Move it to one of ${seen.join(", ")}, or write its values into ${cloudsFile}.`,
  );
}

function readClouds(file: string): Record<string, unknown> {
  const content = readText(file);
  // Errors of the parser quote the text around them, which may be a password: only code and line are passed on.
  const document = parseDocument(content, { version: "1.1", prettyErrors: true, logLevel: "silent" });
  const [error] = document.errors;
  if (error !== undefined) {
    throw new CloudConfigError(
      `${file}, line ${error.linePos?.[0].line ?? "unknown"}: not valid YAML (${error.code}).`,
    );
  }
  let value: unknown;
  try {
    value = document.toJS();
  } catch {
    throw new CloudConfigError(
      `${file}: not valid YAML: an alias (*name) without its anchor; quote text that starts with *.`,
    );
  }
  const parsed = CloudsFile.safeParse(value);
  if (!parsed.success) throw new CloudConfigError(`${file}: expected a map "clouds:" from names to entries.`);
  return parsed.data.clouds ?? {};
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
    throw new CloudConfigError(`${file} cannot be read (${reason}).`);
  }
}

function readCa(cacert: string, name: string, file: string, env: Environment, cwd: string): string {
  const path = resolve(cwd, cacert.replace(/^~(?=\/)/, env["HOME"] ?? homedir()));
  const pem = readText(path);
  if (pem.includes("-----BEGIN CERTIFICATE-----")) return pem;
  throw new CloudConfigError(`${file}: clouds.${name}.cacert: ${path} holds no certificate in PEM form.`);
}

/** Lays secure.yaml over clouds.yaml, map by map. */
function merge(base: unknown, over: unknown): unknown {
  const [left, right] = [Clouds.safeParse(base), Clouds.safeParse(over)];
  if (!right.success) return over ?? base;
  if (!left.success) return over;
  const merged = { ...left.data };
  for (const [key, value] of Object.entries(right.data)) merged[key] = merge(merged[key], value);
  return merged;
}

function unknownCloud(name: string, file: string, known: readonly string[]): string {
  const close = known.find(
    (other) => distance(other.toLowerCase(), name.toLowerCase()) <= Math.max(1, name.length / 4),
  );
  const names = known.length === 0 ? "it has no clouds" : `it knows ${known.join(", ")}`;
  return `${file} has no cloud "${name}"; ${names}.${close === undefined ? "" : ` Did you mean "${close}"?`}`;
}

import { readFileSync } from "node:fs";
import path from "node:path";
import { distance } from "fastest-levenshtein";
import { shown } from "../shown.ts";
import { serverOf, type VsphereSettings } from "./settings.ts";
import { readSourcesFile, SourceSettingsError, SourceEntry, sourcesPath, type LibvirtEntry } from "./sources-file.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The settings of a source: of that name in sources.yaml, or of an address, whose user and password then stand in the
 * environment: WAVELIFT_VSPHERE_USERNAME, WAVELIFT_VSPHERE_PASSWORD or _PASSWORD_FILE, and _CA_FILE or _THUMBPRINT.
 * @throws {SourceSettingsError} with what to do; never with a password.
 */
export function settingsOf(place: string, env: Environment, folder: string): VsphereSettings {
  if (place.includes("://")) return settingsOfUrl(place, env, folder);
  const found = readSourcesFile(env, folder);
  const names = Object.keys(found?.content.sources ?? {});
  const entry = names.includes(place) ? found?.content.sources[place] : undefined;
  if (entry?.kind === "libvirt")
    throw new SourceSettingsError(
      `"${shown(place)}" in ${sourcesPath(env, folder)} is a host with libvirt: its inventory is read from XML, wavelift inventory libvirt FOLDER.`,
    );
  if (found !== null && entry !== undefined)
    return resolved(entry, env, path.dirname(found.file), `${shown(found.file, 200)}: sources.${place}`);
  const close = names.find(
    (name) => distance(name.toLowerCase(), place.toLowerCase()) <= Math.max(1, place.length / 4),
  );
  const known = names.length === 0 ? "it names no source" : `it names ${names.join(", ")}`;
  throw new SourceSettingsError(
    `There is no source "${shown(place)}" in ${sourcesPath(env, folder)}: ${found === null ? "there is no such file" : known}.` +
      `${close === undefined ? "" : ` Did you mean "${close}"?`} Write it there (see sources.example.yaml), or give an address: https://HOST.`,
  );
}

/**
 * Settings of the source that the estate names so (`source.server`), for reading it again at preview; null when sources.yaml
 * does not exist, has none, or says `live: false` there.
 */
export function settingsForServer(server: string, env: Environment, folder: string): VsphereSettings | null {
  return settingsWhere(server, env, folder, ({ live }) => live);
}

/**
 * Settings of the source that the estate names so, for reading its disks: `live` says nothing of that. Null when
 * sources.yaml does not exist or has none.
 */
export function settingsForReading(server: string, env: Environment, folder: string): VsphereSettings | null {
  return settingsWhere(server, env, folder, () => true);
}

/** The host with libvirt that the estate names so; null when sources.yaml does not exist or has none. */
export function libvirtHost(server: string, env: Environment, folder: string): LibvirtEntry | null {
  const entry = Object.entries(readSourcesFile(env, folder)?.content.sources ?? {}).find(([name]) => name === server);
  return entry?.[1].kind === "libvirt" ? entry[1] : null;
}

function settingsWhere(
  server: string,
  env: Environment,
  folder: string,
  wanted: (entry: SourceEntry) => boolean,
): VsphereSettings | null {
  const found = readSourcesFile(env, folder);
  const entries = Object.entries(found?.content.sources ?? {}).flatMap(([name, entry]) =>
    entry.kind === "vsphere" ? [[name, entry] as const] : [],
  );
  const match = entries.find(([, { url }]) => serverOf(new URL(url)) === server);
  if (found === null || match === undefined || !wanted(match[1])) return null;
  return resolved(match[1], env, path.dirname(found.file), `${shown(found.file, 200)}: sources.${match[0]}`);
}

function settingsOfUrl(url: string, env: Environment, folder: string): VsphereSettings {
  const given = (name: string): string | undefined => (env[name] === "" ? undefined : env[name]);
  const from = {
    username: "WAVELIFT_VSPHERE_USERNAME",
    passwordFile: "WAVELIFT_VSPHERE_PASSWORD_FILE",
    caFile: "WAVELIFT_VSPHERE_CA_FILE",
    thumbprint: "WAVELIFT_VSPHERE_THUMBPRINT",
  };
  const named = Object.entries(from).flatMap(([field, name]) => {
    const value = given(name);
    return value === undefined ? [] : [[field, value] as const];
  });
  const password =
    given("WAVELIFT_VSPHERE_PASSWORD") === undefined ? {} : { passwordEnvironment: "WAVELIFT_VSPHERE_PASSWORD" };
  const parsed = SourceEntry.safeParse({ url, ...Object.fromEntries(named), ...password });
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path: at, message }) => {
      const field = String(at[0] ?? "");
      const name = Object.entries(from).find(([known]) => known === field)?.[1];
      const found = name !== undefined && given(name) === undefined ? "not set" : message;
      return `  ${name ?? (field || "WAVELIFT_VSPHERE_PASSWORD, WAVELIFT_VSPHERE_PASSWORD_FILE")}: ${found}`;
    });
    throw new SourceSettingsError(`The address and the environment do not make a source:\n${faults.join("\n")}`);
  }
  return resolved(parsed.data, env, folder, "the environment");
}

function resolved(entry: SourceEntry, env: Environment, folder: string, where: string): VsphereSettings {
  const {
    url,
    username,
    passwordFile,
    passwordEnvironment,
    caFile,
    thumbprint,
    hostAddresses = {},
    ssh,
    plugin,
  } = entry;
  const fault = (field: string, reason: string): never => {
    throw new SourceSettingsError(`${where}: ${field}: ${reason}`);
  };
  const read = (field: string, file: string): string => {
    try {
      return readFileSync(path.resolve(folder, file), "utf8");
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
      return fault(field, `${shown(path.resolve(folder, file), 200)} cannot be read (${code})`);
    }
  };
  const password =
    passwordFile === undefined
      ? (env[passwordEnvironment ?? ""] ?? "")
      : read("passwordFile", passwordFile).replace(/\r?\n$/, "");
  if (password === "" || /[\r\n]/.test(password))
    fault(
      passwordFile === undefined ? (passwordEnvironment ?? "password") : "passwordFile",
      "expected the password, one line",
    );
  const caPem = caFile === undefined ? null : read("caFile", caFile);
  if (caPem?.includes("-----BEGIN CERTIFICATE-----") === false) fault("caFile", "it holds no certificate in PEM form");
  return {
    url: new URL(url),
    username,
    password: () => password,
    caPem,
    thumbprint: thumbprint ?? null,
    hostAddresses,
    ssh,
    plugin,
  };
}

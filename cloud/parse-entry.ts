import { z } from "zod";
import { parseAuth } from "./parse-auth.ts";
import type { CloudEntry } from "./entry.ts";
import { EndpointInterface, type ServiceType } from "./service.ts";

/** A fault of an entry of clouds.yaml: where it is and what to do. It never holds a value that may be secret. */
export interface EntryFault {
  /** For example auth.password. */
  readonly path: string;
  readonly problem: string;
}

/** Prefixes of `*_endpoint_override`, as openstacksdk and gophercloud spell them. */
const overrideNames: readonly (readonly [string, ServiceType])[] = [
  ["compute", "compute"],
  ["block_storage", "block-storage"],
  ["volumev3", "block-storage"],
  ["volume", "block-storage"],
  ["network", "network"],
  ["image", "image"],
  ["identity", "identity"],
];

const text = z.string("expected text; a number or a yes/no must stand in quotes").min(1, "is empty");
const Region = z.union([text, z.looseObject({ name: text })]);
const flag = z.union([z.boolean(), z.string()]);

/** The part of an entry that this program reads; other tools' settings beside it are left alone. */
const RawEntry = z.looseObject({
  auth: z.record(z.string(), z.unknown()).default({}),
  auth_type: text.default("password"),
  region_name: text.nullish(),
  regions: z.array(Region).nullish(),
  interface: text.nullish(),
  endpoint_type: text.nullish(),
  identity_api_version: z.union([z.string(), z.number()]).nullish(),
  verify: flag.nullish(),
  insecure: flag.nullish(),
  cacert: text.nullish(),
  profile: z.unknown().optional(),
  cloud: z.unknown().optional(),
  cert: z.unknown().optional(),
  key: z.unknown().optional(),
});

const isFalse = (value: boolean | string | null | undefined): boolean =>
  value === false || (typeof value === "string" && /^(false|no|off|0)$/i.test(value));
const isTrue = (value: boolean | string | null | undefined): boolean =>
  value === true || (typeof value === "string" && /^(true|yes|on|1)$/i.test(value));

/** An address that may be shown: one with a user and a password in it stands in messages, and in those of the provider. */
const Address = z.url({ protocol: /^https?$/ }).refine((text) => {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === "" && password === "";
});
const NO_LOGIN = "without user and password in it";

/** Keystone's v3 address of an auth_url as people write it: with or without version, with or without a final slash. */
export function identityV3(authUrl: string): string {
  return `${authUrl.replace(/\/+$/, "").replace(/\/v[23](\.0)?$/, "")}/v3`;
}

/**
 * Reads one entry (clouds.yaml with secure.yaml already merged in). Pure: `cacert` is given back as a path.
 * Returns the entry, or every fault of it.
 */
export function parseEntry(
  name: string,
  raw: unknown,
): { entry: Omit<CloudEntry, "caPem">; cacert: string | null } | { faults: EntryFault[] } {
  const parsed = RawEntry.safeParse(raw);
  if (!parsed.success) {
    return { faults: parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), problem: message })) };
  }
  const cloud = parsed.data;
  const faults: EntryFault[] = [];
  const fault = (path: string, problem: string): void => {
    if (!faults.some((known) => known.path === path)) faults.push({ path, problem });
  };

  if (cloud.profile !== undefined || cloud.cloud !== undefined) {
    fault("profile", "vendor profiles are not read: write auth_url, region_name and the rest into this entry");
  }
  if (isFalse(cloud.verify) || isTrue(cloud.insecure)) {
    fault(
      isFalse(cloud.verify) ? "verify" : "insecure",
      "certificates are always verified: remove this line and give the CA that signed the cloud's certificates, `cacert: /path/to/ca.pem`",
    );
  }
  if (cloud.cert !== undefined || cloud.key !== undefined) {
    fault("cert", "client certificates are not supported: use a password or an application credential");
  }
  if (cloud.identity_api_version != null && !String(cloud.identity_api_version).startsWith("3")) {
    fault("identity_api_version", "only Keystone v3 is supported: 3");
  }

  const auth = parseAuth(cloud.auth_type, cloud.auth, fault);
  const authUrl = Address.safeParse(cloud.auth["auth_url"]);
  if (!authUrl.success)
    fault("auth.auth_url", `expected Keystone's address, ${NO_LOGIN}, for example https://cloud.example:5000/v3`);

  const wanted = (cloud.interface ?? cloud.endpoint_type ?? "public").replace(/URL$/, "");
  const endpointInterface = EndpointInterface.safeParse(wanted);
  if (!endpointInterface.success) fault("interface", `expected ${EndpointInterface.options.join(", ")}`);

  const endpoints: CloudEntry["endpoints"] = {};
  for (const [prefix, service] of overrideNames) {
    const value = cloud[`${prefix}_endpoint_override`];
    if (value == null || endpoints[service] !== undefined) continue;
    const url = Address.safeParse(value);
    if (url.success) endpoints[service] = url.data;
    else
      fault(
        `${prefix}_endpoint_override`,
        `expected an address, ${NO_LOGIN}, for example https://cloud.example:8776/v3`,
      );
  }

  if (faults.length > 0 || auth === null || !authUrl.success || !endpointInterface.success) return { faults };
  const first = cloud.regions?.[0];
  const region = cloud.region_name ?? (typeof first === "object" ? first.name : (first ?? null));
  return {
    entry: { name, authUrl: identityV3(authUrl.data), auth, region, interface: endpointInterface.data, endpoints },
    cacert: cloud.cacert ?? null,
  };
}

import type { CloudAuth, DomainRef, NamedRef } from "./entry.ts";

type ReportFault = (path: string, problem: string) => void;
type Settings = Readonly<Record<string, unknown>>;

const kinds: Readonly<Record<string, CloudAuth["kind"]>> = {
  password: "password",
  v3password: "password",
  v3applicationcredential: "applicationCredential",
  token: "token",
  v3token: "token",
};

/**
 * Reads the `auth` part of an entry for its `auth_type`. Faults are reported by path; null when there are any.
 * No default domain is assumed: pulumi-openstack assumes none either, and both must reach the same project.
 */
export function parseAuth(authType: string, auth: Settings, report: ReportFault): CloudAuth | null {
  let faults = 0;
  const fault: ReportFault = (path, problem) => {
    faults += 1;
    report(path, problem);
  };
  const kind = kinds[authType];
  if (kind === undefined) {
    fault("auth_type", "expected password, v3applicationcredential or v3token");
    return null;
  }
  const read = reader(auth, fault);

  const result = ((): CloudAuth => {
    switch (kind) {
      case "password":
        return { kind, user: read.named("user"), password: read.required("password"), project: read.named("project") };
      case "applicationCredential": {
        const id = read.optional("application_credential_id");
        const credential =
          id === null ? { name: read.required("application_credential_name"), user: read.named("user") } : { id };
        return { kind, credential, secret: read.required("application_credential_secret") };
      }
      case "token":
        return {
          kind,
          token: read.required("token"),
          project: read.hasNamed("project") ? read.named("project") : null,
        };
    }
  })();
  return faults === 0 ? result : null;
}

/** Names of a setting, the usual one first (tenant_* are those of Keystone v2). */
const aliases: Readonly<Record<string, readonly string[]>> = {
  user_name: ["username", "user_name"],
  project_name: ["project_name", "tenant_name"],
  project_id: ["project_id", "tenant_id"],
};

function reader(auth: Settings, fault: ReportFault) {
  const optional = (name: string): string | null => {
    for (const key of aliases[name] ?? [name]) {
      const value = auth[key];
      if (value === undefined || value === null || value === "") continue;
      if (typeof value === "string") return value;
      fault(`auth.${key}`, "expected text; a number or a yes/no must stand in quotes");
      return "";
    }
    return null;
  };
  const required = (name: string): string => {
    const value = optional(name);
    if (value === null) fault(`auth.${aliases[name]?.[0] ?? name}`, "is missing");
    return value ?? "";
  };
  const domain = (what: "user" | "project"): DomainRef => {
    // domain_id and domain_name, without a prefix, stand for both (as openstacksdk has it).
    for (const prefix of [`${what}_`, ""]) {
      const id = optional(`${prefix}domain_id`);
      if (id !== null) return { id };
      const name = optional(`${prefix}domain_name`);
      if (name !== null) return { name };
    }
    fault(`auth.${what}_domain_name`, `is missing: the domain of the ${what}, often "Default"`);
    return { name: "" };
  };
  const named = (what: "user" | "project"): NamedRef => {
    const id = optional(`${what}_id`);
    return id === null ? { name: required(`${what}_name`), domain: domain(what) } : { id };
  };
  const hasNamed = (what: "project"): boolean => optional(`${what}_id`) !== null || optional(`${what}_name`) !== null;
  return { optional, required, named, hasNamed };
}

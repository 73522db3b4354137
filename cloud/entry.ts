import { z } from "zod";
import { EndpointInterface, ServiceType } from "./service.ts";

/** A user, project or domain: by id, or by name (users and projects: inside a domain). */
const DomainRef = z.union([z.strictObject({ id: z.string() }), z.strictObject({ name: z.string() })]);
const NamedRef = z.union([z.strictObject({ id: z.string() }), z.strictObject({ name: z.string(), domain: DomainRef })]);
export type DomainRef = z.infer<typeof DomainRef>;
export type NamedRef = z.infer<typeof NamedRef>;

/** How a token is had from Keystone v3. */
export const CloudAuth = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("password"), user: NamedRef, password: z.string(), project: NamedRef }),
  /** An application credential: its project is its own. By id, or by name and user. */
  z.strictObject({
    kind: z.literal("applicationCredential"),
    credential: z.union([z.strictObject({ id: z.string() }), z.strictObject({ name: z.string(), user: NamedRef })]),
    secret: z.string(),
  }),
  /** A token that somebody else got: it cannot be renewed. `project` null: the token's own. */
  z.strictObject({ kind: z.literal("token"), token: z.string(), project: NamedRef.nullable() }),
]);
export type CloudAuth = z.infer<typeof CloudAuth>;

/**
 * One cloud, region and project: an entry of clouds.yaml, resolved. Plain JSON data that stands alone (certificates are
 * in it, not their paths), so that it can be sent to a program on another host. It holds a secret: never log it.
 */
export const CloudEntry = z.strictObject({
  /** Name in clouds.yaml. */
  name: z.string(),
  /** Keystone's address, ending in /v3. */
  authUrl: z.string(),
  auth: CloudAuth,
  /** null: the only region of the catalog. */
  region: z.string().nullable(),
  interface: EndpointInterface,
  /** Certificates (PEM) that the services must chain to; null: those the system trusts. */
  caPem: z.string().nullable(),
  /** Addresses that win over the catalog's. */
  endpoints: z.partialRecord(ServiceType, z.string()),
});
export type CloudEntry = z.infer<typeof CloudEntry>;

/** The secrets of an entry: what must never be seen in an error or a log. */
export function secretsOf(entry: CloudEntry): string[] {
  switch (entry.auth.kind) {
    case "password":
      return [entry.auth.password];
    case "applicationCredential":
      return [entry.auth.secret];
    case "token":
      return [entry.auth.token];
  }
}

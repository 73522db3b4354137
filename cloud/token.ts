import { z } from "zod";
import { Catalog } from "./endpoint.ts";
import type { CloudAuth } from "./entry.ts";

/** A token of Keystone v3 and what came with it. */
export interface Token {
  readonly id: string;
  readonly projectId: string;
  readonly roles: readonly string[];
  readonly catalog: Catalog;
  /** Milliseconds from its issue until it ends. */
  readonly lifetimeMs: number;
}

const TokenBody = z.object({
  token: z.object({
    issued_at: z.string(),
    expires_at: z.string(),
    project: z.object({ id: z.string() }).optional(),
    roles: z.array(z.object({ name: z.string() })).default([]),
    catalog: Catalog.default([]),
  }),
});

/** Body of POST /auth/tokens. Source: Identity API v3, "Authentication and token management". */
export function tokenRequest(auth: CloudAuth): unknown {
  switch (auth.kind) {
    case "password":
      return {
        auth: {
          identity: { methods: ["password"], password: { user: { ...auth.user, password: auth.password } } },
          scope: { project: auth.project },
        },
      };
    case "applicationCredential":
      return {
        auth: {
          identity: {
            methods: ["application_credential"],
            application_credential: { ...auth.credential, secret: auth.secret },
          },
        },
      };
    case "token":
      return {
        auth: {
          identity: { methods: ["token"], token: { id: auth.token } },
          ...(auth.project === null ? {} : { scope: { project: auth.project } }),
        },
      };
  }
}

/**
 * The token in Keystone's answer. Its life is taken as a duration: this host's clock may be wrong.
 *
 * @throws {Error} when the answer is no token of a project.
 */
export function parseToken(id: string | string[] | undefined, text: string): Token {
  let json: unknown;
  try {
    json = JSON.parse(text) as unknown;
  } catch {
    json = undefined;
  }
  const parsed = TokenBody.safeParse(json);
  if (typeof id !== "string" || !parsed.success) throw new Error("the answer is not one of Keystone v3");
  const { token } = parsed.data;
  if (token.project === undefined) throw new Error("the token is for no project: set project_name in clouds.yaml");
  const lifetimeMs = Date.parse(token.expires_at) - Date.parse(token.issued_at);
  return {
    id,
    projectId: token.project.id,
    roles: token.roles.map(({ name }) => name),
    catalog: token.catalog,
    lifetimeMs: Number.isFinite(lifetimeMs) ? lifetimeMs : 0,
  };
}

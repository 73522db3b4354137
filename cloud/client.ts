import { performance } from "node:perf_hooks";
import { z } from "zod";
import { CloudError } from "./cloud-error.ts";
import { endpointOf, EndpointError, regionOf } from "./endpoint.ts";
import { secretsOf, type CloudEntry } from "./entry.ts";
import type { ServiceType } from "./service.ts";
import { openSession, reasonOf, sendFor, type Session } from "./session.ts";
import type { Token } from "./token.ts";
import { openTransport, type Answer, type TransportOptions } from "./transport.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface RequestOptions {
  /** For example "compute 2.61"; default: the service's oldest. */
  readonly microversion?: string;
  /** The request may be sent twice without harm. Default: true for GET, PUT and DELETE. */
  readonly idempotent?: boolean;
  /** Media type of the body. Default: application/json. */
  readonly contentType?: string;
}

/** An authenticated connection to one cloud, region and project. */
export interface CloudClient {
  /** Name of the cloud in clouds.yaml. */
  readonly cloud: string;
  readonly projectId: string;
  readonly roles: readonly string[];
  /** Region whose services are used; null where the catalog names none. */
  readonly region: string | null;
  /** Types of all services in the catalog, sorted. */
  readonly services: readonly string[];
  /**
   * Sends a request to a path below the service's endpoint ("/servers/ID") and gives back the parsed JSON body, or
   * null when there is none. Parts of the path that come from outside must be encoded by the caller.
   *
   * @throws {CloudError} for a status of 300 and above, and when no answer comes.
   */
  request(
    service: ServiceType,
    method: Method,
    path: string,
    body?: unknown,
    options?: RequestOptions,
  ): Promise<unknown>;
  /** All items of a collection, page by page. `key` is the name of the list in the body. */
  list(service: ServiceType, path: string, key: string, options?: RequestOptions): Promise<unknown[]>;
  close(): Promise<void>;
}

export interface ClientOptions extends TransportOptions {
  /** Milliseconds of a clock that never jumps; given in tests only. */
  readonly now?: () => number;
}

const Links = z.array(z.looseObject({ rel: z.string(), href: z.string() }));
const Items = z.array(z.unknown());

/**
 * Gets a token and gives back a client. The token is renewed before it ends, and once when the API refuses it.
 *
 * @throws {CloudError} when Keystone refuses or cannot be reached.
 */
export async function connect(entry: CloudEntry, options: ClientOptions = {}): Promise<CloudClient> {
  const transport = openTransport(entry.caPem, options);
  let session: Session;
  let first: Token;
  try {
    session = await openSession(entry, transport, options.now ?? (() => performance.now()));
    first = await session.current();
  } catch (error) {
    await transport.close();
    throw error;
  }

  const request: CloudClient["request"] = async (service, method, path, body, options = {}) => {
    const { microversion, idempotent, contentType = "application/json" } = options;
    const about = { cloud: entry.name, service, method, path };
    const attempt = (token: Token): Promise<Answer> =>
      sendFor(about, transport, {
        method,
        url: `${endpointFor(token, about)}${path}`,
        headers: {
          accept: "application/json",
          "x-auth-token": token.id,
          ...(body === undefined ? {} : { "content-type": contentType }),
          ...(microversion === undefined ? {} : { "openstack-api-version": microversion }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        idempotent: idempotent ?? ["GET", "PUT", "DELETE"].includes(method),
      });

    let token = await session.current();
    let answer = await attempt(token);
    const fresh = answer.status === 401 ? await session.renew(token) : null;
    if (fresh !== null) {
      token = fresh;
      answer = await attempt(fresh);
    }
    if (answer.status >= 300) {
      throw new CloudError(about, answer.status, reasonOf(answer, [...secretsOf(entry), token.id]));
    }
    if (answer.text.trim() === "") return null;
    try {
      return JSON.parse(answer.text) as unknown;
    } catch {
      throw new CloudError(about, answer.status, "the answer is not JSON", "Is there a proxy or a portal in between?");
    }
  };

  const endpointFor = (token: Token, about: { service: ServiceType; method: Method; path: string }): string => {
    try {
      return endpointOf(token.catalog, entry, about.service, token.projectId);
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      throw new CloudError({ cloud: entry.name, ...about }, null, error.message, null);
    }
  };

  const list: CloudClient["list"] = async (service, path, key, requestOptions) => {
    const items: unknown[] = [];
    const seen = new Set<string>();
    const [collection = path] = path.split("?");
    for (let next: string | null = path; next !== null;) {
      const about = { cloud: entry.name, service, method: "GET", path: next };
      if (seen.has(next)) throw new CloudError(about, 200, "the pages of the answer go in a circle");
      seen.add(next);
      const page = z
        .looseObject({ [key]: Items })
        .safeParse(await request(service, "GET", next, undefined, requestOptions));
      if (!page.success) throw new CloudError(about, 200, `the answer has no list "${key}"`);
      for (const item of Items.parse(page.data[key])) items.push(item);
      next = nextPage(collection, page.data[`${key}_links`], page.data["next"]);
    }
    return items;
  };

  const { projectId, roles, catalog } = first;
  const services = [...new Set(catalog.map(({ type }) => type))].sort();
  const region = regionOf(catalog, entry);
  return { cloud: entry.name, projectId, roles, region, services, request, list, close: () => transport.close() };
}

/**
 * Path of the next page, or null. Only the link's query is used: behind proxies its scheme, host and even the beginning
 * of its path are often those of the inside, and a token must not go anywhere but to the endpoint.
 */
function nextPage(collection: string, links: unknown, imageNext: unknown): string | null {
  const parsed = Links.safeParse(links);
  const href = parsed.success
    ? parsed.data.find(({ rel }) => rel === "next")?.href
    : z.string().safeParse(imageNext).data;
  const query = href?.split("?")[1];
  return query === undefined ? null : `${collection}?${query}`;
}

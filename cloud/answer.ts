import type { z } from "zod";
import type { CloudClient, RequestOptions } from "./client.ts";
import { CloudError } from "./cloud-error.ts";
import type { ServiceType } from "./service.ts";

/**
 * An answer of a cloud, checked.
 *
 * @throws {CloudError} that names the field when the answer is not as the API describes it.
 */
export function parseAnswer<T>(
  request: { client: CloudClient; service: ServiceType; method: string; path: string },
  schema: z.ZodType<T>,
  answer: unknown,
): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const { client, service, method, path } = request;
  throw new CloudError(
    { cloud: client.cloud, service, method, path },
    200,
    `the answer is not as the API describes it (${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""})`,
    "Does the endpoint belong to this service? A newer or changed service may need a newer Wavelift.",
  );
}

/** GET of one thing. @throws {CloudError} */
export async function getOne<T>(
  client: CloudClient,
  service: ServiceType,
  path: string,
  schema: z.ZodType<T>,
): Promise<T> {
  return parseAnswer({ client, service, method: "GET", path }, schema, await client.request(service, "GET", path));
}

/** GET of a collection, all pages. @throws {CloudError} */
export async function getAll<T>(
  client: CloudClient,
  service: ServiceType,
  path: string,
  key: string,
  schema: z.ZodType<T>,
  options?: RequestOptions,
): Promise<T[]> {
  const items = await client.list(service, path, key, options);
  return items.map((item) => parseAnswer({ client, service, method: "GET", path }, schema, item));
}

/** GET of one thing, or null when it does not exist (404). @throws {CloudError} for anything else. */
export async function getOrNull<T>(
  client: CloudClient,
  service: ServiceType,
  path: string,
  schema: z.ZodType<T>,
): Promise<T | null> {
  try {
    return await getOne(client, service, path, schema);
  } catch (error) {
    if (error instanceof CloudError && error.status === 404) return null;
    throw error;
  }
}

import { z } from "zod";
import type { CloudEntry } from "./entry.ts";
import { serviceAliases, type ServiceType } from "./service.ts";

/** The catalog inside a token of Keystone v3. */
export const Catalog = z.array(
  z.object({
    type: z.string(),
    endpoints: z.array(
      z.object({
        interface: z.string(),
        region: z.string().nullish(),
        region_id: z.string().nullish(),
        url: z.string(),
      }),
    ),
  }),
);
export type Catalog = z.infer<typeof Catalog>;

/** No usable endpoint: the message says what the catalog offers instead. */
export class EndpointError extends Error {
  override readonly name = "EndpointError";
}

/**
 * Address of a service, without a final slash, with the version (and for Cinder the project) in its path.
 *
 * @throws {EndpointError} when the catalog has none for the entry's region and interface.
 */
export function endpointOf(catalog: Catalog, entry: CloudEntry, service: ServiceType, projectId: string): string {
  const override = entry.endpoints[service];
  if (override !== undefined) return versioned(service, override, projectId);
  if (service === "identity") return entry.authUrl;

  const found = serviceAliases[service].flatMap((alias) => catalog.filter(({ type }) => type === alias));
  const endpoints = found.flatMap((item) => item.endpoints);
  if (endpoints.length === 0) {
    const types = [...new Set(catalog.map(({ type }) => type))].sort().join(", ");
    throw new EndpointError(
      `the catalog of cloud "${entry.name}" has no service "${service}"; it has ${types === "" ? "nothing: is the project right?" : types}.`,
    );
  }
  const offered = endpoints.filter((endpoint) => endpoint.interface === entry.interface);
  const regions = [...new Set(offered.map(nameOfRegion))].sort();
  const region = entry.region ?? (regions.length === 1 ? regions[0] : undefined);
  const chosen = offered.find((endpoint) => nameOfRegion(endpoint) === region);
  if (chosen !== undefined) return versioned(service, chosen.url, projectId);

  const all = endpoints.map((endpoint) => `${endpoint.interface} in ${nameOfRegion(endpoint)}`);
  throw new EndpointError(
    `the catalog of cloud "${entry.name}" has no ${entry.interface} endpoint of "${service}" in ` +
      `${entry.region === null ? "one region alone: set region_name in clouds.yaml" : `region "${entry.region}"`}; ` +
      `it has ${[...new Set(all)].sort().join(", ")}.`,
  );
}

/** Region of the entry, else the only one in which the catalog has servers or volumes; null where it names none, or several. */
export function regionOf(catalog: Catalog, entry: CloudEntry): string | null {
  if (entry.region !== null) return entry.region;
  const used = [...serviceAliases.compute, ...serviceAliases["block-storage"]];
  const endpoints = catalog.filter(({ type }) => used.includes(type)).flatMap((service) => service.endpoints);
  const regions = [...new Set(endpoints.map(nameOfRegion))];
  return regions.length === 1 ? regions[0] || null : null;
}

function nameOfRegion(endpoint: Catalog[number]["endpoints"][number]): string {
  return endpoint.region_id ?? endpoint.region ?? "";
}

/** Endpoints stand in catalogs with and without version and project: gives each service the form its paths go on from. */
function versioned(service: ServiceType, url: string, projectId: string): string {
  const base = url.replace(/\/+$/, "");
  switch (service) {
    case "compute":
      return /\/v2(\.\d+)?(\/[^/]+)?$/.test(base) ? base : `${base}/v2.1`;
    case "block-storage": {
      // Cinder's v2 is gone since Xena; the same service answers under v3. The project in the path is needed up to
      // Xena and allowed after.
      const root = base.replace(/\/v[123](\/[^/]+)?$/, "");
      return `${root}/v3/${encodeURIComponent(projectId)}`;
    }
    case "network":
      return base.endsWith("/v2.0") ? base : `${base}/v2.0`;
    case "image":
      return /\/v2(\.\d+)?$/.test(base) ? base.replace(/\.\d+$/, "") : `${base}/v2`;
    case "identity":
      return base.endsWith("/v3") ? base : `${base}/v3`;
  }
}

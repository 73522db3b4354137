import { z } from "zod";

/** A service of OpenStack, by its official service type. */
export const ServiceType = z.enum(["compute", "block-storage", "network", "image", "identity"]);
export type ServiceType = z.infer<typeof ServiceType>;

/** Which of the catalog's endpoints are used. */
export const EndpointInterface = z.enum(["public", "internal", "admin"]);
export type EndpointInterface = z.infer<typeof EndpointInterface>;

/**
 * Names under which a service stands in catalogs, the best first.
 * Source: the service types authority (service-types.openstack.org), which keeps the older names as aliases.
 */
export const serviceAliases: Readonly<Record<ServiceType, readonly string[]>> = {
  compute: ["compute"],
  "block-storage": ["block-storage", "volumev3", "block-store", "volume"],
  network: ["network"],
  image: ["image"],
  identity: ["identity"],
};

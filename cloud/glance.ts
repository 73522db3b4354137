import { z } from "zod";
import { getAll, getOrNull, parseAnswer } from "./answer.ts";
import type { CloudClient } from "./client.ts";
import { CloudError } from "./cloud-error.ts";
import { serviceAliases } from "./service.ts";

/** What of an image is not one of its properties. Source: glance/api/v2/images.py, `get_base_properties` (25.1, Zed). */
const Base = z.object({
  id: z.string(),
  name: z.string().nullish(),
  status: z.string(),
  visibility: z.string(),
  protected: z.boolean(),
  owner: z.string().nullish(),
  size: z.number().nullish(),
  min_disk: z.number(),
  min_ram: z.number(),
  tags: z.array(z.string()).default([]),
  locations: z.array(z.object({ url: z.string() })).optional(),
});
const BASE_FIELDS: ReadonlySet<string> = new Set([
  ...Object.keys(Base.shape),
  ...[
    "checksum",
    "container_format",
    "created_at",
    "direct_url",
    "disk_format",
    "file",
    "os_hash_algo",
    "os_hash_value",
  ],
  ...["os_hidden", "schema", "self", "stores", "updated_at", "virtual_size"],
]);
const RawImage = z.looseObject({ id: z.string() });

/** Whether Glance has a field of this name itself, so that no property can. */
export const isImageField = (name: string): boolean => BASE_FIELDS.has(name) || name.startsWith("os_glance");

/** What a person decides of an image and may change at any time. */
export interface ImageLooks {
  readonly name: string;
  readonly visibility: string;
  readonly isProtected: boolean;
  readonly minDiskGiB: number;
  readonly minRamMiB: number;
  readonly properties: Readonly<Record<string, string>>;
}

/** An image as Glance has it now. */
export interface GlanceImage extends ImageLooks {
  readonly id: string;
  /** queued: a record without data; active; deactivated; ... */
  readonly status: string;
  /** Project that it belongs to. */
  readonly owner: string;
  /** null: it has no data yet. */
  readonly sizeBytes: number | null;
  /** Where its data is; null: this Glance does not show it (`show_multiple_locations` is off). */
  readonly locations: readonly string[] | null;
}

/** A record to be made. */
export interface NewImage extends ImageLooks {
  readonly id: string;
  readonly tags: readonly string[];
}

const PATCH_TYPE = "application/openstack-images-v2.1-json-patch";
const pathOf = (id: string): string => `/images/${encodeURIComponent(id)}`;

/** Whether the cloud has a Glance. */
export const hasImageService = (client: CloudClient): boolean =>
  serviceAliases.image.some((name) => client.services.includes(name));

/** The images that this client's project owns and that fit all of these fields or properties. */
export async function listImages(
  client: CloudClient,
  filter: Readonly<Record<string, string>>,
): Promise<GlanceImage[]> {
  const query = new URLSearchParams({ owner: client.projectId, limit: "100", ...filter });
  const found = await getAll(client, "image", `/images?${query.toString()}`, "images", RawImage);
  return found.map((raw) => imageOf(client, raw));
}

/** The image, or null when there is none of this id, or not for this project. */
export async function getImage(client: CloudClient, id: string): Promise<GlanceImage | null> {
  const raw = await getOrNull(client, "image", pathOf(id), RawImage);
  return raw === null ? null : imageOf(client, raw);
}

/**
 * Makes a record without data (raw, bare). The id is chosen by the caller: a request that is sent again makes no second one.
 * @returns null when Glance has, or once had, an image of this id
 */
export async function createImage(client: CloudClient, image: NewImage): Promise<GlanceImage | null> {
  const { id, name, visibility, isProtected, minDiskGiB, minRamMiB, properties, tags } = image;
  const formats = { disk_format: "raw", container_format: "bare" };
  const limits = { min_disk: minDiskGiB, min_ram: minRamMiB };
  const body = { ...properties, id, name, visibility, protected: isProtected, ...formats, ...limits, tags };
  try {
    return imageOf(client, await client.request("image", "POST", "/images", body, { idempotent: true }));
  } catch (error) {
    if (error instanceof CloudError && error.status === 409) return null;
    throw error;
  }
}

/** Gives an image these looks; of its properties only `dropped` are taken away. */
export async function updateImage(
  client: CloudClient,
  before: GlanceImage,
  looks: ImageLooks,
  dropped: readonly string[],
): Promise<void> {
  const replace = (path: string, was: unknown, value: unknown) =>
    was === value ? [] : [{ op: "replace", path: `/${path}`, value }];
  const patches = [
    ...replace("name", before.name, looks.name),
    ...replace("min_disk", before.minDiskGiB, looks.minDiskGiB),
    ...replace("min_ram", before.minRamMiB, looks.minRamMiB),
    ...Object.entries(looks.properties).flatMap(([name, value]) =>
      Object.hasOwn(before.properties, name)
        ? replace(pointer(name), before.properties[name], value)
        : [{ op: "add", path: `/${pointer(name)}`, value }],
    ),
    ...dropped
      .filter((name) => Object.hasOwn(before.properties, name) && !Object.hasOwn(looks.properties, name))
      .map((name) => ({ op: "remove", path: `/${pointer(name)}` })),
    ...replace("visibility", before.visibility, looks.visibility),
    ...replace("protected", before.isProtected, looks.isProtected),
  ];
  if (patches.length > 0) await patch(client, before.id, patches);
}

/** Says where the data of a record is: with that the image becomes active. */
export async function addLocation(client: CloudClient, id: string, url: string): Promise<void> {
  await patch(client, id, [{ op: "add", path: "/locations/-", value: { url, metadata: {} } }]);
}

/** Removes an image with its data, where it says where that is. */
export async function deleteImage(client: CloudClient, id: string): Promise<void> {
  try {
    await client.request("image", "DELETE", pathOf(id));
  } catch (error) {
    if (!(error instanceof CloudError && error.status === 404)) throw error;
  }
}

async function patch(client: CloudClient, id: string, patches: readonly object[]): Promise<void> {
  // Not sent twice by itself: a second "add" of a property that is there is a replace, but one of a location is a fault.
  await client.request("image", "PATCH", pathOf(id), patches, { contentType: PATCH_TYPE, idempotent: false });
}

/** A name as part of a JSON pointer (RFC 6901). */
const pointer = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

function imageOf(client: CloudClient, answer: unknown): GlanceImage {
  const about = { client, service: "image", method: "GET", path: "/images" } as const;
  const base = parseAnswer(about, Base, answer);
  const others = Object.entries(parseAnswer(about, RawImage, answer)).flatMap(([name, value]) =>
    !isImageField(name) && typeof value === "string" ? [[name, value] as const] : [],
  );
  return {
    id: base.id,
    name: base.name ?? "",
    status: base.status,
    visibility: base.visibility,
    isProtected: base.protected,
    owner: base.owner ?? "",
    sizeBytes: base.size ?? null,
    minDiskGiB: base.min_disk,
    minRamMiB: base.min_ram,
    locations: base.locations?.map(({ url }) => url) ?? null,
    properties: Object.fromEntries(others),
  };
}

import { CloudError } from "../../../cloud/cloud-error.ts";
import type { GlanceImage } from "../../../cloud/glance.ts";
import type { ImageUser } from "../../../cloud/image-users.ts";
import type { ImageJob, DiskSource } from "../../../conversion/job.ts";
import { openGlancePool } from "../../../conversion/rbd/glance-pool.ts";
import { openRbd } from "../../../conversion/rbd/rbd.ts";
import type { Glance } from "../../../conversion/verbs/world.ts";
import { STACK } from "./world.ts";
import { commands } from "./tools.ts";

/** The lab's Ceph: pool and user of Glance. */
export const imagesAccess = { pool: "images", user: "glance", conf: "/etc/ceph/ceph.conf" };
export const imagesRbd = openRbd(commands, imagesAccess);
export const glancePool = openGlancePool(commands, imagesAccess);

export interface FakeGlance extends Glance {
  readonly images: Map<string, GlanceImage>;
  /** What was asked to be made, answered or not. */
  readonly created: string[];
  usersNow: ImageUser[];
  /** Whether this Glance shows where images lie. */
  showsLocations: boolean;
  /** Whether it takes a location. */
  takesLocations: boolean;
  /** Removes records and, of those it knows the location of, data. */
  removeAll(): Promise<void>;
}

const refusal = (status: number, method: string): CloudError =>
  new CloudError({ cloud: "lab", service: "image", method, path: "/images/ID" }, status, "said the fake");

/** A Glance that keeps its records in memory and its data in the lab's Ceph, as the real one does. */
export function fakeGlance(projectId = "project-1"): FakeGlance {
  const images = new Map<string, GlanceImage>();
  const gone = new Set<string>();
  const created: string[] = [];
  const shown = (image: GlanceImage): GlanceImage => ({
    ...image,
    locations: glance.showsLocations ? image.locations : null,
  });
  const destroy = async (id: string): Promise<void> => {
    if ((await imagesRbd.info(id)) === null) return;
    await glancePool.withdraw(id);
    await glancePool.remove(id);
  };
  const glance: FakeGlance = {
    images,
    created,
    usersNow: [],
    showsLocations: true,
    takesLocations: true,
    projectId: () => Promise.resolve(projectId),
    list: (properties) =>
      Promise.resolve(
        [...images.values()]
          .filter((image) => Object.entries(properties).every(([name, value]) => image.properties[name] === value))
          .map(shown),
      ),
    get: (id) => {
      const image = images.get(id);
      return Promise.resolve(image === undefined ? null : shown(image));
    },
    create: ({ tags: _tags, ...looks }) => {
      created.push(looks.id);
      if (images.has(looks.id) || gone.has(looks.id)) return Promise.resolve(null);
      const image: GlanceImage = { ...looks, status: "queued", owner: projectId, sizeBytes: null, locations: [] };
      images.set(looks.id, image);
      return Promise.resolve(shown(image));
    },
    update: (before, looks, dropped) => {
      const image = images.get(before.id);
      if (image === undefined) return Promise.reject(refusal(404, "PATCH"));
      const kept = Object.entries(image.properties).filter(([name]) => !dropped.includes(name));
      images.set(before.id, { ...image, ...looks, properties: { ...Object.fromEntries(kept), ...looks.properties } });
      return Promise.resolve();
    },
    addLocation: async (id, url) => {
      const image = images.get(id);
      if (image === undefined || !glance.takesLocations) throw refusal(403, "PATCH");
      const sizeBytes = (await imagesRbd.info(url.split("/").at(-2) ?? ""))?.sizeBytes ?? null;
      images.set(id, { ...image, status: "active", sizeBytes, locations: [url] });
    },
    remove: async (id) => {
      const image = images.get(id);
      if (image === undefined) return;
      if (image.isProtected) throw refusal(403, "DELETE");
      if ((image.locations ?? []).length > 0) await destroy(id);
      images.delete(id);
      gone.add(id);
    },
    users: () => Promise.resolve(glance.usersNow),
    removeAll: async () => {
      for (const id of created) await destroy(id);
    },
  };
  return glance;
}

export function imageJob(source: DiskSource, change: Partial<ImageJob> = {}): ImageJob {
  const common = { version: 1 as const, stack: STACK, vm: "tpl1", generation: 1, target: "lab", cloud: "lab" };
  const looks = { name: "Template 1", visibility: "private" as const, protected: false, minDiskGiB: 1, minRamMiB: 512 };
  const properties = { imageProperties: { hw_disk_bus: "scsi", os_type: "linux" } };
  return {
    ...common,
    phase: "cutover",
    disk: "tpl1-disk-2000",
    source,
    ...looks,
    ...properties,
    sliceMiB: 1024,
    ...change,
  };
}

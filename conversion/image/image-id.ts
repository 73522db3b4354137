import { createHash } from "node:crypto";
import type { Mark } from "../../cloud/offer.ts";

/**
 * The id of a template's image, the same for whoever works it out: a run that was killed and the one after it can only
 * ever make the same record, even where the request of the dead one is still on its way. Glance never gives an id a second
 * time: after a rollback the next attempt has the next one. Format: UUID version 8 (RFC 9562, for own schemes).
 * @param attempt 0 for the first image of this generation
 */
export function imageId(projectId: string, { stack, key, generation }: Mark, attempt: number): string {
  const text = JSON.stringify(["wavelift image", projectId, stack, key, generation, attempt]);
  const bytes = createHash("sha256").update(text).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

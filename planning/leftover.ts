import type { Mark } from "../cloud/offer.ts";
import { vmOfDisk } from "./begun.ts";

export type LeftoverKind = "server" | "port" | "volume";

/** Something of this stack that its state does not know. */
export interface Leftover {
  readonly kind: LeftoverKind;
  readonly target: string;
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly mark: Mark;
}

/** Key of the VM that a leftover belongs to; null for a volume whose mark names no disk. */
export const vmOf = ({ kind, mark }: Pick<Leftover, "kind" | "mark">): string | null =>
  kind === "volume" ? vmOfDisk(mark.key) : mark.key;

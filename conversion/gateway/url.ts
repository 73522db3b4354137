import { randomBytes } from "node:crypto";
import { diskPath } from "./server.ts";

/** Where a disk is served. The image's migration header is the only place that keeps it. */
export interface GatewayPlace {
  readonly address: string;
  readonly port: number;
  /** 192 random bits in the path: who does not know them gets nothing. */
  readonly token: string;
}

export const newToken = (): string => randomBytes(24).toString("hex");

export function urlOf({ address, port, token }: GatewayPlace, path = diskPath(token)): string {
  return `http://${address.includes(":") ? `[${address}]` : address}:${port}${path}`;
}

/** The place that a URL of ours names; null for any other. */
export function placeOf(url: string): GatewayPlace | null {
  const [, bracketed, plain, port, token] =
    /^http:\/\/(?:\[([0-9a-f:.]+)\]|([0-9.]+)):(\d{1,5})\/([0-9a-f]{48})\/disk\.raw$/.exec(url) ?? [];
  const address = bracketed ?? plain;
  return address === undefined || token === undefined ? null : { address, port: Number(port), token };
}

import type { Mark } from "../cloud/offer.ts";

/** What a target's project holds of the kinds of things that waves are made of, ours or not: plain data. */
export interface Holdings {
  readonly target: string;
  /** The project that the target's credentials are for. */
  readonly projectId: string;
  readonly volumes: readonly HeldVolume[];
  readonly servers: readonly HeldServer[];
  readonly ports: readonly HeldPort[];
  /** Only those that this program made. */
  readonly images: readonly HeldImage[];
}

interface Held {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  /** Whose it says it is; null when it carries no whole mark. */
  readonly mark: Mark | null;
}

export interface HeldVolume extends Held {
  /** Cinder's status: available, in-use, creating, error, error_deleting, ... */
  readonly status: string;
  readonly attachedServerIds: readonly string[];
}

export interface HeldServer extends Held {
  /** Nova's status: ACTIVE, BUILD, ERROR, SHUTOFF, ... */
  readonly status: string;
  readonly volumeIds: readonly string[];
}

export interface HeldImage extends Held {
  /** Glance's status: queued (no data), active, ... */
  readonly status: string;
  /** Resource name of the disk that it is of; null where its properties do not tell. */
  readonly disk: string | null;
}

export interface HeldPort extends Held {
  /** Id of the server or other device that it belongs to; empty when it is free. */
  readonly deviceId: string;
}

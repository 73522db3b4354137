import type { VsphereSession } from "../../inventory/vsphere/session.ts";
import type { Clock, Commands, Log } from "../effects.ts";
import type { DiskSource } from "../job.ts";
import type { Fingerprint } from "../ledger/ledger.ts";
import type { Settings } from "../settings.ts";
import type { Contents } from "./contents.ts";
import type { SourceLogins } from "./login.ts";

/** What a transport works with. */
export interface SourceContext {
  readonly commands: Commands;
  readonly clock: Clock;
  /** A line of progress for people. */
  readonly log: Log;
  readonly settings: Settings;
  /** How servers that disks are read from are reached, by name; they come with the order and are kept in memory only. */
  readonly logins: SourceLogins;
  /**
   * The API session of a server (`origin.server`), shared by all transports of this run; it is closed when the program ends.
   * @throws a Failure that says why there is none
   */
  readonly vsphere: (server: string) => Promise<VsphereSession>;
  /** Private folder for sockets; it goes when the program ends. */
  readonly folder: string;
}

/** A source disk that was looked into and may be copied. Nothing of it is open. */
export interface InspectedSource {
  /** Another fingerprint is another source. */
  readonly fingerprint: Fingerprint;
  /** For people: how the bytes are reached, and, where there was a choice, why this way. */
  readonly how: string;
  /** @throws a failure that says who may write the disk now, if anybody */
  expectUnused(): Promise<void>;
  /** What has changed at the source since it was looked into, one line each; empty when nothing has. */
  changes(): Promise<readonly string[]>;
  /** Opens the contents. @param context also of another process than the one that looked */
  open(): Promise<Contents>;
}

/** A way to a disk's bytes: one file each. */
export interface Transport {
  readonly name: string;
  /**
   * Sees that the source is one whole disk of the size that the estate says, and nothing else.
   * @param disk name of the disk for messages
   * @throws a Failure that says what, the value found, what was expected and what to do
   */
  inspect(context: SourceContext, disk: string, source: DiskSource): Promise<InspectedSource>;
}

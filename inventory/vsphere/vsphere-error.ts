import { shown } from "../shown.ts";

/** A vCenter or ESXi host did not do what was asked: what happened and what to do, for the user. Never holds a secret. */
export class VsphereError extends Error {
  override readonly name = "VsphereError";
  readonly server: string;
  /** What happened, without server and advice. */
  readonly reason: string;
  readonly advice: string | null;
  /** It may go away by itself: no connection, one that broke, a server that has no time. */
  readonly mayHeal: boolean;

  constructor(server: string, reason: string, advice: string | null, cause?: unknown, mayHeal = false) {
    super(`${shown(server)}: ${reason}.${advice === null ? "" : ` ${advice}`}`, { cause });
    this.server = server;
    this.reason = reason;
    this.advice = advice;
    this.mayHeal = mayHeal;
  }
}

/** A fault that the vSphere API answered with, by its type in the API reference. */
export class ApiFault extends Error {
  override readonly name = "ApiFault";
  /** For example NotAuthenticated or InvalidProperty. */
  readonly type: string;
  /** Texts of the fault's own fields, by name: the property, object or privilege that it is about. */
  readonly fields: ReadonlyMap<string, string>;

  constructor(type: string, text: string, fields: ReadonlyMap<string, string>) {
    super(text);
    this.type = type;
    this.fields = fields;
  }
}

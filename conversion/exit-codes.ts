/**
 * Exit codes of `bin/convert.mjs`, the same on the launcher's and on the program's side.
 * Pulumi only tells zero from the rest; scripts and people may tell more.
 */
export const exitCodes = {
  ok: 0,
  /** Something did not work (a full pool, an unreadable file, a time-out): the next `up` may well succeed. */
  failed: 1,
  /** A guard protects data: the same run will be refused again until a person has looked at it. */
  refused: 2,
  /** The job, the environment, runners.yaml or clouds.yaml is wrong. */
  badInput: 3,
  /** Cancelled: a signal, or the engine, the plugin or the launcher is gone. */
  cancelled: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

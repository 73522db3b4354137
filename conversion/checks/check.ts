/** The result of one try of a health check. */
export interface CheckResult {
  readonly ok: boolean;
  /** What was seen, for the error message: "connection refused", "status 503". */
  readonly seen: string;
}

/** A health check that can be tried again and again. */
export interface ReadyCheck {
  /** For people: "tcp 10.0.0.5:443". */
  readonly name: string;
  attempt(): Promise<CheckResult>;
}

/** Time for one try. */
export const ATTEMPT_MS = 5000;

import type { Clock, Log } from "../effects.ts";
import { exitCodes } from "../exit-codes.ts";
import { failed, Failure } from "../failure.ts";
import { NbdError } from "../nbd/connection.ts";
import { SourceFault, type Contents } from "../source/contents.ts";

/** How long a source that fails is tried again, since it last worked. */
const HEAL_SECONDS = 600;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** The source answers, and says each time that it cannot read that place. */
const READ_TRIES = 5;

interface PatientOptions<C extends Contents> {
  readonly disk: string;
  readonly open: () => Promise<C>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * The contents of a source that is opened again when it fails: a network that is away for some minutes, a session that
 * has expired, a server that starts anew. What does not heal is told with its reason.
 */
export class PatientSource<C extends Contents> {
  readonly #options: PatientOptions<C>;
  #contents: Promise<C> | null = null;
  /** It has worked once: a failure that names no cause which heals (a server that does not start) may be a passing one. */
  #hasWorked = false;
  /** When it failed first without having worked since; null: it works. */
  #failingSince: number | null = null;

  constructor(options: PatientOptions<C>) {
    this.#options = options;
  }

  /** @throws a failure when it does not heal */
  async use<T>(work: (contents: C) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      this.#options.signal.throwIfAborted();
      const opening = (this.#contents ??= this.#options.open());
      try {
        const result = await work(await opening);
        this.#worked();
        return result;
      } catch (error) {
        await this.#again(error, attempt, opening);
      }
    }
  }

  async close(): Promise<void> {
    const contents = this.#contents;
    this.#contents = null;
    await (await contents?.catch(() => null))?.close();
  }

  #worked(): void {
    if (this.#failingSince !== null) this.#options.log(`${this.#options.disk}: the source answers again`);
    this.#failingSince = null;
    this.#hasWorked = true;
  }

  /** Waits before the next attempt. @throws when there is none */
  async #again(error: unknown, attempt: number, failing: Promise<C>): Promise<void> {
    const { disk, clock, log, signal } = this.#options;
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    if (!this.#mayHeal(error)) throw error;
    if (error instanceof NbdError && attempt >= READ_TRIES)
      throw failed(
        `${disk}: the source cannot be read there: ${reason}, ${READ_TRIES} times. A bad place on its disk or datastore? ` +
          "Look at the source's events; what was copied so far stays, and the next run goes on there.",
      );
    const now = clock.now();
    if (this.#failingSince === null)
      log(`${disk}: the source fails (${reason}): trying again for up to ${HEAL_SECONDS / 60} min`);
    this.#failingSince ??= now;
    if (now - this.#failingSince > HEAL_SECONDS * 1000)
      throw failed(
        `${disk}: the source has not answered for ${HEAL_SECONDS / 60} min: ${reason}. ` +
          "What was copied so far stays; when it answers again, the next run goes on there.",
      );
    // Of several requests that failed together the first opens it again.
    if (this.#contents === failing) {
      this.#contents = null;
      void failing.then(
        (contents) => contents.close(),
        () => undefined,
      );
    }
    await clock.sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)));
  }

  #mayHeal(error: unknown): boolean {
    if (error instanceof SourceFault || error instanceof NbdError) return true;
    return this.#hasWorked && error instanceof Failure && error.exitCode === exitCodes.failed;
  }
}

import type { OnReadOpts } from "node:net";
import { Agent, type buildConnector } from "undici";
import { isCertificateFault } from "../../cloud/certificate.ts";
import { PinError } from "../../inventory/vsphere/tls-connector.ts";
import { Failure, refused } from "../failure.ts";
import { SourceFault } from "./contents.ts";
import { streamedAnswer, type FolderAnswer } from "./folder-answer.ts";
import { RangeConnection, Unusual } from "./range-connection.ts";

/** How long a server may be silent, before an answer and in the middle of one. */
const SILENCE_MS = 60_000;
/** Servers end connections that nobody uses; one that is about to go is not used again. */
const IDLE_MS = 4_000;
/** After so many unusual answers in a row the library is asked at once: a proxy may be in between that changes all of them. */
const MOST_UNUSUAL = 3;

/** Takes an answer. Whatever it throws ends the request. */
export type Take<T> = (answer: FolderAnswer) => Promise<T>;

export interface FolderRequest {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly disk: string;
  /** The answer is a range that goes straight to its place. May throw {Unusual}: then it is to be sent again, without this. */
  readonly straight: boolean;
}

/** Requests to one server: by the library, or straight for what is much. Both make their connections by the same connector. */
export class FolderRequests {
  readonly #agent: Agent;
  readonly #connectorFor: (onread?: OnReadOpts) => buildConnector.connector;
  readonly #connections = new Set<RangeConnection>();
  #idle: { readonly connection: RangeConnection; readonly since: number }[] = [];
  #unusual = 0;

  /** @param depth requests under way at once */
  constructor(connectorFor: (onread?: OnReadOpts) => buildConnector.connector, depth: number) {
    this.#connectorFor = connectorFor;
    const waits = { headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS };
    this.#agent = new Agent({ connect: connectorFor(), connections: depth, ...waits });
  }

  /**
   * Sends a request and has its answer taken. What became of the connection is told as what may heal, but for a wrong
   * certificate.
   */
  async send<T>(request: FolderRequest, take: Take<T>): Promise<T> {
    try {
      if (!request.straight || this.#unusual >= MOST_UNUSUAL) return await this.#byLibrary(request, take);
      const taken = await this.#straight(request, take);
      this.#unusual = 0;
      return taken;
    } catch (error) {
      if (error instanceof Unusual) this.#unusual += 1;
      throw connectionFault(error, new URL(request.origin).host, request.disk);
    }
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    await this.#agent.destroy();
  }

  async #byLibrary<T>({ origin, path, headers }: FolderRequest, take: Take<T>): Promise<T> {
    const answer = await this.#agent.request({ origin, path, method: "GET", headers });
    const { statusCode, headers: answered, body } = answer;
    // An answer that is not read to its end takes its connection with it.
    body.on("error", () => undefined);
    try {
      return await take(streamedAnswer(statusCode, answered, body));
    } finally {
      body.destroy();
    }
  }

  async #straight<T>({ origin, path, headers }: FolderRequest, take: Take<T>): Promise<T> {
    const url = new URL(origin);
    const connection = this.#takeIdle() ?? (await RangeConnection.open(this.#connectorFor, url, SILENCE_MS));
    this.#connections.add(connection);
    try {
      return await take(await connection.request(url.host, path, headers));
    } finally {
      if (connection.isFree) this.#idle.push({ connection, since: Date.now() });
      else this.#end(connection);
    }
  }

  #takeIdle(): RangeConnection | null {
    const now = Date.now();
    const usable = this.#idle.filter(({ connection, since }) => connection.isFree && now - since < IDLE_MS);
    for (const one of this.#idle) if (!usable.includes(one)) this.#end(one.connection);
    const taken = usable.pop();
    this.#idle = usable;
    return taken?.connection ?? null;
  }

  #end(connection: RangeConnection): void {
    connection.close();
    this.#connections.delete(connection);
  }
}

function connectionFault(error: unknown, host: string, disk: string): unknown {
  if (!(error instanceof Error) || error instanceof Failure || error instanceof SourceFault) return error;
  const code = "code" in error ? String(error.code) : "";
  if (error instanceof PinError || isCertificateFault(code))
    return refused(
      `${disk}: ${host}: its certificate is not trusted: ${error instanceof PinError ? error.message : code}. Nothing was sent. Compare it with its administrator.`,
    );
  if (code === "") return error;
  return new SourceFault(`${disk}: ${host}: ${error.message} (${code})`);
}

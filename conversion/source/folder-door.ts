import type { Readable } from "node:stream";
import { Agent } from "undici";
import { isCertificateFault } from "../../cloud/certificate.ts";
import { PinError, tlsConnector } from "../../inventory/vsphere/tls-connector.ts";
import type { VsphereSession } from "../../inventory/vsphere/session.ts";
import { Failure, refused } from "../failure.ts";
import { SourceFault } from "./contents.ts";
import { sourceError } from "./vsphere-fault.ts";

const CONNECT_MS = 10_000;
/** How long a server may be silent, before an answer and in the middle of one. */
const SILENCE_MS = 60_000;

/** One answer, whose body is read while it comes. */
export interface FolderAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

/** Takes an answer. Whatever it throws ends the request. */
export type Take<T> = (answer: FolderAnswer) => Promise<T>;

/** The way to /folder of a server: connections, and who is asking. */
export interface FolderDoor {
  /** For people: the server, and how it was reached. */
  readonly where: string;
  /**
   * Sends GET for one range of a file, which is named by its path in the datastore.
   * @throws {SourceFault} for what may heal, a refusal for what cannot, what `take` throws
   */
  get<T>(file: string, range: string, take: Take<T>): Promise<T>;
  close(): Promise<void>;
}

/** The server wants to know who is asking: the session, or the ticket, is no longer good. */
export class Unknown extends Error {
  override readonly name = "Unknown";
}

export interface DoorOptions {
  /** Path and query of a file of the datastore. */
  readonly pathOf: (file: string) => string;
  /** Requests under way at once. */
  readonly depth: number;
  /** The account has read these files before: that it may not any more is the session's fault. */
  readonly mayRead: boolean;
}

/**
 * /folder of the server that the session is at. Its cookie is that of the API; a session that has ended is renewed
 * once for all requests that find it so, and the request is sent again.
 */
export function sessionDoor(
  session: VsphereSession,
  disk: string,
  { pathOf, depth, mayRead, onRenewed }: DoorOptions & { onRenewed: () => void },
): FolderDoor {
  const agent = agentOf(tlsConnector(session.settings, CONNECT_MS), depth);
  const { origin } = session.settings.url;
  let worked = mayRead;
  let renewed = session.access().login;
  const once = <T>(file: string, range: string, take: Take<T>): Promise<T> => {
    const { cookie } = session.access();
    return send(agent, origin, pathOf(file), { range, cookie }, disk, async (answer) => {
      if (isUnknown(answer, worked)) throw new Unknown(statusOf(answer));
      return take(answer);
    });
  };
  return {
    where: session.server,
    async get(file, range, take) {
      const { login } = session.access();
      try {
        const taken = await once(file, range, take);
        worked = true;
        return taken;
      } catch (error) {
        if (!(error instanceof Unknown)) throw error;
      }
      try {
        await session.renew(login);
      } catch (error) {
        throw sourceError(disk, error);
      }
      if (session.access().login !== renewed) {
        renewed = session.access().login;
        onRenewed();
      }
      try {
        return await once(file, range, take);
      } catch (error) {
        if (!(error instanceof Unknown)) throw error;
        throw worked
          ? new SourceFault(`${disk}: ${session.server} has ended the new session, too (${error.message})`)
          : refused(
              `${disk}: ${session.server} does not let the account read datastores (${error.message}). ${RIGHTS}`,
            );
      }
    },
    close: () => agent.destroy(),
  };
}

/** VMware's list: "Privilege Requirements for HTTP Access" in the Web Services SDK Programming Guide. */
export const RIGHTS =
  'It needs the privileges "Browse datastore" and "Low level file operations" (Datastore) on the datastore.';

/** 401; and, after it had worked, what servers do with whoever has no session: 403, or the way to a login page. */
function isUnknown({ status }: FolderAnswer, worked: boolean): boolean {
  return status === 401 || (worked && status === 403) || [301, 302, 303, 307, 308].includes(status);
}

const statusOf = ({ status, headers }: FolderAnswer): string =>
  `HTTP status ${status}${headers["location"] === undefined ? "" : ", to another page"}`;

export const agentOf = (connect: ReturnType<typeof tlsConnector>, depth: number): Agent =>
  new Agent({ connect, connections: depth, headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS });

/** A request and its answer. What became of the connection is told as what may heal, but for a wrong certificate. */
export async function send<T>(
  agent: Agent,
  origin: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  disk: string,
  take: Take<T>,
): Promise<T> {
  try {
    const {
      statusCode: status,
      headers: answered,
      body,
    } = await agent.request({ origin, path, method: "GET", headers });
    // An answer that is not read to its end takes its connection with it.
    body.on("error", () => undefined);
    try {
      return await take({ status, headers: answered, body });
    } finally {
      body.destroy();
    }
  } catch (error) {
    throw connectionFault(error, new URL(origin).host, disk);
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

import { tlsConnector } from "../../inventory/vsphere/tls-connector.ts";
import type { VsphereSession } from "../../inventory/vsphere/session.ts";
import { refused } from "../failure.ts";
import { SourceFault } from "./contents.ts";
import type { FolderAnswer } from "./folder-answer.ts";
import { FolderRequests, type Take } from "./folder-requests.ts";
import { Unusual } from "./range-connection.ts";
import { sourceError } from "./vsphere-fault.ts";

const CONNECT_MS = 10_000;

/** The way to /folder of a server: connections, and who is asking. */
export interface FolderDoor {
  /** For people: the server, and how it was reached. */
  readonly where: string;
  /**
   * Sends GET for one range of a file, which is named by its path in the datastore.
   * @throws {SourceFault} for what may heal, a refusal for what cannot, what `take` throws
   */
  get<T>(file: string, range: string, take: Take<T>): Promise<T>;
  /** The same for what is much: a range of data, which comes straight to its place where the server answers plainly. */
  read<T>(file: string, range: string, take: Take<T>): Promise<T>;
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
  const requests = new FolderRequests((onread) => tlsConnector(session.settings, CONNECT_MS, onread), depth);
  const { origin } = session.settings.url;
  let worked = mayRead;
  let renewed = session.access().login;
  const send = <T>(file: string, range: string, straight: boolean, take: Take<T>): Promise<T> => {
    const { cookie } = session.access();
    return requests.send({ origin, path: pathOf(file), headers: { range, cookie }, disk, straight }, async (answer) => {
      if (isUnknown(answer, worked)) throw new Unknown(statusOf(answer));
      return take(answer);
    });
  };
  const once = async <T>(file: string, range: string, straight: boolean, take: Take<T>): Promise<T> => {
    try {
      return await send(file, range, straight, take);
    } catch (error) {
      if (!(error instanceof Unusual)) throw error;
      return send(file, range, false, take);
    }
  };
  const renewing = async <T>(file: string, range: string, straight: boolean, take: Take<T>): Promise<T> => {
    const { login } = session.access();
    try {
      const taken = await once(file, range, straight, take);
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
      return await once(file, range, straight, take);
    } catch (error) {
      if (!(error instanceof Unknown)) throw error;
      throw worked
        ? new SourceFault(`${disk}: ${session.server} has ended the new session, too (${error.message})`)
        : refused(`${disk}: ${session.server} does not let the account read datastores (${error.message}). ${RIGHTS}`);
    }
  };
  return {
    where: session.server,
    get: (file, range, take) => renewing(file, range, false, take),
    read: (file, range, take) => renewing(file, range, true, take),
    close: () => requests.close(),
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

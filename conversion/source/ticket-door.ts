import type { OnReadOpts } from "node:net";
import type { buildConnector } from "undici";
import { nodeAt, nodesOf, textAt } from "../../inventory/vsphere/node-values.ts";
import type { VsphereSession } from "../../inventory/vsphere/session.ts";
import { textXml } from "../../inventory/vsphere/soap.ts";
import { plainThumbprint, tlsConnector } from "../../inventory/vsphere/tls-connector.ts";
import type { XmlNode } from "../../inventory/vsphere/xml-node.ts";
import { refused } from "../failure.ts";
import { RIGHTS, Unknown, type DoorOptions, type FolderDoor } from "./folder-door.ts";
import { FolderRequests, type Take } from "./folder-requests.ts";
import { quote } from "./locate.ts";
import { Unusual } from "./range-connection.ts";
import { sourceError } from "./vsphere-fault.ts";

const CONNECT_MS = 10_000;

/** A ticket of a vCenter for one request at one of its hosts. */
interface Ticket {
  readonly id: string;
  /** Fingerprint of the host's certificate, null: the host is known by its name. */
  readonly thumbprint: string | null;
}

/**
 * /folder of an ESXi host, for whoever is logged in at its vCenter. The host knows neither that session nor the account; the
 * vCenter gives a ticket for each request (SessionManager.AcquireGenericServiceTicket): "may be used only once and is valid
 * only for" that request, sent as the cookie vmware_cgi_ticket. With it comes the fingerprint of the host's certificate: the
 * vCenter, which was verified, vouches for its host, whatever address it is reached at.
 * @param host its name at the vCenter
 * @param address host name or address, with a port where it is not 443
 */
export function ticketDoor(
  session: VsphereSession,
  disk: string,
  { host, address, pathOf, depth }: DoorOptions & { host: string; address: string },
): FolderDoor {
  const origin = originOf(disk, host);
  const where = `${host} (${address})`;
  const servers = new Map<string | null, FolderRequests>();
  const serverWith = (thumbprint: string | null): FolderRequests => {
    const connectorFor = (onread?: OnReadOpts): buildConnector.connector =>
      connectorTo(session, address, thumbprint, onread);
    const known = servers.get(thumbprint) ?? new FolderRequests(connectorFor, depth);
    servers.set(thumbprint, known);
    return known;
  };
  const acquire = async (url: string): Promise<Ticket> => {
    const spec = `<spec xsi:type="SessionManagerHttpServiceRequestSpec">${textXml("method", "httpGet")}${textXml("url", url)}</spec>`;
    try {
      const answer = await session.withLogin(() =>
        session.call("AcquireGenericServiceTicket", session.sessionManager, spec),
      );
      return ticketOf(nodeAt(answer, "returnval"), disk, where);
    } catch (error) {
      throw sourceError(disk, error);
    }
  };
  const ask = async <T>(file: string, range: string, straight: boolean, take: Take<T>): Promise<T> => {
    const path = pathOf(file);
    for (let tried = 1; ; tried += 1) {
      const { id, thumbprint } = await acquire(`${origin}${path}`);
      const headers = { range, cookie: `vmware_cgi_ticket=${id}` };
      try {
        return await serverWith(thumbprint).send({ origin, path, headers, disk, straight }, async (answer) => {
          if (answer.status === 401) throw new Unknown("HTTP status 401");
          return take(answer);
        });
      } catch (error) {
        // The ticket is used up: the request is sent again with a new one.
        if (error instanceof Unusual) return ask(file, range, false, take);
        if (!(error instanceof Unknown)) throw error;
        // A ticket lasts for minutes: a request that waited long is sent with a new one.
        if (tried > 1)
          throw refused(`${disk}: ${where} does not take the tickets that ${session.server} gives. ${RIGHTS}`);
      }
    }
  };
  return {
    where,
    get: (file, range, take) => ask(file, range, false, take),
    read: (file, range, take) => ask(file, range, true, take),
    close: async () => {
      await Promise.all([...servers.values()].map((server) => server.close()));
    },
  };
}

function originOf(disk: string, host: string): string {
  const text = `https://${host.includes(":") ? `[${host}]` : host}`;
  if (!URL.canParse(text) || /[/?#@\\\s]/.test(host))
    throw refused(`${disk}: ${quote(host)} is no name of a host that can be asked.`);
  return text;
}

/** The request is for the host's name, as its ticket is; the connection goes to the address. */
function connectorTo(
  session: VsphereSession,
  address: string,
  thumbprint: string | null,
  onread?: OnReadOpts,
): buildConnector.connector {
  const connect = tlsConnector({ ...session.settings, thumbprint }, CONNECT_MS, onread);
  const { hostname, port } = new URL(`https://${address}`);
  const target = { hostname: hostname.replace(/^\[(.*)\]$/, "$1"), port: port === "" ? "443" : port };
  return (options, callback) => {
    connect({ ...options, servername: options.servername ?? options.hostname, ...target }, callback);
  };
}

function ticketOf(answer: XmlNode | null, disk: string, where: string): Ticket {
  const id = textAt(answer, "id");
  if (id === null || !/^[\x21-\x7e]+$/.test(id) || /[;,"\\]/.test(id))
    throw refused(`${disk}: ${where}: the vCenter gave no ticket that can be sent.`);
  const strong = nodesOf(answer, "certThumbprintList").find((one) =>
    /^sha256$/i.test(textAt(one, "hashAlgorithm") ?? ""),
  );
  const text = textAt(strong, "thumbprint") ?? textAt(answer, "sslThumbprint");
  return { id, thumbprint: text === null ? null : plainThumbprint(text) };
}

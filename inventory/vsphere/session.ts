import { shown } from "../shown.ts";
import { nodeAt, refAt, textAt, type Ref } from "./node-values.ts";
import { explainFault } from "./explain-fault.ts";
import { serverOf, type VsphereSettings } from "./settings.ts";
import { envelope, resultOf, textXml } from "./soap.ts";
import { openTransport, type Consume, type Transport, type TransportOptions } from "./transport.ts";
import { ApiFault, VsphereError } from "./vsphere-error.ts";
import { AnswerError, answerReader, type XmlNode } from "./xml-node.ts";

/** What a server says of itself. */
export interface About {
  /** For example "VMware vCenter Server 8.0.2 build-22617221". */
  readonly fullName: string;
  /** For example 8.0.2.0. */
  readonly apiVersion: string;
  /** False: a single ESXi host. */
  readonly isVcenter: boolean;
}

/** How a method is sent. */
export interface MethodOptions {
  /** It only reads. Default true. */
  readonly reads?: boolean;
  /** It is part of the end. */
  readonly closing?: boolean;
}

export interface Access {
  readonly cookie: string;
  readonly login: number;
}

/** A login at one vCenter or ESXi host. */
export interface VsphereSession {
  readonly settings: VsphereSettings;
  /** Name in the estate. */
  readonly server: string;
  readonly about: About;
  readonly rootFolder: Ref;
  readonly viewManager: Ref;
  readonly propertyCollector: Ref;
  readonly sessionManager: Ref;
  /** null: the server has none (ESXi). */
  readonly customFieldsManager: Ref | null;
  readonly transport: Transport;
  /** Calls a method. @throws {ApiFault} what the API says, {AnswerError} @throws {VsphereError} when no answer comes. */
  call(method: string, target: Ref, argumentsXml: string, options?: MethodOptions): Promise<XmlNode>;
  /**
   * Does what `work` does, and does it once again from its start after a new login when the session has ended (vCenter
   * ends one after 30 min without a call, and at a restart of its services).
   * @throws {VsphereError} for every fault that has a meaning for the user.
   */
  withLogin<T>(work: () => Promise<T>): Promise<T>;
  /** The login for what is read over HTTP beside the API: its cookie (`NAME=VALUE`), and how many logins there were. */
  readonly access: () => Access;
  /**
   * Logs in again, unless that was done since the login of this number: many readers find the same session ended.
   * @throws {VsphereError} with what to do
   */
  renew(login: number): Promise<void>;
  /** Logs out and closes the connections. It throws nothing. */
  close(): Promise<void>;
}

const SERVICE: Ref = { type: "ServiceInstance", id: "ServiceInstance" };
/** Asked for until the server has told its own version; every server since 6.0 knows it. */
const FIRST_VERSION = "6.0";

/**
 * Logs in. Close the session whatever happens.
 * @throws {VsphereError} with what to do: another certificate, a wrong password, not a vCenter, one that is too old.
 */
export async function openVsphere(settings: VsphereSettings, options: TransportOptions = {}): Promise<VsphereSession> {
  const server = serverOf(settings.url);
  if (settings.url.protocol !== "https:")
    throw new VsphereError(server, "its address does not begin with https://", "Passwords are sent over TLS only.");
  const transport = openTransport(settings, options);
  let version = FIRST_VERSION;
  let cookie: string | null = null;
  let logins = 0;
  let renewing: Promise<void> | null = null;

  const call: VsphereSession["call"] = (method, target, argumentsXml, { reads = true, closing = false } = {}) => {
    const headers = {
      "content-type": "text/xml; charset=utf-8",
      soapaction: `"urn:vim25/${version}"`,
      ...(cookie === null ? {} : { cookie }),
    };
    const body = envelope(method, target, argumentsXml);
    return transport.send({ method: "POST", path: "/sdk", headers, body, reads, closing }, async (...answer) => {
      cookie = cookieOf(answer[1]["set-cookie"]) ?? cookie;
      return readSoap(...answer);
    });
  };
  const explained = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw explainFault(error, settings);
    }
  };
  const login = async (manager: Ref): Promise<void> => {
    cookie = null;
    const credentials = `${textXml("userName", settings.username)}${textXml("password", settings.password())}`;
    await call("Login", manager, credentials, { reads: false });
    logins += 1;
  };
  /** A server gives a cookie to whoever has none, too: that there is another one does not say that somebody logged in. */
  const renew = (manager: Ref, seen: number): Promise<void> => {
    if (logins !== seen) return Promise.resolve();
    renewing ??= login(manager).finally(() => (renewing = null));
    return renewing;
  };
  const close = async (manager: Ref | null): Promise<void> => {
    try {
      if (manager !== null && cookie !== null) await call("Logout", manager, "", { reads: false, closing: true });
    } catch {
      // The session ends by itself, too; what was thrown before this matters more.
    } finally {
      await transport.close();
    }
  };

  let sessionManager: Ref | null = null;
  try {
    return await explained(async () => {
      const content = nodeAt(await call("RetrieveServiceContent", SERVICE, ""), "returnval");
      const about = aboutOf(server, content);
      const manager = needed(server, content, "sessionManager");
      version = about.apiVersion;
      await login(manager);
      sessionManager = manager;
      return {
        settings,
        server,
        about,
        rootFolder: needed(server, content, "rootFolder"),
        viewManager: needed(server, content, "viewManager"),
        propertyCollector: needed(server, content, "propertyCollector"),
        sessionManager: manager,
        customFieldsManager: refAt(content, "customFieldsManager"),
        transport,
        call,
        withLogin: (work) =>
          explained(async () => {
            const seen = logins;
            try {
              return await work();
            } catch (error) {
              if (!(error instanceof ApiFault) || error.type !== "NotAuthenticated") throw error;
              await renew(manager, seen);
              return work();
            }
          }),
        access: () => ({ cookie: cookie ?? "", login: logins }),
        renew: (seen) => explained(() => renew(manager, seen)),
        close: () => close(manager),
      } satisfies VsphereSession;
    });
  } catch (error) {
    await close(sessionManager);
    throw error;
  }
}

/** Reads a SOAP answer as it comes. Faults come with status 500; what has another one is no SOAP service. */
const readSoap: Consume<XmlNode> = async (status, _headers, body) => {
  if (status !== 200 && status !== 500) throw new AnswerError(`HTTP status ${status}`);
  const reader = answerReader();
  const decoder = new TextDecoder();
  for await (const chunk of body) reader.write(decoder.decode(chunk, { stream: true }));
  reader.write(decoder.decode());
  return resultOf(reader.end());
};

function cookieOf(header: string | string[] | undefined): string | null {
  const cookies = header === undefined ? [] : [header].flat();
  const session = cookies
    .map((one) => one.split(";")[0] ?? "")
    .find((one) => /^vmware_soap_session=[\x21-\x7e]+$/.test(one));
  return session ?? null;
}

function aboutOf(server: string, content: XmlNode | null): About {
  const about = nodeAt(content, "about");
  const apiVersion = textAt(about, "apiVersion") ?? "";
  const fullName = textAt(about, "fullName") ?? "a server without a name";
  if (!/^\d{1,3}(\.\d{1,5}){0,5}$/.test(apiVersion)) throw new AnswerError("it tells no API version");
  if (Number(apiVersion.split(".")[0]) < 6) {
    const advice = "Wavelift reads vSphere 6.0 and newer: give an RVTools export, or the files of its VMs.";
    throw new VsphereError(server, `${shown(fullName)} is too old (API ${apiVersion})`, advice);
  }
  return { fullName, apiVersion, isVcenter: textAt(about, "apiType") === "VirtualCenter" };
}

function needed(server: string, content: XmlNode | null, name: string): Ref {
  const ref = refAt(content, name);
  if (ref === null) throw new VsphereError(server, `it has no ${name}`, "Is this a vCenter or an ESXi host?");
  return ref;
}

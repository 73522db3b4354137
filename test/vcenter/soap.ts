import { readFile } from "node:fs/promises";
import { Agent, fetch } from "undici";
import type { Simulator } from "../../lab/vcenter/simulator.ts";

/** The barest client of the vSphere API: what the simulator serves is looked at without our own reader. */
export class Soap {
  private cookie = "";

  private readonly url: string;

  private readonly dispatcher: Agent;

  private constructor(url: string, certificate: string) {
    this.url = url;
    this.dispatcher = new Agent({ connect: { ca: certificate } });
  }

  static async to({ url, certificateFile }: Simulator): Promise<Soap> {
    return new Soap(url, await readFile(certificateFile, "utf8"));
  }

  /** Sends one call; gives the answer's text, a fault's too. */
  async call(body: string): Promise<string> {
    const answer = await fetch(this.url, {
      method: "POST",
      dispatcher: this.dispatcher,
      headers: { "Content-Type": "text/xml", SOAPAction: "urn:vim25/8.0", Cookie: this.cookie },
      body: `<?xml version="1.0"?><Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Body>${body}</Body></Envelope>`,
    });
    const [cookie] = answer.headers.getSetCookie();
    if (cookie !== undefined) this.cookie = cookie.split(";")[0] ?? "";
    return answer.text();
  }

  login(user: string, password: string): Promise<string> {
    return this.call(
      `<Login xmlns="urn:vim25"><_this type="SessionManager">SessionManager</_this><userName>${user}</userName><password>${password}</password></Login>`,
    );
  }

  /** Properties of one object, as XML. */
  read(type: string, id: string, ...paths: readonly string[]): Promise<string> {
    return this.call(
      `<RetrievePropertiesEx xmlns="urn:vim25"><_this type="PropertyCollector">propertyCollector</_this><specSet>` +
        `<propSet><type>${type}</type>${paths.map((path) => `<pathSet>${path}</pathSet>`).join("")}</propSet>` +
        `<objectSet><obj type="${type}">${id}</obj></objectSet></specSet><options/></RetrievePropertiesEx>`,
    );
  }

  /** Status of a GET of the same server, as the session where there is one. */
  async status(path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
    const answer = await fetch(new URL(path, this.url), {
      dispatcher: this.dispatcher,
      headers: { ...(this.cookie === "" ? {} : { Cookie: this.cookie }), ...headers },
    });
    await answer.body?.cancel();
    return answer.status;
  }

  close(): Promise<void> {
    return this.dispatcher.close();
  }
}

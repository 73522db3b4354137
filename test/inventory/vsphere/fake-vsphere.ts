import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { VsphereSettings } from "../../../inventory/vsphere/settings.ts";

/** What the fake answers to a call: a body, with status 200 or 500 for a fault; "reset" breaks the connection. */
export type FakeAnswer = { readonly status: number; readonly body: string } | "reset";

export interface FakeVsphere {
  readonly settings: VsphereSettings;
  /** Methods in the order in which they came. */
  readonly calls: string[];
  close(): Promise<void>;
}

export const PASSWORD = "s3cret & <quoted>";

/** A SOAP server for what the simulator cannot do: it answers each method with what `answer` says. */
export async function startFakeVsphere(
  certificate: { readonly key: string; readonly cert: string; readonly ca: string },
  answer: (method: string, body: string, count: number) => FakeAnswer | null,
): Promise<FakeVsphere> {
  const calls: string[] = [];
  const server = createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      const method = /<soapenv:Body><(\w+)/.exec(body)?.[1] ?? request.url ?? "";
      calls.push(method);
      const count = calls.filter((one) => one === method).length;
      const found = answer(method, body, count) ?? usual(method);
      if (found === "reset") {
        request.socket.destroy();
        return;
      }
      response.writeHead(found.status, {
        "content-type": "text/xml",
        ...(method === "Login" ? { "set-cookie": `vmware_soap_session="session-${count}"; Path=/; HttpOnly` } : {}),
      });
      response.end(found.body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    calls,
    settings: {
      url: new URL(`https://127.0.0.1:${port}`),
      username: "reader@vsphere.local",
      password: () => PASSWORD,
      caPem: certificate.ca,
      thumbprint: null,
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** A SOAP answer around the result's content. */
export const answered = (method: string, content: string): FakeAnswer => ({
  status: 200,
  body: soap(`<${method}Response xmlns="urn:vim25">${content}</${method}Response>`),
});

/** A fault of the API. */
export const faulted = (type: string, text = "", fields = ""): FakeAnswer => ({
  status: 500,
  body: soap(
    `<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>${text}</faultstring>` +
      `<detail><${type}Fault xmlns="urn:vim25" xsi:type="${type}">${fields}</${type}Fault></detail></soapenv:Fault>`,
  ),
});

export const soap = (body: string): string =>
  '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" ' +
  `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;

export const content = (apiVersion = "8.0.2.0", apiType = "HostAgent"): string =>
  '<returnval><rootFolder type="Folder">ha-folder-root</rootFolder>' +
  '<propertyCollector type="PropertyCollector">pc</propertyCollector><viewManager type="ViewManager">vm</viewManager>' +
  `<about><fullName>VMware ESXi 8.0.2</fullName><apiVersion>${apiVersion}</apiVersion><apiType>${apiType}</apiType></about>` +
  '<sessionManager type="SessionManager">sm</sessionManager></returnval>';

function usual(method: string): FakeAnswer {
  switch (method) {
    case "RetrieveServiceContent":
      return answered(method, content());
    case "CreateContainerView":
      return answered(method, '<returnval type="ContainerView">view-1</returnval>');
    default:
      return answered(method, "");
  }
}

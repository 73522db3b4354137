import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { retrieveObjects } from "../../../inventory/vsphere/retrieve.ts";
import { openVsphere, type VsphereSession } from "../../../inventory/vsphere/session.ts";
import { plainThumbprint } from "../../../inventory/vsphere/tls-connector.ts";
import { VsphereError } from "../../../inventory/vsphere/vsphere-error.ts";
import { makeCertificate } from "../../cloud/certificates.ts";
import { withEnvironment } from "../../cloud/fake-cloud.ts";
import {
  answered,
  content,
  faulted,
  PASSWORD,
  startFakeVsphere,
  type FakeAnswer,
  type FakeVsphere,
} from "./fake-vsphere.ts";

const quick = { sleep: () => Promise.resolve() };

describe("the client of the vSphere API", () => {
  let folder: string;
  let certificate: ReturnType<typeof makeCertificate>;
  let fake: FakeVsphere | undefined;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "wavelift-vsphere-"));
    certificate = makeCertificate(folder, "IP:127.0.0.1");
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  afterEach(async () => {
    await fake?.close();
    fake = undefined;
  });

  const start = async (answer: Parameters<typeof startFakeVsphere>[1] = () => null): Promise<FakeVsphere> =>
    (fake = await startFakeVsphere(certificate, answer));
  const refusal = async (work: Promise<unknown>): Promise<VsphereError> => {
    const error: unknown = await work.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof VsphereError, String(error));
    assert.ok(!error.message.includes(PASSWORD), error.message);
    return error;
  };
  const vm = (session: VsphereSession, ...ids: string[]) =>
    session.withLogin(() =>
      retrieveObjects(
        session,
        ids.map((id) => ({ type: "VirtualMachine", id })),
        new Map([["VirtualMachine", new Set(["name", "config.keyId"])]]),
      ),
    );
  const object = (id: string, name = id): string =>
    `<objects><obj type="VirtualMachine">${id}</obj><propSet><name>name</name><val xsi:type="xsd:string">${name}</val></propSet></objects>`;
  const page = (method: string, objects: string, token = ""): FakeAnswer =>
    answered(method, `<returnval>${token === "" ? "" : `<token>${token}</token>`}${objects}</returnval>`);

  it("refuses a certificate that nobody signed, before anything is sent, and shows how to trust it", async () => {
    const { settings, calls } = await start();
    const error = await refusal(openVsphere({ ...settings, caPem: null }, quick));
    assert.match(
      error.message,
      /its certificate is not trusted .* signed by Test CA.*Compare the fingerprint.*`caFile: .*`thumbprint: /,
    );
    assert.ok(error.message.includes(new X509Certificate(certificate.cert).fingerprint256), error.message);
    assert.deepEqual(calls, []);
  });

  it("is not switched off by NODE_TLS_REJECT_UNAUTHORIZED", async () => {
    const { settings, calls } = await start();
    await withEnvironment({ NODE_TLS_REJECT_UNAUTHORIZED: "0" }, () =>
      refusal(openVsphere({ ...settings, caPem: null }, quick)),
    );
    assert.deepEqual(calls, []);
  });

  it("takes a pinned certificate, by SHA-256 or SHA-1, and no other", async () => {
    const { settings, calls } = await start();
    const { fingerprint, fingerprint256 } = new X509Certificate(certificate.cert);
    for (const shown of [fingerprint256, fingerprint]) {
      const pinned = { ...settings, caPem: null, thumbprint: plainThumbprint(shown) };
      await (await openVsphere(pinned, quick)).close();
      const wrong = plainThumbprint(shown).replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
      const before = calls.length;
      const error = await refusal(openVsphere({ ...pinned, thumbprint: wrong }, quick));
      assert.match(error.message, /another certificate than the pinned one.*Nothing was sent/);
      assert.ok(error.message.includes(fingerprint256), error.message);
      assert.equal(calls.length, before);
    }
    assert.deepEqual(calls.slice(0, 3), ["RetrieveServiceContent", "Login", "Logout"]);
  });

  it("refuses a pinned certificate whose time is over", async () => {
    const ended = makeCertificate(mkdtempSync(join(folder, "ended-")), "IP:127.0.0.1", -1);
    fake = await startFakeVsphere(ended, () => null);
    const thumbprint = plainThumbprint(new X509Certificate(ended.cert).fingerprint256);
    const error = await refusal(openVsphere({ ...fake.settings, caPem: null, thumbprint }, quick));
    assert.match(error.message, /the pinned certificate is valid from .* only/);
    assert.deepEqual(fake.calls, []);
  });

  it("sends no password without TLS", async () => {
    const { settings, calls } = await start();
    const url = new URL(settings.url.href.replace("https:", "http:"));
    assert.match((await refusal(openVsphere({ ...settings, url }, quick))).message, /over TLS only/);
    assert.deepEqual(calls, []);
  });

  it("tries a wrong password once, and says what to do without repeating it", async () => {
    const { settings, calls } = await start((method) =>
      method === "Login"
        ? faulted("InvalidLogin", `Cannot log in with ${PASSWORD.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}`)
        : null,
    );
    const error = await refusal(openVsphere(settings, quick));
    assert.match(error.message, /user name or the password of reader@vsphere\.local is wrong.*lock the account/);
    assert.deepEqual(calls, ["RetrieveServiceContent", "Login"]);
  });

  it("says of another fault what the API said, without the password in it", async () => {
    const text = PASSWORD.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    const { settings } = await start((method) =>
      method === "Login" ? faulted("HostConnectFault", `no: ${text}`) : null,
    );
    assert.match((await refusal(openVsphere(settings, quick))).message, /HostConnectFault: no: \*\*\*/);
  });

  it("sends the password as it is, whatever it holds", async () => {
    let sent = "";
    const { settings } = await start((method, body) => {
      if (method === "Login") sent = /<password>(.*)<\/password>/.exec(body)?.[1] ?? "";
      return null;
    });
    await (await openVsphere(settings, quick)).close();
    assert.equal(sent, "s3cret &#38; &#60;quoted&#62;");
  });

  it("tells what is no vSphere API, and what is too old", async () => {
    const html = { status: 200, body: "<!DOCTYPE html><html><body>Welcome</body></html>" };
    const answers: readonly (readonly [FakeAnswer, RegExp])[] = [
      [html, /is not the vSphere API \(a document type/],
      [{ status: 404, body: "" }, /is not the vSphere API \(HTTP status 404\)/],
      [{ status: 200, body: "<a>" }, /is not the vSphere API/],
      [answered("RetrieveServiceContent", content("5.5")), /is too old \(API 5\.5\)/],
    ];
    for (const [answer, expected] of answers) {
      const { settings } = await start((method) => (method === "RetrieveServiceContent" ? answer : null));
      assert.match((await refusal(openVsphere(settings, quick))).message, expected);
      await fake?.close();
    }
    fake = undefined;
  });

  it("logs in once again when the session has ended, and goes on; not a second time", async () => {
    const { settings, calls } = await start((method, _body, count) =>
      method !== "RetrievePropertiesEx"
        ? null
        : count === 2 || count > 3
          ? faulted("NotAuthenticated")
          : page(method, object("vm-1")),
    );
    const session = await openVsphere(settings, quick);
    try {
      assert.equal((await vm(session, "vm-1")).length, 1);
      assert.equal((await vm(session, "vm-1")).length, 1);
      assert.equal(calls.filter((one) => one === "Login").length, 2);
      assert.match((await refusal(vm(session, "vm-1"))).message, /the session of reader@vsphere\.local ends at once/);
      assert.equal(calls.filter((one) => one === "Login").length, 3);
    } finally {
      await session.close();
    }
    assert.equal(calls.at(-1), "Logout");
  });

  it("reads again when the server has no time or the connection breaks", async () => {
    const { settings } = await start((method, _body, count) =>
      method !== "RetrievePropertiesEx"
        ? null
        : count === 1
          ? { status: 503, body: "" }
          : count === 2
            ? "reset"
            : page(method, object("vm-1")),
    );
    const session = await openVsphere(settings, quick);
    assert.equal((await vm(session, "vm-1")).length, 1);
    await session.close();
  });

  it("does not send a log-in twice whose answer was lost", async () => {
    const { settings, calls } = await start((method) => (method === "Login" ? "reset" : null));
    await refusal(openVsphere(settings, quick));
    assert.deepEqual(calls, ["RetrieveServiceContent", "Login"]);
  });

  it("reads page by page, and all again when a page is lost", async () => {
    const { settings, calls } = await start((method, _body, count) => {
      if (method === "RetrievePropertiesEx") return page(method, object("vm-1"), "t1");
      if (method === "ContinueRetrievePropertiesEx") return count === 1 ? "reset" : page(method, object("vm-2"));
      return null;
    });
    const session = await openVsphere(settings, quick);
    assert.deepEqual(
      (await vm(session, "vm-1", "vm-2")).map(({ id }) => id),
      ["vm-1", "vm-2"],
    );
    await session.close();
    assert.equal(calls.filter((one) => one === "RetrievePropertiesEx").length, 2);
  });

  it("tells the server when it stops between two pages, and logs out although everything was stopped", async () => {
    const stopped = new AbortController();
    const { settings, calls } = await start((method) => {
      if (method === "RetrievePropertiesEx") return page(method, object("vm-1"), "t1");
      if (method === "ContinueRetrievePropertiesEx") stopped.abort(new Error("stopped"));
      return null;
    });
    const session = await openVsphere(settings, { ...quick, signal: stopped.signal });
    await assert.rejects(vm(session, "vm-1", "vm-2"), /stopped|aborted/);
    await session.close();
    assert.deepEqual(calls.slice(-2), ["CancelRetrievePropertiesEx", "Logout"]);
  });

  it("asks an older server only for what it knows", async () => {
    const { settings } = await start((method, body) =>
      method !== "RetrievePropertiesEx"
        ? null
        : body.includes("<pathSet>config.keyId</pathSet>")
          ? faulted("InvalidProperty", "", "<name>config.keyId</name>")
          : page(method, object("vm-1")),
    );
    const session = await openVsphere(settings, quick);
    assert.equal((await vm(session, "vm-1")).length, 1);
    await session.close();
  });
});

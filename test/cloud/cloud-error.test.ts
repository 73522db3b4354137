import assert from "node:assert/strict";
import { CloudError, messageOf } from "../../cloud/cloud-error.ts";

describe("message of an API's error", () => {
  for (const [from, body, expected] of [
    [
      "Nova and Cinder",
      { itemNotFound: { code: 404, message: "Instance x could not be found." } },
      "Instance x could not be found.",
    ],
    [
      "Neutron",
      { NeutronError: { type: "IpAddressInUse", message: "IP address 10.0.0.5 is taken.", detail: "" } },
      "IP address 10.0.0.5 is taken.",
    ],
    ["older Neutron", { NeutronError: "Network x could not be found" }, "Network x could not be found"],
    ["Keystone", { error: { code: 401, title: "Unauthorized", message: "Sign in." } }, "Sign in."],
    ["Placement", { errors: [{ status: 400, title: "Bad Request", detail: "no such class" }] }, "no such class"],
    ["Pecan", { debuginfo: null, faultcode: "Client", faultstring: "Access denied" }, "Access denied"],
    ["a gateway", { message: "upstream\n timed out" }, "upstream timed out"],
    ["an unknown one", { code: 500 }, ""],
  ] as const) {
    it(`of ${from}`, () => {
      assert.equal(messageOf(JSON.stringify(body)), expected);
    });
  }

  it("of an HTML page is its text", () => {
    const page =
      "<html><head><title>403</title></head><body><h1>403 Forbidden</h1>Access was denied.<br/>\u001b[31m</body></html>";
    assert.equal(messageOf(page), "403 Forbidden Access was denied. [31m");
  });

  it("is cut, so that a page of nonsense does not fill the screen", () => {
    assert.equal(messageOf("x".repeat(10_000)).length, 400);
  });
});

describe("CloudError", () => {
  const about = { cloud: "prod", service: "network", method: "POST", path: "/ports" } as const;

  it("says what was asked, what came back and what to do", () => {
    assert.equal(
      new CloudError(about, 409, "IP address 10.0.0.5 is taken.").message,
      'cloud "prod", network: POST /ports failed: 409: IP address 10.0.0.5 is taken. Its present state does not allow it, ' +
        "or something else has the same name or address: look at it, then run again.",
    );
  });

  for (const status of [401, 403, 404, 409, 413, 503]) {
    it(`has advice for ${status}`, () => {
      const plain = new CloudError(about, status, "no", null).message;
      assert.ok(new CloudError(about, status, "no").message.length > plain.length + 30);
    });
  }
});

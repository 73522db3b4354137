import assert from "node:assert/strict";
import { endpointOf, EndpointError, type Catalog } from "../../cloud/endpoint.ts";
import type { CloudEntry } from "../../cloud/entry.ts";
import type { ServiceType } from "../../cloud/service.ts";

const entry: CloudEntry = {
  name: "prod",
  authUrl: "https://id.example/v3",
  auth: { kind: "token", token: "t", project: null },
  region: null,
  interface: "public",
  caPem: null,
  endpoints: {},
};
const service = (type: string, url: string, region = "R1", kind = "public"): Catalog[number] => ({
  type,
  endpoints: [{ interface: kind, region_id: region, url }],
});

describe("endpoint of a service", () => {
  for (const [type, wanted, url, expected] of [
    ["compute", "compute", "https://c:8774/v2.1", "https://c:8774/v2.1"],
    ["compute", "compute", "https://c:8774/v2.1/p1/", "https://c:8774/v2.1/p1"],
    ["compute", "compute", "https://c/compute", "https://c/compute/v2.1"],
    ["volumev3", "block-storage", "https://v:8776/v3/p1", "https://v:8776/v3/p1"],
    ["block-storage", "block-storage", "https://v/volume/v3", "https://v/volume/v3/p1"],
    ["volumev3", "block-storage", "https://v:8776/", "https://v:8776/v3/p1"],
    ["volume", "block-storage", "https://v:8776/v2/p1", "https://v:8776/v3/p1"],
    ["network", "network", "https://n:9696", "https://n:9696/v2.0"],
    ["network", "network", "https://n:9696/v2.0/", "https://n:9696/v2.0"],
    ["image", "image", "https://i:9292", "https://i:9292/v2"],
    ["image", "image", "https://i:9292/v2.1", "https://i:9292/v2"],
  ] as const) {
    it(`${type} at ${url} is ${expected}`, () => {
      assert.equal(endpointOf([service(type, url)], entry, wanted satisfies ServiceType, "p1"), expected);
    });
  }

  it("prefers the official service type to its older names", () => {
    const catalog = [service("volume", "https://old/v2/p1"), service("block-storage", "https://new/v3")];
    assert.equal(endpointOf(catalog, entry, "block-storage", "p1"), "https://new/v3/p1");
  });

  it("is the override of clouds.yaml where there is one, also for a service the catalog lacks", () => {
    const overridden = { ...entry, endpoints: { "block-storage": "https://mine:8776" } };
    assert.equal(endpointOf([], overridden, "block-storage", "p1"), "https://mine:8776/v3/p1");
  });

  it("is the entry's region and interface", () => {
    const catalog = [
      service("network", "https://r1", "R1"),
      service("network", "https://r2", "R2"),
      service("network", "https://r2-in", "R2", "internal"),
    ];
    assert.equal(endpointOf(catalog, { ...entry, region: "R2" }, "network", "p"), "https://r2/v2.0");
    assert.equal(endpointOf(catalog, { ...entry, interface: "internal" }, "network", "p"), "https://r2-in/v2.0");
    assert.throws(() => endpointOf(catalog, entry, "network", "p"), /set region_name in clouds\.yaml/);
    assert.throws(
      () => endpointOf(catalog, { ...entry, region: "r2" }, "network", "p"),
      (error) => {
        assert.ok(error instanceof EndpointError);
        assert.match(
          error.message,
          /no public endpoint of "network" in region "r2"; it has internal in R2, public in R1, public in R2/,
        );
        return true;
      },
    );
  });

  it("that is missing is told with what the catalog has", () => {
    const catalog = [service("image", "https://i"), service("compute", "https://c")];
    assert.throws(() => endpointOf(catalog, entry, "network", "p"), /no service "network"; it has compute, image/);
    assert.throws(() => endpointOf([], entry, "network", "p"), /it has nothing: is the project right\?/);
  });
});

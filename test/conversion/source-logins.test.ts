import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { WorkOf } from "../../conversion/input.ts";
import type { DiskSource } from "../../conversion/job.ts";
import { sourceLogins } from "../../conversion/source-logins.ts";

describe("logins for reading disks", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "wavelift-logins-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const entry = (more: readonly string[]): void => {
    const lines = ["url: https://vc1.example:8443", "username: reader", "passwordEnvironment: SECRET", ...more];
    const text = `version: 1\nsources:\n  prod:\n${lines.map((line) => `    ${line}\n`).join("")}`;
    writeFileSync(path.join(folder, "sources.yaml"), text);
  };

  const logins = (transport: DiskSource["transport"], server = "vc1.example") => {
    const origin = { server, vm: "vm-1", deviceKey: 2000 };
    const source = {
      transport,
      datastore: "ds",
      file: "a/a.vmdk",
      format: "vmdk",
      capacityBytes: 512,
      origin,
    } as const;
    const job = { version: 1, stack: "s", vm: "a", generation: 1, target: "t", cloud: "c" } as const;
    const work: WorkOf<"source"> = { verb: "source", job: { ...job, disks: [{ disk: "a-disk-2000", source }] } };
    return sourceLogins(work, { SECRET: "s3cret" }, folder);
  };

  it("are taken from sources.yaml, also of a server that is not asked at preview", () => {
    entry(["live: false", "hostAddresses: { esx1.example: 10.99.0.11, esx2.example: '[fd00::2]:8443' }"]);
    assert.deepEqual(logins("https"), {
      "vc1.example": {
        ...{ kind: "vsphere", url: "https://vc1.example:8443/", username: "reader", password: "s3cret" },
        ...{ caPem: null, thumbprint: null },
        hostAddresses: { "esx1.example": "10.99.0.11", "esx2.example": "[fd00::2]:8443" },
      },
    });
  });

  it("sends none for files that the conversion host sees, nor for a server that is not there", () => {
    entry([]);
    assert.deepEqual([logins("file"), logins("ova"), logins("https", "vc2.example")], [{}, {}, {}]);
    assert.deepEqual(Object.keys(logins("auto")), ["vc1.example"]);
  });

  for (const address of ["https://10.0.0.1", "10.0.0.1/sdk", "user@esx", "10.0.0.1:port", "a b"])
    it(`refuses the address ${JSON.stringify(address)} of an ESXi host`, () => {
      entry([`hostAddresses: { esx1.example: ${JSON.stringify(address)} }`]);
      assert.throws(() => logins("https"), /sources\.prod\.hostAddresses\.esx1\.example: a host name or an address/);
    });
});

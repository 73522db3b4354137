import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Finding } from "../../../inventory/readers/reader.ts";
import { readVms } from "../../../inventory/readers/vsphere.ts";
import { splitPath } from "../../../inventory/readers/vsphere-disks.ts";
import { softwareIn } from "../../../inventory/readers/vsphere-guest.ts";
import { vsphereVm } from "../../../inventory/readers/vsphere-vm.ts";
import { openVsphere } from "../../../inventory/vsphere/session.ts";
import { makeCertificate } from "../../cloud/certificates.ts";
import { answered, startFakeVsphere } from "./fake-vsphere.ts";
import { nowhere, objectIn, vmXml, type VmFacts } from "./vm-xml.ts";

const facts = (id: string, more: Partial<VmFacts> = {}): VmFacts => ({
  id,
  name: `name of ${id}`,
  cpus: 2,
  memoryMiB: 2048,
  annotation: "",
  disks: [{ key: 2000, unit: 0, bytes: 2 ** 30, file: `${id}/${id}.vmdk` }],
  nics: [{ key: 4000, mac: "00:50:56:aa:00:01", address: "10.0.0.5", prefix: 24 }],
  snapshots: [],
  ...more,
});
const read = (xml: string): Finding[] => {
  const object = objectIn(xml) ?? assert.fail("no object");
  return vsphereVm(object, { server: "vc", places: nowhere, customFields: new Map(), tags: [] });
};
const vmOf = (findings: readonly Finding[]) =>
  findings.flatMap((one) => ("vm" in one ? [one.vm] : []))[0] ?? assert.fail(JSON.stringify(findings));

describe("VMs of the vSphere API", () => {
  it("one that cannot be read is a fault with its id, and hides no other", async () => {
    const folder = mkdtempSync(join(tmpdir(), "wavelift-vsphere-"));
    const fake = await startFakeVsphere(makeCertificate(folder, "IP:127.0.0.1"), (method, body) => {
      if (method !== "RetrievePropertiesEx") return null;
      const ids = [...body.matchAll(/>(vm-\d+)</g)].map(([, id = ""]) => id);
      // A control character, which XML cannot hold, in the notes of one.
      const objects = ids.map((id) => vmXml(facts(id)).replace("debian12", id === "vm-3" ? "&#1;" : "debian12"));
      return answered(method, `<returnval>${objects.join("")}</returnval>`);
    });
    try {
      const session = await openVsphere(fake.settings);
      const found: Finding[] = [];
      for await (const one of readVms(session, ["vm-1", "vm-2", "vm-3", "vm-4", "vm-5"])) found.push(one);
      await session.close();
      assert.deepEqual(found.flatMap((one) => ("vm" in one ? [one.vm.source.id] : [])).sort(), [
        "vm-1",
        "vm-2",
        "vm-4",
        "vm-5",
      ]);
      const faults = found.flatMap((one) => ("fault" in one ? [one.fault] : []));
      assert.deepEqual(
        faults.map(({ vm }) => vm),
        ["vm-3"],
      );
    } finally {
      await fake.close();
      rmSync(folder, { recursive: true });
    }
  });

  it("one without configuration is a fault that says why", () => {
    const [lost] = read(
      '<objects xmlns:xsi="x"><obj type="VirtualMachine">vm-7</obj><propSet><name>name</name><val>lost%2fone</val></propSet>' +
        "<propSet><name>runtime.connectionState</name><val>orphaned</val></propSet></objects>",
    );
    assert.ok(lost !== undefined && "fault" in lost);
    assert.deepEqual([lost.fault.vm, lost.fault.value], ["lost/one", "not told (connection state orphaned)"]);
    const [hidden] = read(
      '<objects xmlns:xsi="x"><obj type="VirtualMachine">vm-7</obj><missingSet><path>config.hardware</path>' +
        '<fault><fault xsi:type="NoPermission"/></fault></missingSet></objects>',
    );
    assert.ok(hidden !== undefined && "fault" in hidden);
    assert.deepEqual([hidden.fault.path, hidden.fault.value], ["config.hardware", "NoPermission"]);
    assert.match(hidden.fault.advice, /Read-only/);
  });

  it("a disk that is attached to nothing is a fault; the VM keeps its others", () => {
    const xml = vmXml(
      facts("vm-1", {
        disks: [
          { key: 2000, unit: 0, bytes: 2 ** 30, file: "a.vmdk" },
          { key: 2001, unit: 1, bytes: 0, file: "b.vmdk" },
        ],
      }),
    );
    const findings = read(xml);
    assert.equal(vmOf(findings).disks.length, 1);
    assert.match(JSON.stringify(findings.filter((one) => "fault" in one)), /Hard disk 2001.*a capacity of 0 bytes/);
  });

  it("a gateway belongs to the NIC that its route names, else to the one whose subnet it is in", () => {
    const nics = [
      { key: 4000, mac: "00:50:56:aa:00:01", address: "10.0.0.5", prefix: 24 },
      { key: 4001, mac: "00:50:56:aa:00:02", address: "10.9.0.5", prefix: 16 },
    ];
    const stack = (device: string): string =>
      "<propSet><name>guest.ipStack</name><val><GuestStackInfo><ipRouteConfig><ipRoute><network>0.0.0.0</network><prefixLength>0</prefixLength>" +
      `<gateway><ipAddress>10.9.0.1</ipAddress>${device}</gateway></ipRoute></ipRouteConfig></GuestStackInfo></val></propSet></objects>`;
    const gateways = (device: string) =>
      vmOf(read(vmXml(facts("vm-1", { nics })).replace("</objects>", stack(device)))).nics.map(
        ({ gateway }) => gateway,
      );
    assert.deepEqual(gateways("<device>0</device>"), ["10.9.0.1", null]);
    assert.deepEqual(gateways(""), [null, "10.9.0.1"]);
  });

  it("link-local addresses and those that are none are left out", () => {
    const xml = vmXml(facts("vm-1")).replace(
      "<prefixLength>24</prefixLength>",
      "<prefixLength>240</prefixLength></ipAddress><ipAddress><ipAddress>fe80::1</ipAddress><prefixLength>64</prefixLength></ipAddress>" +
        "<ipAddress><ipAddress>; rm -rf /</ipAddress>",
    );
    assert.deepEqual(vmOf(read(xml)).nics[0]?.addresses, [{ address: "10.0.0.5", prefixLength: null }]);
  });

  it("paths of datastores are taken apart, whatever the names hold", () => {
    assert.deepEqual(splitPath("[ds 1] a b/[x] ü.vmdk"), { datastore: "ds 1", file: "a b/[x] ü.vmdk" });
    for (const wrong of ["", "[] /vmfs/x", "web01.vmdk", "[ds1]", "[ds1] "]) assert.equal(splitPath(wrong), null);
  });

  it("names of known software only, null when the guest publishes nothing that can be read", () => {
    const applications = [{ a: "corosync", v: "3" }, { a: "MsMpEng.exe" }, { a: "corosync" }, { a: "avp.exe" }];
    assert.deepEqual(softwareIn(JSON.stringify({ version: "1", applications })), ["avp.exe", "corosync"]);
    for (const unreadable of [null, "", "{", "[]", '{"applications": 1}']) assert.equal(softwareIn(unreadable), null);
  });
});

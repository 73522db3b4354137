import assert from "node:assert/strict";
import { plainHeader } from "../../../inventory/readers/rvtools/fields.ts";
import { columnsOf } from "../../../inventory/readers/rvtools/table.ts";
import { tabNamed } from "../../../inventory/readers/rvtools/tabs.ts";

const custom = (...headers: string[]) => columnsOf("vInfo", headers)?.custom.map(({ name }) => name);

describe("headers of RVTools", () => {
  it("are the same in every generation but for case, blanks, punctuation and MB", () => {
    for (const [older, newer] of [
      ["Capacity MB", "Capacity MiB"],
      ["In use MB", "In Use MiB"],
      ["Date/time", "Date / time"],
      ["# CPU", "#CPU"],
      ["\uFEFFVM", "VM"],
    ] as const)
      assert.equal(plainHeader(older), plainHeader(newer));
  });

  it("that people added between Annotation and Datacenter are custom attributes, whatever they are called", () => {
    const found = columnsOf("vInfo", [
      "VM",
      "Powerstate",
      "Annotation",
      "Owner",
      "Host",
      "Name",
      "Datacenter",
      "Cluster",
      "Host",
    ]);
    assert.deepEqual(found?.custom, [
      { name: "Owner", place: 2 + 1 },
      { name: "Host", place: 2 + 2 },
      { name: "Name", place: 2 + 3 },
    ]);
    assert.deepEqual(found.kept[found.fields.get("host") ?? -1], 8);
  });

  it("that RVTools knows are none, even where somebody moved them", () => {
    assert.deepEqual(custom("VM", "Powerstate", "Annotation", "Firmware", "Owner", "Datacenter"), ["Owner"]);
    assert.deepEqual(custom("VM", "Powerstate", "HA Restart Priority", "Kostenstelle"), ["Kostenstelle"]);
    assert.deepEqual(custom("VM", "Powerstate", "Annotation", "", "Datacenter"), []);
  });

  it("are not those of another tab", () => {
    assert.equal(columnsOf("vInfo", ["VM", "CPUs"]), null);
    assert.equal(columnsOf("vHost", ["Host"])?.fields.get("host"), 0);
  });
});

describe("the name of a sheet or file", () => {
  it("tells the tab, if it is one that is read", () => {
    for (const name of ["vInfo", "tabvInfo", "RVTools_tabvInfo.csv", "vc1-vInfo.CSV", "VINFO "])
      assert.equal(tabNamed(name), "vInfo", name);
    assert.equal(tabNamed("RVTools_tabdvPort.csv"), "dvPort");
    assert.equal(tabNamed("RVTools_tabvPort.csv"), "vPort");
    for (const name of ["vHBA", "myvInfos", "xvInfo", "RVTools_tabdvSwitch.csv", ""])
      assert.equal(tabNamed(name), null, name);
  });
});

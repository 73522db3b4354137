import { finds, several, testRule } from "./cases.ts";

testRule("dependency.missing", [
  finds(
    "a VM that copies and waits for nobody yet",
    several(
      { a: { powerState: "poweredOn" }, b: { powerState: "poweredOn" } },
      { a: { phase: "precopy", dependsOn: ["b"] }, b: { phase: "precopy" } },
    ),
    ["a", "Information", /depends on b, which is in phase precopy/],
  ),
  finds(
    "VMs without server",
    several(
      {
        a: { powerState: "poweredOn" },
        excluded: { powerState: "poweredOn" },
        off: {},
        gone: { powerState: "poweredOn" },
        up: { powerState: "poweredOn" },
      },
      {
        a: { dependsOn: ["excluded", "off", "gone", "up", "nobody"] },
        excluded: { exclude: true },
        gone: { phase: "absent" },
      },
    ),
    ["a", "Critical", /on excluded, which is left out/],
    ["a", "Critical", /on gone, which is in phase absent/],
    ["a", "Critical", /on nobody, which is no VM of this wave/],
    ["a", "Critical", /on off, which is not booted/],
  ),
]);

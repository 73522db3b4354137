import { type FactRule, perFacts } from "./fact-rule.ts";

export const toolsMissing: FactRule = {
  id: "tools.missing",
  category: "Warning",
  label: "Guest tools do not run",
  why: "Only they tell host name, addresses and free space, and they shut the guest down cleanly at cutover.",
  checkFacts: (view) =>
    perFacts(view, ({ toolsState, powerState, source }) => {
      const tools = source.kind === "hyperv" ? "integration services" : "VMware Tools";
      if (toolsState === "notInstalled")
        return [`${tools} are not installed: install them, or shut the guest down by hand and name its addresses`];
      return toolsState === "notRunning" && powerState === "poweredOn"
        ? [`the VM runs, but its ${tools} do not: start them and read the inventory again, or name its addresses`]
        : [];
    }),
};

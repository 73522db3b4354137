import { type FactRule, perFacts } from "./fact-rule.ts";

export const addressUnknown: FactRule = {
  id: "address.unknown",
  category: "Information",
  label: "No address is known",
  why: "The server keeps its addresses only where the source tells them; a running VM usually does.",
  checkFacts: (view) =>
    perFacts(view, ({ powerState, nics, toolsState }) => {
      const connected = nics.filter((nic) => nic.connected);
      if (powerState !== "poweredOn" || connected.length === 0) return [];
      if (connected.some(({ addresses }) => addresses.length > 0)) return [];
      const why = toolsState === "running" ? "though its tools run" : `its tools: ${toolsState}`;
      return [
        `the VM runs, but none of its ${connected.length} NICs tells an address (${why}): ` +
          "start the tools and read the inventory again, or name the addresses in the plan (nics)",
      ];
    }),
};

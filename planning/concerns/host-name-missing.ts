import { type FactRule, perFacts } from "./fact-rule.ts";

export const hostNameMissing: FactRule = {
  id: "host-name.missing",
  category: "Information",
  label: "Host name is not known",
  why: "Without it nobody can compare the server with the machine that it was.",
  checkFacts: (view) =>
    perFacts(view, ({ hostName }) => {
      if (hostName === null) return ["the source tells no host name of the guest"];
      return /^localhost(\.localdomain)?$/.test(hostName) ? [`the guest calls itself ${hostName}`] : [];
    }),
};

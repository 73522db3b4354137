import { perVm, type Rule } from "./rule.ts";

export const hostNameMissing: Rule = {
  id: "host-name.missing",
  category: "Information",
  label: "Host name is not known",
  why: "Without it nobody can compare the server with the machine that it was.",
  check: (view) =>
    perVm(view, ({ facts: { hostName } }) => {
      if (hostName === null) return ["the source tells no host name of the guest"];
      return /^localhost(\.localdomain)?$/.test(hostName) ? [`the guest calls itself ${hostName}`] : [];
    }),
};

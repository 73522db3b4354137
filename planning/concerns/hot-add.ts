import { type FactRule, perFacts } from "./fact-rule.ts";

export const hotAdd: FactRule = {
  id: "hot-add.enabled",
  category: "Information",
  label: "CPU or memory hot add",
  why: "Nova adds neither CPUs nor memory to a running server: it is resized, with a restart.",
  checkFacts: (view) =>
    perFacts(view, ({ cpuHotAdd, memoryHotAdd }) => {
      const what = [...(cpuHotAdd === true ? ["CPU"] : []), ...(memoryHotAdd === true ? ["memory"] : [])];
      return what.length === 0
        ? []
        : [`hot add of ${what.join(" and ")} is on; the server will not have it: choose a flavor that is large enough`];
    }),
};

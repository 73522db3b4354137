import { shownDisks } from "../shown-disks.ts";
import type { Finding, Rule } from "./rule.ts";

export const imageFurtherDisks: Rule = {
  id: "image.further-disks",
  category: "Critical",
  label: "Template has more disks than its image",
  why: "An image is one disk: what a template has on others is not there for its servers.",
  hard: true,
  check: ({ checkedImages, subjects }) =>
    checkedImages.flatMap(({ key, decisions, choice: { boot } }): Finding[] => {
      const all = subjects.find((subject) => subject.key === key)?.facts?.disks ?? [];
      if (!boot.ok || all.length < 2) return [];
      const { disk } = boot.value;
      const others = shownDisks(all.filter(({ deviceKey }) => deviceKey !== disk.deviceKey).map(({ label }) => label));
      if (decisions.image?.otherDisks === "ignore")
        return [{ vm: key, category: "Information", assessment: `${others}: stays at the source, as the plan says` }];
      return [
        {
          vm: key,
          assessment:
            `its image would be ${shownDisks([disk.label])} alone, and ${others} would stay at the source. If that is right say ` +
            "`image: {otherDisks: ignore}` in the plan",
        },
      ];
    }),
};

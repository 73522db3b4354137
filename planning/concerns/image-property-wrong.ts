import { shown } from "../../inventory/shown.ts";
import { clashesOf, propertyFault } from "../image-property-values.ts";
import { checkedVms } from "./planned-ports.ts";
import type { Finding, Rule } from "./rule.ts";

export const imagePropertyWrong: Rule = {
  id: "image-property.wrong",
  category: "Critical",
  label: "Nova cannot make this hardware",
  why: "The plan's image properties win over the planned ones. Cinder takes nearly any text; Nova refuses the server when it is made, or leaves the property out.",
  check: (view) =>
    checkedVms(view).flatMap(({ key, imageProperties, flavor }) => {
      const choice = view.checked.find((subject) => subject.key === key)?.choice.flavor;
      const specs = choice?.ok === true && choice.value.id === flavor.id ? choice.value.extraSpecs : {};
      const faults = Object.entries(imageProperties).flatMap(([name, value]): Finding[] => {
        const fault = propertyFault(name, value);
        const assessment = `image property ${shown(name, 60)}: ${shown(value, 60)}: ${fault ?? ""}`;
        return fault === null ? [] : [{ vm: key, assessment }];
      });
      const clashes = clashesOf(imageProperties, specs).map(({ text, ignored }): Finding => ({
        vm: key,
        assessment: `image properties: ${text}`,
        ...(ignored ? { category: "Warning" } : {}),
      }));
      return [...faults, ...clashes];
    }),
};

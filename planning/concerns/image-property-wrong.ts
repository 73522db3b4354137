import { shown } from "../../inventory/shown.ts";
import { clashesOf, propertyFault } from "../image-property-values.ts";
import { isImageField } from "../../cloud/glance.ts";
import { checkedImages, checkedVms } from "./planned-ports.ts";
import type { Finding, Rule } from "./rule.ts";

/** Names of an image that are no properties of the plan's. */
function reservedFault(name: string): string | null {
  if (name.startsWith("wavelift_")) return "is the mark of this program: take it out";
  return isImageField(name) ? "is no property but a field of the image itself: say it under `image`" : null;
}

export const imagePropertyWrong: Rule = {
  id: "image-property.wrong",
  category: "Critical",
  label: "Nova cannot make this hardware",
  why: "The plan's image properties win over the planned ones. Cinder takes nearly any text; Nova refuses the server when it is made, or leaves the property out.",
  check: (view) =>
    [...checkedVms(view), ...checkedImages(view)].flatMap((entry) => {
      const { key, imageProperties } = entry;
      const choice = view.checked.find((subject) => subject.key === key)?.choice.flavor;
      const flavor = "flavor" in entry ? entry.flavor.id : null;
      const specs = choice?.ok === true && choice.value.id === flavor ? choice.value.extraSpecs : {};
      const faults = Object.entries(imageProperties).flatMap(([name, value]): Finding[] => {
        const fault = ("flavor" in entry ? null : reservedFault(name)) ?? propertyFault(name, value);
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

import { shownBytes } from "../amounts.ts";
import type { AssessData, PageConcern, PageVm } from "../assess/data.ts";
import { element } from "./dom.ts";

/** What an opened row shows: each concern with what was found and what to do, then the facts beside the columns. */
export function vmDetails(vm: PageVm, rules: AssessData["rules"]): Node {
  const concerns =
    vm.concerns.length === 0
      ? element("p", { class: "muted" }, "No concerns.")
      : element("ul", { class: "concerns" }, ...vm.concerns.map((concern) => concernItem(concern, rules)));
  return element("div", {}, concerns, facts(vm));
}

function concernItem(
  { id, category, original, assessment, reason }: PageConcern,
  rules: AssessData["rules"],
): HTMLLIElement {
  const rule = rules[id];
  const item = element(
    "li",
    {},
    element("span", { class: `badge ${category.toLowerCase()}` }, category),
    " ",
    element("strong", {}, rule?.label ?? id),
    " ",
    element("code", {}, id),
    element("p", {}, assessment),
  );
  if (reason !== null) {
    const was = original === null ? "" : ` (was ${original})`;
    const what = category === "waived" ? `Waived in the plan${was}: ` : `The plan says${was}: `;
    item.append(element("p", { class: "reason" }, element("strong", {}, what), reason));
  }
  if (rule !== undefined && rule.why !== "") item.append(element("p", { class: "muted" }, rule.why));
  return item;
}

function facts(vm: PageVm): Node {
  const { os, osPoints, diskPoints, concernPoints, score, level } = vm.complexity;
  const pairs: readonly (readonly [string, string | null])[] = [
    ["Key", vm.key],
    ["Wave", vm.wave ?? "in none"],
    ["Power", vm.power],
    ["ESXi host", vm.esxiHost],
    ["Folder", vm.folder],
    ["Tags", vm.tags === "" ? null : vm.tags],
    ["Used", vm.usedBytes === null ? "not known of every disk" : shownBytes(vm.usedBytes)],
    [
      "Score",
      `${score} (${level}) = operating system ${osPoints} (${os}) + disks ${diskPoints} + concerns ${concernPoints}`,
    ],
  ];
  return element(
    "dl",
    { class: "facts" },
    ...pairs.flatMap(([name, value]) =>
      value === null ? [] : [element("div", {}, element("dt", {}, name), element("dd", {}, element("bdi", {}, value)))],
    ),
  );
}

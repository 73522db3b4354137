import { shown } from "../../inventory/shown.ts";
import { type WorstCategory, worstCategories } from "../../planning/assess/assessed-vm.ts";
import type { ConcernCount, Group, Totals } from "../../planning/assess/totals.ts";
import { shownBytes, shownCount, shownDuration } from "../amounts.ts";
import { html, type Markup } from "../html/markup.ts";

/** Groups that a panel names; the others are one line. */
const mostGroups = 8;

/** What a category is called where VMs are counted by their worst one. */
const readinessNames: Readonly<Record<WorstCategory, string>> = {
  Critical: "stopped by a Critical concern",
  Warning: "with warnings",
  Information: "with information only",
  waived: "with waived concerns only",
  none: "without concerns",
};

/** The four figures that a manager asks for first. */
export function cards(totals: Totals): Markup {
  const { vms, disks, cpus, memoryMiB, capacityBytes, estimate, categories } = totals;
  return html`<section class="cards" aria-label="At a glance">
    ${card("VMs", shownCount(vms), `${shownCount(cpus)} vCPUs, ${shownBytes(memoryMiB * 2 ** 20)} of memory`)}
    ${card("Disks", shownBytes(capacityBytes), `${shownCount(disks)} disks, ${shownBytes(estimate.readBytes)} to read`)}
    ${card("Need a decision", shownCount(categories.Critical), `VMs with a Critical concern, of ${shownCount(vms)}`)}
    ${card("Estimated duration", shownDuration(estimate.seconds), `all side by side; slowest: ${shown(estimate.slowest, 160)}`)}
  </section>`;
}

const card = (title: string, figure: string, detail: string): Markup =>
  html`<div class="card">
    <h2>${title}</h2>
    <p class="figure">${figure}</p>
    <p class="muted">${detail}</p>
  </div>`;

/** One bar of all VMs by their worst category, and its legend. */
export function readiness({ vms, categories }: Totals): Markup | null {
  if (vms === 0) return null;
  const there = worstCategories.filter((category) => categories[category] > 0);
  let from = 0;
  const parts = there.map((category) => {
    const width = (categories[category] / vms) * 100;
    const part = html`<rect
      class="fill-${category.toLowerCase()}"
      x="${from.toFixed(3)}%"
      width="${width.toFixed(3)}%"
      height="100%"
    />`;
    from += width;
    return part;
  });
  const legend = there.map(
    (category) =>
      html`<li>
        <span class="dot ${category.toLowerCase()}"></span>
        <button type="button" class="link" data-filter="worst" data-value="${category}">
          ${shownCount(categories[category])} ${readinessNames[category]}
        </button>
      </li>`,
  );
  return html`<section class="readiness" aria-label="VMs by their worst concern">
    <svg class="bar" role="img" aria-label="Shares of the VMs by their worst concern; the list below has the numbers">
      ${parts}
    </svg>
    <ul class="legend">
      ${legend}
    </ul>
  </section>`;
}

/** A panel each for operating systems, clusters, sizes and complexity. */
export function groupPanels({ byOs, byCluster, bySize, byComplexity }: Totals): Markup[] {
  return [
    panel("Operating systems", "os", byOs),
    panel("Clusters", "cluster", byCluster),
    panel("Sizes", "size", bySize),
    panel("Complexity", "complexity", byComplexity),
  ];
}

function panel(title: string, field: string, groups: readonly Group[]): Markup {
  const most = Math.max(1, ...groups.map(({ vms }) => vms));
  const rows = groups.slice(0, mostGroups).map(
    ({ name, vms, capacityBytes }) =>
      html`<tr>
        <th scope="row">
          <button type="button" class="link" data-filter="${field}" data-value="${shown(name, 120)}">
            ${shown(name, 120)}
          </button>
        </th>
        <td class="meter" aria-hidden="true">
          <svg class="bar thin"><rect width="${((vms / most) * 100).toFixed(2)}%" height="100%" /></svg>
        </td>
        <td class="number">${shownCount(vms)}</td>
        <td class="number muted">${shownBytes(capacityBytes)}</td>
      </tr>`,
  );
  const rest = groups.slice(mostGroups);
  const restVms = rest.reduce((sum, { vms }) => sum + vms, 0);
  const restBytes = rest.reduce((sum, { capacityBytes }) => sum + capacityBytes, 0);
  return html`<table class="panel">
    <caption>
      ${title}
    </caption>
    <thead class="hidden">
      <tr>
        <th scope="col">${title}</th>
        <td></td>
        <th scope="col">VMs</th>
        <th scope="col">capacity</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
      ${
        rest.length === 0
          ? null
          : html`<tr class="muted">
              <th scope="row">${shownCount(rest.length)} others</th>
              <td></td>
              <td class="number">${shownCount(restVms)}</td>
              <td class="number">${shownBytes(restBytes)}</td>
            </tr>`
      }
    </tbody>
  </table>`;
}

/** Every kind of concern that was found, with its number of VMs. */
export function concernTable(concerns: readonly ConcernCount[]): Markup | null {
  if (concerns.length === 0) return null;
  return html`<table class="panel wide">
    <caption>
      Concerns
    </caption>
    <thead class="hidden">
      <tr>
        <th scope="col">category</th>
        <th scope="col">concern</th>
        <th scope="col">VMs</th>
      </tr>
    </thead>
    <tbody>
      ${concerns.map(
        ({ id, label, category, vms }) =>
          html`<tr>
            <td class="category"><span class="badge ${category.toLowerCase()}">${category}</span></td>
            <th scope="row">
              <button type="button" class="link" data-filter="concern" data-value="${id}">${shown(label, 160)}</button>
              <code>${id}</code>
            </th>
            <td class="number">${shownCount(vms)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

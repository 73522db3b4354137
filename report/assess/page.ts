import { formatFaults, type Fault } from "../../inventory/fault.ts";
import { shown } from "../../inventory/shown.ts";
import type { Concern } from "../../inventory/schema/wave.ts";
import type { Assessment } from "../../planning/assess/assess.ts";
import type { AssessedVm } from "../../planning/assess/assessed-vm.ts";
import type { Totals } from "../../planning/assess/totals.ts";
import type { Rule } from "../../planning/concerns/rule.ts";
import { scoreExplained, throughputExplained } from "../explain-models.ts";
import { browserScript, reportStyle } from "../html/assets.ts";
import { html, type Markup } from "../html/markup.ts";
import { pageOf } from "../html/page.ts";
import { cards, concernTable, groupPanels, readiness } from "./panels.ts";
import { pageData } from "./page-data.ts";

/** What the page tells. */
export interface AssessPage extends Pick<Assessment, "general" | "models"> {
  /** In the order of the list. */
  readonly vms: readonly AssessedVm[];
  readonly totals: Totals;
  /** Files that could not be used. */
  readonly faults: readonly Fault[];
  readonly rules: readonly Pick<Rule, "id" | "why">[];
  /** Where the facts come from, for people: a folder, a wave, filters. */
  readonly scope: readonly string[];
  readonly hasPlan: boolean;
  readonly writtenAt: Date;
}

/** The assessment as one page for a browser: totals, then every VM with its concerns, to be filtered and sorted. */
export function assessPage(page: AssessPage): string {
  return pageOf({
    title: "Migration assessment",
    style: reportStyle(),
    script: browserScript("assess.ts"),
    data: pageData(page.vms, page.rules),
    body: body(page),
  });
}

function body({ vms, totals, general, faults, models, scope, hasPlan, writtenAt }: AssessPage): Markup {
  const at = `${writtenAt.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return html`<a class="skip" href="#vms">To the list of VMs</a>
    <header>
      <p class="eyebrow">Wavelift</p>
      <h1>Migration assessment</h1>
      <p class="muted">${[...scope, `written ${at}`].map((part) => shown(part, 300)).join(" · ")}</p>
    </header>
    <main>
      ${faultsSection(faults)} ${cards(totals)} ${readiness(totals)} ${generalSection(general)}
      <section aria-label="Totals" class="panels">${groupPanels(totals)} ${concernTable(totals.byConcern)}</section>
      <section aria-labelledby="vms">
        <h2 id="vms" tabindex="-1">VMs</h2>
        <noscript><p class="notice">The list of VMs needs JavaScript; the totals above do not.</p></noscript>
        <form id="filters" role="search" aria-label="Filter the VMs"></form>
        <p id="count" role="status" class="muted"></p>
        <table id="list" class="list">
          <caption class="hidden">
            ${vms.length} VMs with their concerns. The heads of the columns sort; the name of a VM opens its concerns.
          </caption>
        </table>
        <nav id="pager" class="pager" aria-label="Pages of the list" hidden></nav>
      </section>
      ${explained(models, hasPlan)}
    </main>`;
}

function faultsSection(faults: readonly Fault[]): Markup | null {
  if (faults.length === 0) return null;
  return html`<section class="notice critical" aria-label="Files that cannot be used">
    <h2>Not assessed: files that are wrong</h2>
    <pre>${formatFaults(faults)}</pre>
  </section>`;
}

function generalSection(general: readonly Concern[]): Markup | null {
  if (general.length === 0) return null;
  const items = general.map(
    ({ category, label, vm, assessment, overridden }) =>
      html`<li>
        <span class="badge ${category.toLowerCase()}">${category}</span> <strong>${shown(label, 200)}</strong>
        ${vm === null ? null : ` (${vm})`}: ${shown(assessment, 2000)}
        ${overridden === undefined ? null : html`<em>Plan: ${shown(overridden, 2000)}</em>`}
      </li>`,
  );
  const worst = ["critical", "warning"].find((one) => general.some(({ category }) => category.toLowerCase() === one));
  return html`<section class="notice ${worst ?? "information"}" aria-label="Concerns of no listed VM">
    <h2>Of no VM alone</h2>
    <ul>
      ${items}
    </ul>
  </section>`;
}

function explained({ throughput, complexity }: Assessment["models"], hasPlan: boolean): Markup {
  return html`<section class="explained" aria-label="How the figures come about">
    <h2>How the figures come about</h2>
    <dl>
      <dt>Score</dt>
      <dd>${scoreExplained(complexity)}. What the plan waives counts nothing.</dd>
      <dt>Duration</dt>
      <dd>
        A VM's duration is that of the VM alone; that of all is with all side by side, as fast as the slowest of disks,
        ESXi hosts, datastores and conversion hosts. ${throughputExplained(throughput)}.
      </dd>
      <dt>Sizes</dt>
      <dd>
        Units of 1,024. A VM's size is the capacity of all its disks; in totals a disk that several VMs share counts
        once.
      </dd>
      <dt>To edit</dt>
      <dd>
        ${hasPlan ? "These are the figures of plan.yaml" : "There is no plan.yaml yet: these are the default figures. Edit them there"}
        (<code>complexity</code>, <code>throughput</code>). A concern is given another category, or waived with a
        reason, under <code>concerns</code> of the VM.
      </dd>
    </dl>
  </section>`;
}

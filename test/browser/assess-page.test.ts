import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Page } from "playwright-core";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { makeEstate } from "../../bench/estate.ts";
import { shown } from "../../inventory/shown.ts";
import { assess } from "../../planning/assess/assess.ts";
import { totalsOf } from "../../planning/assess/totals.ts";
import { type FactRule, perFacts } from "../../planning/concerns/fact-rule.ts";
import { assessPage } from "../../report/assess/page.ts";
import { disk, estateVm, plan } from "../planning/fixtures.ts";
import { type Misdeeds, openBrowser, type TestBrowser, watch } from "./browser.ts";

const EVIL = `</script><script>document.title="ran"</script><img src=x onerror="document.title='ran'">\u202egnp`;
const encrypted: FactRule = {
  ...{ id: "test.encrypted", category: "Critical", label: `Encrypted ${EVIL}`, why: `The key stays. ${EVIL}` },
  checkFacts: (view) =>
    perFacts(view, ({ name, disks }) => (disks.some((one) => one.encrypted) ? [`${name}: decrypt it first`] : [])),
};
const snapshot: FactRule = {
  ...{ id: "test.snapshot", category: "Warning", label: "Snapshot", why: "Only the newest state goes." },
  checkFacts: (view) => perFacts(view, ({ snapshots }) => snapshots.map(() => "a snapshot: consolidate it")),
};
const rules = [encrypted, snapshot];

/** 5,000 VMs, the first of them with all that is hostile. */
function writtenPage(folder: string): string {
  const made = makeEstate(4997, 3).vms.map((vm) => ({
    ...{ ...vm, snapshots: [] },
    disks: vm.disks.map((one) => ({ ...one, encrypted: false })),
  }));
  const vms = [
    estateVm("a-evil", {
      ...{ name: EVIL, cluster: EVIL, guestReportedName: EVIL, folder: EVIL, tags: [EVIL], esxiHost: EVIL },
      disks: [disk(2000, { encrypted: true, capacityBytes: 60 * 2 ** 40 })],
    }),
    estateVm("b-waived", { snapshots: [{ id: "1", name: "old" }], cluster: "tiny" }),
    estateVm("c-warned", { snapshots: [{ id: "1", name: "old" }], cluster: "tiny", cpus: 128 }),
    ...made,
  ];
  const reason = `Agreed on 4 May ${EVIL}`;
  const decisions = plan({ "b-waived": { concerns: { "test.snapshot": { category: "waived", reason } } } });
  const { vms: rows, general, models } = assess({ vms, sources: [], plan: decisions, rules });
  const file = path.join(folder, "assess.html");
  const totals = totalsOf(rows, vms, models.throughput);
  const faults = [{ file: EVIL, line: 1, vm: null, path: EVIL, value: shown(EVIL), expected: "x", advice: "y" }];
  const scope = ["from vcenter.example.com", EVIL];
  const page = { vms: rows, totals, general, models, faults, rules, scope, hasPlan: true, writtenAt: new Date(0) };
  writeFileSync(file, assessPage(page));
  return pathToFileURL(file).href;
}

describe("the page of wavelift assess in Chromium", function () {
  this.timeout(120_000);
  let folder: string;
  let browser: TestBrowser;
  let page: Page;
  let misdeeds: Misdeeds;
  let address: string;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "wavelift-page-"));
    address = writtenPage(folder);
    browser = await openBrowser();
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    page = await browser.context.newPage();
    misdeeds = watch(page, address);
    await page.goto(address);
  });
  afterEach(async () => {
    await page.close();
  });

  const names = () => page.locator("#list tbody th[scope=row] bdi").allTextContents();
  const count = () => page.locator("#count").textContent();

  it("shows totals and the first hundred VMs, the worst first", async () => {
    assert.equal(await page.locator(".card .figure").first().textContent(), "5,000");
    assert.equal(await count(), "All 5,000 VMs.");
    const shown = await names();
    assert.equal(shown.length, 100);
    assert.match(shown[0] ?? "", /^<\/script>/);
    assert.deepEqual(shown.slice(1, 2), ["c-warned"]);
  });

  it("runs nothing that stands in a name, asks nobody for anything, and has no faults", async () => {
    await page.getByRole("button", { name: "Open all" }).click();
    await page.waitForTimeout(300);
    assert.equal(await page.title(), "Migration assessment");
    assert.equal(await page.locator("img").count(), 0);
    assert.deepEqual(misdeeds, { messages: [], requests: [] });
    const text = await page.locator("body").innerText();
    assert.match(text, /decrypt it first/);
    assert.doesNotMatch(text, /\u202e/);
  });

  it("would not run it even if it stood there as markup: the policy forbids it", async () => {
    await page.evaluate(`document.body.insertAdjacentHTML("beforeend", ${JSON.stringify(EVIL)})`);
    await page.waitForTimeout(300);
    assert.equal(await page.title(), "Migration assessment");
    assert.notDeepEqual(misdeeds.messages, []);
    assert.deepEqual(
      misdeeds.requests.filter((url) => !url.startsWith("file:")),
      [],
    );
  });

  it("filters by name, category, cluster, operating system and size, and by a click on a total", async () => {
    await page.getByLabel("Name or tag", { exact: true }).fill("A-EVIL");
    assert.equal(await count(), "1 of 5,000 VMs fit the filters.");
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByLabel("Worst concern", { exact: true }).selectOption("waived");
    assert.deepEqual(await names(), ["b-waived"]);
    await page.getByLabel("Worst concern", { exact: true }).selectOption("");
    await page.getByLabel("Cluster", { exact: true }).selectOption("tiny");
    assert.deepEqual(await names(), ["c-warned", "b-waived"]);
    await page.getByLabel("Cluster", { exact: true }).selectOption("");
    await page.getByLabel("Size", { exact: true }).selectOption("50 TiB and more");
    assert.equal(await count(), "1 of 5,000 VMs fit the filters.");
    await page.getByLabel("Operating system", { exact: true }).selectOption("Ubuntu Linux");
    assert.equal(await count(), "0 of 5,000 VMs fit the filters.");
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByRole("button", { name: "1 with warnings" }).click();
    assert.deepEqual(await names(), ["c-warned"]);
  });

  it("keeps the filters in its address", async () => {
    await page.getByLabel("Cluster", { exact: true }).selectOption("tiny");
    await page.reload();
    assert.equal(await count(), "2 of 5,000 VMs fit the filters.");
  });

  it("sorts by a click on a head, and says so to those who cannot see it", async () => {
    const head = page.getByRole("columnheader", { name: "CPUs" });
    await head.getByRole("button").click();
    assert.deepEqual((await names()).slice(0, 1), ["c-warned"]);
    assert.equal(await head.getAttribute("aria-sort"), "descending");
    await head.getByRole("button").click();
    assert.notDeepEqual((await names()).slice(0, 1), ["c-warned"]);
    assert.equal(await head.getAttribute("aria-sort"), "ascending");
    assert.equal(await page.locator("[aria-sort]").count(), 1);
  });

  it("turns pages, and is printed as a whole", async () => {
    const first = await names();
    await page.getByRole("button", { name: "Next" }).click();
    assert.match((await page.locator("#pager span").textContent()) ?? "", /^101 to 200 of 5000$/);
    assert.ok((await names()).every((name) => !first.includes(name)));
    await page.evaluate(`window.dispatchEvent(new Event("beforeprint"))`);
    assert.equal(await page.locator("#list tbody tr").count(), 5000);
    await page.evaluate(`window.dispatchEvent(new Event("afterprint"))`);
    assert.equal(await page.locator("#list tbody tr").count(), 100);
  });

  it("opens a VM by keyboard: each concern with what to do, and the reason of what is waived", async () => {
    await page.getByLabel("Name or tag", { exact: true }).fill("b-waived");
    const name = page.getByRole("button", { name: /^b-waived/ });
    await name.focus();
    await page.keyboard.press("Enter");
    assert.equal(await name.getAttribute("aria-expanded"), "true");
    const details = await page.locator("tr.details").innerText();
    assert.match(details, /a snapshot: consolidate it/);
    assert.match(details, /Waived in the plan \(was Warning\): Agreed on 4 May/);
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("tr.details").count(), 0);
  });

  for (const width of [400, 1280])
    it(`is no wider than a window of ${width} pixels`, async () => {
      await page.setViewportSize({ width, height: 900 });
      await page.locator("#list .toggle").first().click();
      const wide = z.number().parse(await page.evaluate("document.documentElement.scrollWidth"));
      assert.ok(wide <= width, `${wide} pixels`);
    });
});

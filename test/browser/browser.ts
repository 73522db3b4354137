import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";

/** Debian's Chromium (lab/packages.txt). */
const executablePath = process.env["WAVELIFT_CHROMIUM"] ?? "/usr/bin/chromium";

/** A browser with an empty profile that asks nobody for anything by itself. */
export interface TestBrowser {
  readonly context: BrowserContext;
  readonly close: () => Promise<void>;
}

export async function openBrowser(): Promise<TestBrowser> {
  const profile = mkdtempSync(path.join(tmpdir(), "wavelift-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    viewport: { width: 1280, height: 900 },
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
      ...["--disable-component-update", "--disable-sync"],
    ],
  });
  return {
    context,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** What a page did that a report must not do. */
export interface Misdeeds {
  /** Messages of the console, faults of scripts, dialogs. */
  readonly messages: string[];
  /** Addresses asked for, beside the page itself. */
  readonly requests: string[];
}

/** Watches a page from before it is opened. */
export function watch(page: Page, own: string): Misdeeds {
  const misdeeds: Misdeeds = { messages: [], requests: [] };
  page.on("console", (message) => misdeeds.messages.push(message.text()));
  page.on("pageerror", (error) => misdeeds.messages.push(error.message));
  page.on("dialog", (dialog) => {
    misdeeds.messages.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== own && !request.url().startsWith("data:"))
      misdeeds.requests.push(request.url());
  });
  return misdeeds;
}

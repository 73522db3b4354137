import { createHash } from "node:crypto";
import { printableJson } from "../../inventory/json.ts";
import { html, type Markup } from "./markup.ts";

/** One self-contained page: nothing is fetched, so that it opens from a mail, a share or behind any proxy. */
export interface Page {
  readonly title: string;
  readonly style: string;
  /** A bundled browser script; it finds the data in the element `#data`. */
  readonly script: string;
  readonly data: unknown;
  readonly body: Markup;
}

/**
 * The page as a file's text. Its content security policy names the one style and the one script by their digests: markup
 * that a source's name might smuggle in could neither run nor fetch anything.
 */
export function pageOf({ title, style, script, data, body }: Page): string {
  // Both are this program's own; a text that ends their element would be a mistake in it, and void the digests.
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style))
    throw new Error("script or style end their own element");
  const policy = [
    "default-src 'none'",
    `script-src '${digest(script)}'`,
    `style-src '${digest(style)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  // Made apart: a blank between the tag and the text, which a formatter likes to put there, would void the digest.
  const styleElement = { markup: `<style>${style}</style>` };
  const dataElement = { markup: `<script type="application/json" id="data">${scriptJson(data)}</script>` };
  const scriptElement = { markup: `<script>${script}</script>` };
  const { markup } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta name="generator" content="wavelift" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        ${styleElement}
      </head>
      <body>
        ${body} ${dataElement} ${scriptElement}
      </body>
    </html> `;
  return markup;
}

/** JSON inside a script element: no text in it can end the element or begin a comment there. */
export function scriptJson(data: unknown): string {
  return printableJson(data, 0).replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}

function digest(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

import assert from "node:assert/strict";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { escapeHtml, html } from "../../report/html/markup.ts";
import { pageOf, scriptJson } from "../../report/html/page.ts";

const page = (data: unknown, text: string): string =>
  pageOf({ title: text, style: "p{color:red}", script: "void 0;", data, body: html`<p title="${text}">${text}</p>` });

describe("a page of a report", () => {
  it("holds no element, attribute or comment that stands in a text, whatever the text", () => {
    const tags = (text: string): string[] => text.match(/<[^>]*>/g)?.map((tag) => tag.replace(/"[^"]*"/g, '""')) ?? [];
    const plain = tags(page({}, ""));
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "</script><img src=x onerror=alert(1)>",
        "<!--<script>",
        "]]>",
        "\"'><svg onload=alert(1)>",
        "\u2028",
      ),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        assert.deepEqual(tags(page({ [text]: text }, text)), plain);
      }),
      { numRuns: 150 },
    );
  });

  it("gives its script the data as they are", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = scriptJson(value);
        assert.doesNotMatch(text, /[<>&\u2028\u2029]/);
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("allows its own style and script only, by their digests", () => {
    const text = page({}, "x");
    const digest = (code: string): string => createHash("sha256").update(code).digest("base64");
    const [, script] = /<script>([^]*?)<\/script>/.exec(text) ?? [];
    const [, style] = /<style>([^]*?)<\/style>/.exec(text) ?? [];
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(text)?.[1]?.replaceAll("&#39;", "'") ?? "";
    assert.deepEqual(policy.split("; "), [
      "default-src 'none'",
      `script-src 'sha256-${digest(script ?? "")}'`,
      `style-src 'sha256-${digest(style ?? "")}'`,
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  it("is refused where its own script would end too early", () => {
    const body = html`<p></p>`;
    const ending = { title: "x", style: "", script: 'const a = "</script>";', data: {}, body };
    assert.throws(() => pageOf(ending), /end their own element/);
  });
});

describe("markup", () => {
  it("escapes texts, joins lists, and takes what is markup as it is", () => {
    assert.equal(escapeHtml(`<a href="x" class='y'>&`), "&#60;a href=&#34;x&#34; class=&#39;y&#39;&#62;&#38;");
    const items = ["a<", "b"].map((text) => html`<b>${text}</b>`);
    assert.equal(html`<i>${items}${null}${7}</i>`.markup, "<i><b>a&#60;</b><b>b</b>7</i>");
  });
});

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import fc from "fast-check";
import { toSortedJson } from "../../inventory/json.ts";
import { jsonSchemas } from "../../inventory/schema/generate.ts";

describe("sorted JSON", () => {
  it("is the same text for the same content, whatever the order of keys, and keeps the content", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        assert.equal(toSortedJson(reversed), toSortedJson(value));
        assert.deepEqual(JSON.parse(toSortedJson(value)), JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("ends with a newline and keeps the order of lists", () => {
    assert.equal(toSortedJson({ b: [2, 1], a: null }), '{\n  "a": null,\n  "b": [\n    2,\n    1\n  ]\n}\n');
  });
});

describe("JSON Schemas for editors", () => {
  const folder = new URL("../../inventory/schema/json/", import.meta.url);
  for (const [name, text] of Object.entries(jsonSchemas())) {
    it(`${name} is current (else run: node --import tsx inventory/schema/generate.ts)`, () => {
      assert.equal(readFileSync(new URL(name, folder), "utf8"), text);
    });
  }

  it("are all there and nothing else is", () => {
    assert.deepEqual(readdirSync(folder).sort(), Object.keys(jsonSchemas()).sort());
  });

  it("explain the plan's fields and know their values", () => {
    const text = jsonSchemas()["plan.schema.json"] ?? "";
    assert.match(text, /Name of a flavor of the target/);
    assert.match(text, /"precopy"/);
  });
});

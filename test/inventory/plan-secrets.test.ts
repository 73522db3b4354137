import assert from "node:assert/strict";
import { Check } from "../../inventory/schema/plan.ts";

describe("the plan is no place for secrets", () => {
  const accepted = (url: string): boolean => Check.safeParse({ kind: "http", url }).success;

  it("refuses a user and a password in the URL of a check: they would stand in wave file and state", () => {
    for (const url of [
      "http://me:pw@{address}/",
      "https://token@host:8443/health",
      "https://me:pw@host?x",
      "http://a\\b@c/",
    ])
      assert.equal(accepted(url), false, url);
  });

  it("takes other URLs, an @ in their path included", () => {
    for (const url of [
      "http://{address}:8080/health",
      "https://host",
      "http://[::1]:80/x",
      "http://h/user@example?mail=a@b#@",
    ])
      assert.equal(accepted(url), true, url);
  });
});

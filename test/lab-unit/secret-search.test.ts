import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { searchBytes, searchFolder, type Secret } from "../lab/secret-search.ts";
import { watchProcesses } from "../lab/process-watch.ts";

/** The sweep of test/lab/secrets.test.ts proves something only if it finds what is there: each kind, in each place. */
describe("the search for secrets", () => {
  const core = randomBytes(12).toString("hex");
  const whole = `é"\\${core}'%/+&`;
  const secrets: Secret[] = [
    { name: "other", core: randomBytes(12).toString("hex") },
    { name: "mine", core },
  ];
  const names = (bytes: Buffer): string[] => searchBytes(bytes, "here", secrets).map(({ secret }) => secret);
  const reversed = Array.from(whole).reverse().join("");

  for (const [kind, text] of [
    ["as it is", whole],
    ["in JSON", JSON.stringify(whole)],
    ["in JSON inside JSON", JSON.stringify(JSON.stringify(whole))],
    ["URL-encoded", encodeURIComponent(whole)],
    ["in HTML", whole.replaceAll('"', "&quot;")],
    ["as hex", Buffer.from(whole).toString("hex")],
    ["as HEX", Buffer.from(whole).toString("hex").toUpperCase()],
    ["reversed", reversed],
    ["reversed, as hex", Buffer.from(reversed).toString("hex")],
  ] as const)
    it(`finds it ${kind}`, () => {
      assert.deepEqual(names(Buffer.from(`before ${text} after`)), ["mine"]);
    });

  it("finds it in UTF-16, as a heap of node holds some texts", () => {
    assert.deepEqual(names(Buffer.from(`x${whole}`, "utf16le")), ["mine"]);
  });

  it("finds it in base64, wherever it begins", () => {
    for (const before of ["", "a", "ab", "abc", "user:", "basic "])
      for (const encoding of ["base64", "base64url"] as const)
        assert.deepEqual(names(Buffer.from(Buffer.from(before + whole).toString(encoding))), ["mine"], before);
  });

  it("finds nothing where nothing is", () => {
    assert.deepEqual(names(Buffer.from(randomBytes(4096).toString("hex"))), []);
  });

  describe("in places", () => {
    let folder: string;
    let child: ChildProcess | undefined;
    beforeEach(() => {
      folder = mkdtempSync(path.join(tmpdir(), "wavelift-search-"));
    });
    afterEach(() => {
      child?.kill("SIGKILL");
      rmSync(folder, { recursive: true });
    });

    it("finds it in files of all depths, in their names and in the targets of links, not in what is skipped", () => {
      mkdirSync(path.join(folder, "a/.pulumi/b"), { recursive: true });
      writeFileSync(path.join(folder, "a/.pulumi/b/state.json.bak"), JSON.stringify({ token: whole }));
      writeFileSync(path.join(folder, `log-${core}.txt`), "");
      symlinkSync(`/nowhere/${core}`, path.join(folder, "link"));
      writeFileSync(path.join(folder, "clouds.yaml"), whole);
      const { findings, files } = searchFolder(folder, secrets, { skip: [path.join(folder, "clouds.yaml")] });
      assert.deepEqual(findings.map(({ place }) => path.relative(folder, place.replace(/^.* of /, ""))).sort(), [
        "a/.pulumi/b/state.json.bak",
        "link",
        `log-${core}.txt`,
      ]);
      assert.equal(files, 2);
    });

    it("finds it in the arguments and in the environment of a process that lives for a moment", async () => {
      const watch = watchProcesses(secrets);
      child = spawn("sleep", ["0.4"], { env: { SOME_PASSWORD: whole } });
      const other = spawn("sh", ["-c", "sleep 0.4", whole]);
      await Promise.all([child, other].map((one) => new Promise((resolve) => one.once("close", resolve))));
      await sleep(10);
      const { inArguments, inEnvironments } = watch.stop();
      assert.deepEqual(inEnvironments, [{ secret: "mine", encoding: "raw", place: "sleep" }]);
      assert.deepEqual(inArguments, [{ secret: "mine", encoding: "raw", place: "arguments of sh" }]);
    });
  });
});

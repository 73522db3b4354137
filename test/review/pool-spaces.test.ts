import assert from "node:assert/strict";
import type { CloudOffer } from "../../cloud/offer.ts";
import { type Asked, readPoolSpaces } from "../../review/pool-spaces.ts";
import { offer } from "../planning/fixtures.ts";

const space = { pool: "volumes", place: "fsid volumes", storedBytes: 5, freeBytes: 7 };
const told = (stdout: string): Asked => ({ exitCode: 0, stdout, stderr: "" });

/** Asks for these targets; `shown` are those whose Cinder shows its pools. */
async function ask(targets: readonly string[], shown: readonly string[], answer: Asked) {
  let questions = 0;
  const offers = new Map<string, CloudOffer>(
    targets.map((target) => [target, offer({ target, ...(shown.includes(target) ? {} : { storagePools: null }) })]),
  );
  const spaces = await readPoolSpaces(offers, () => {
    questions += 1;
    return Promise.resolve(answer);
  });
  return { spaces, questions };
}

describe("the space of pools that Cinder does not show", () => {
  it("is asked of the conversion host, once for all targets that need it", async () => {
    const { spaces, questions } = await ask(["a", "b", "c"], ["c"], told(JSON.stringify({ a: space, c: space })));
    assert.deepEqual(spaces, { a: space, b: { fault: "runners.yaml names no storage of target b" } });
    assert.equal(questions, 1);
  });

  it("is asked of nobody where Cinder tells", async () => {
    assert.deepEqual(await ask(["a"], ["a"], told("{}")), { spaces: {}, questions: 0 });
  });

  it("stays unknown, with the reason, where the conversion host cannot tell", async () => {
    const stderr = "looking\nerror: /x/runners.yaml: no such file\n  more\n";
    assert.deepEqual((await ask(["a"], [], { exitCode: 1, stdout: "", stderr })).spaces, {
      a: { fault: "/x/runners.yaml: no such file" },
    });
    const hangs = { exitCode: undefined, stdout: "", stderr: "" };
    assert.deepEqual((await ask(["a"], [], hangs)).spaces, { a: { fault: "asked in vain (no answer in time)" } });
    for (const text of ["", "null", '{"a":{"pool":1}}'])
      assert.deepEqual((await ask(["a"], [], told(text))).spaces, {
        a: { fault: "it gave an answer of another shape" },
      });
  });
});

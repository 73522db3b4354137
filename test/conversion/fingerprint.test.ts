import assert from "node:assert/strict";
import { cpSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { changedFiles, fingerprint } from "../../conversion/source/fingerprint.ts";
import { locate } from "../../conversion/source/locate.ts";
import { makeDatastore } from "./support/disks.ts";

describe("a source that changed since it was looked at", () => {
  let datastore: ReturnType<typeof makeDatastore>;
  let file: string;
  beforeEach(() => {
    datastore = makeDatastore();
    file = join(datastore.folder, "disk.raw");
    writeFileSync(file, "data");
  });
  afterEach(() => {
    datastore.remove();
  });

  const cases: readonly (readonly [string, () => void, RegExp])[] = [
    [
      "is gone",
      () => {
        rmSync(file);
      },
      /"disk\.raw" is gone/,
    ],
    [
      "was replaced by a copy of the same size and time",
      () => {
        cpSync(file, `${file}.new`, { preserveTimestamps: true });
        renameSync(`${file}.new`, file);
      },
      /was replaced/,
    ],
    [
      "has grown",
      () => {
        writeFileSync(file, "more data");
      },
      /had 4 bytes, has 9/,
    ],
    [
      "was written to",
      () => {
        utimesSync(file, 1, 1);
      },
      /was written to/,
    ],
  ];
  for (const [what, change, message] of cases)
    it(`is seen when a file ${what}`, async () => {
      const found = await locate(datastore.folder, "disk.raw", "d");
      assert.deepEqual(await changedFiles([found]), []);
      change();
      assert.match((await changedFiles([found])).join(), message);
    });
  it("has another fingerprint when its time alone is another", async () => {
    const look = async () => fingerprint([await locate(datastore.folder, "disk.raw", "d")]).sha256;
    const before = await look();
    assert.equal(await look(), before);
    utimesSync(file, 1, 1);
    assert.notEqual(await look(), before);
  });
});

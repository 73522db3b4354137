import assert from "node:assert/strict";
import { datastorePath } from "../../conversion/source/datastore-path.ts";

describe("the address of a file in a datastore", () => {
  it("keeps every name one part of it", () => {
    assert.equal(
      datastorePath("d", "a b+c#d%2f/é?&=;.vmdk", "Nord/DC 1", "ds&1"),
      "/folder/a%20b%2Bc%23d%252f/%C3%A9%3F%26%3D%3B.vmdk?dcPath=Nord%2FDC%201&dsName=ds%261",
    );
    const url = new URL(datastorePath("d", "%2e%2e/x\\..\\y", "dc", "ds"), "https://vc");
    assert.equal(decodeURIComponent(url.pathname), "/folder/%2e%2e/x\\..\\y");
  });

  for (const file of ["../x.vmdk", "a/../b", "/etc/passwd", "a//b", "./a", "", "a/..", "a\0b", "a\ud800b"])
    it(`refuses ${JSON.stringify(file)}`, () => {
      assert.throws(() => datastorePath("d", file, "dc", "ds"), /^Failure: d: the path ".*" (leaves|holds)/);
    });
});

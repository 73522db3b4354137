import assert from "node:assert/strict";
import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Run } from "../../toolchain/run.ts";
import { trimModules } from "../../toolchain/trim.ts";
import { fakeRun } from "./fake-run.ts";
import { temporaryFolders } from "./temp-folder.ts";

const sources = fileURLToPath(new URL("../../toolchain/go/pulumi/", import.meta.url));

describe("leaving foreign clouds out of the CLI", () => {
  const folder = temporaryFolders();

  it("keeps what trim.json says and puts our refusal in the place of the rest, in a copy", async () => {
    const place = await folder();
    const [work, modules] = [join(place, "work"), join(place, "modules")];
    await cp(sources, work, { recursive: true });
    const run = fakeRun({ modules });
    await trimModules(work, run);
    const module = "github.com/pulumi/pulumi/pkg/v3";
    const cloud = "cmd/pulumi/cloud";
    assert.deepEqual((await readdir(join(work, "trimmed", module, cloud))).sort(), [
      "api.go",
      "envelope.go",
      "format.go",
      "output.go",
      "resolve.go",
    ]);
    assert.match(await readFile(join(work, "trimmed", module, cloud, "api.go"), "utf8"), /not in this build/);
    assert.ok((await readdir(join(modules, module, cloud))).includes("heavy.go"), "the downloaded module is as it was");
    assert.deepEqual(
      run.calls.filter((call) => call.startsWith("go mod edit")),
      [`go mod edit -replace ${module}=./trimmed/${module} -replace gocloud.dev=./trimmed/gocloud.dev`],
    );
  });

  it("stops when a file that is to stay is not there: another version of the module", async () => {
    const place = await folder();
    const [work, modules] = [join(place, "work"), join(place, "modules")];
    await cp(sources, work, { recursive: true });
    const run = fakeRun({ modules });
    const wanting = join(work, "_trim/trim.json");
    await writeFile(wanting, (await readFile(wanting, "utf8")).replace('"envelope.go"', '"envelope.go", "gone.go"'));
    const older: Run = async (...args) => {
      const answer = await run(...args);
      if (args[1][3]?.startsWith("github.com") === true)
        await rm(join(modules, args[1][3], "cmd/pulumi/cloud/gone.go"));
      return answer;
    };
    await assert.rejects(
      trimModules(work, older),
      /pulumi\/pkg\/v3\/cmd\/pulumi\/cloud has no gone\.go: see trim\.json/,
    );
  });
});

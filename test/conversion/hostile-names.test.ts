import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import fc from "fast-check";
import { pingCheck } from "../../conversion/checks/ping.ts";
import { imageOpts } from "../../conversion/copy/image-opts.ts";
import type { Commands } from "../../conversion/effects.ts";
import { Failure } from "../../conversion/failure.ts";
import { readWork } from "../../conversion/input.ts";
import { printable } from "../../conversion/lines.ts";
import { openRbd } from "../../conversion/rbd/rbd.ts";
import { inspectSource } from "../../conversion/source/inspect.ts";
import { locate, quote } from "../../conversion/source/locate.ts";
import { readVmdkDescriptor } from "../../conversion/source/vmdk-descriptor.ts";
import { makeRaw, sourceOf } from "./support/disks.ts";
import { access, commands } from "./support/tools.ts";

const STEERS = /[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/u;

/** Pieces that mean something to a shell, an option parser, a path, qemu, a descriptor or a terminal. */
const pieces = [
  ...["-", "--", "--help", "-o", "-f", "..", ".", "/", "//", "\\", "~", "*", "?"],
  ...["$(touch ran)", "`touch ran`", ";touch ran;", "|touch ran", "& touch ran", "\n", "\r", " ", "\t", "'", '"', "''"],
  ...["json:", '{"driver":"null-co"}', "nbd:127.0.0.1:1", "rbd:p/i", "file:", "http://", "fat:", ":", ",", ",,", "="],
  ...[
    "driver=",
    "file.filename=",
    "%00",
    "\0",
    "\u001b[2J",
    "\u009b2J",
    "\u202e",
    "\u2028",
    "\ufeff",
    "é",
    "\u{1f600}",
  ],
  ...["disk", "-flat", ".vmdk", ".raw", "RW 1 FLAT", "__proto__", "x".repeat(300), "x".repeat(4096)],
];
const hostile = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...pieces) }, { weight: 1, arbitrary: fc.string() }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(""));

describe("names from the source", function () {
  this.timeout(60_000);
  let root: string;
  let folder: string;
  before(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "wavelift-hostile-")));
    folder = join(root, "datastore");
    mkdirSync(folder);
    makeRaw(join(root, "secret.raw"));
  });
  after(() => {
    rmSync(root, { recursive: true });
  });

  /** Makes a file (a disk by `make`) of this name, where the file system takes it; whether there is one. */
  const makeNamed = (name: string, make: (path: string) => unknown): boolean => {
    const path = join(folder, name);
    if (name.includes("\0") || name.includes("/") || name === "." || name === ".." || name === "") return false;
    try {
      make(path);
      return true;
    } catch {
      return false;
    }
  };

  it("lead to a file inside the datastore, or to nothing, whatever they are", async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (name) => {
        makeNamed(name, (path) => {
          writeFileSync(path, "");
        });
        try {
          const { path } = await locate(folder, name, "vm1-disk-1");
          assert.ok(path.startsWith(folder + sep), path);
        } catch (error) {
          assert.ok(error instanceof Failure, String(error));
          assert.doesNotMatch(error.message, STEERS);
          assert.ok(error.message.length < 2000, "a name of any length in a message");
        }
      }),
      { numRuns: 400 },
    );
  });

  it("are names and nothing else to qemu: a disk of any name is read, and only that", async () => {
    const names = [
      "-o",
      "--help",
      "a,b=c,,d",
      "json:{}",
      "nbd:127.0.0.1:1",
      "$(touch ran)",
      "a\nb",
      "'\"",
      "\u202emoc",
      "%s",
      "rbd:a/b:id=c",
    ];
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.constantFrom(...names), hostile), async (name) => {
        fc.pre(makeNamed(name, makeRaw));
        const found = await inspectSource(commands, "vm1-disk-1", sourceOf(name, "raw"), { ds: folder });
        assert.deepEqual(
          found.files.map(({ path }) => path),
          [join(folder, name)],
        );
      }),
      { numRuns: 25, examples: names.map((name) => [name]) },
    );
    assert.equal(existsSync("ran") || existsSync(join(folder, "ran")) || existsSync(join(root, "ran")), false);
    assert.deepEqual(readdirSync(root).sort(), ["datastore", "secret.raw"]);
  });

  it("are values and nothing else in qemu's options: read back, they are what they were", () => {
    fc.assert(
      fc.property(hostile, hostile, (filename, image) => {
        fc.pre(!filename.includes("\0") && !image.includes("\0"));
        const text = imageOpts({ driver: "raw", file: { driver: "file", filename }, backing: { image } });
        // qemu's grammar (util/keyval.c, qemu-option.c): pairs end at a comma that is not doubled.
        const pairs = text
          .replaceAll(",,", "\0")
          .split(",")
          .map((pair) => pair.replaceAll("\0", ","));
        assert.deepEqual(pairs, [
          "driver=raw",
          "file.driver=file",
          `file.filename=${filename}`,
          `backing.image=${image}`,
        ]);
      }),
      { numRuns: 1000 },
    );
  });

  it("of a descriptor's extents stay in its folder and mean the same to qemu, or the disk is refused", () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom("FLAT", "VMFS", "SPARSE", "ZERO", "flat"), (name, type) => {
        const found = readVmdkDescriptor(`# Disk DescriptorFile\nRW 100 ${type} "${name}" 0\ncreateType="x"\n`);
        if (found.faults.length > 0) {
          assert.doesNotMatch(found.faults.join("; "), STEERS);
          return;
        }
        for (const extent of "extents" in found ? found.extents : []) {
          // A quote and a line's end are no part of a name in a descriptor: with them it is another descriptor.
          if (!/["\r\n]/.test(name))
            assert.equal(extent.file, name, "the extent is another one than the descriptor names");
          assert.doesNotMatch(extent.file, /[/\\\0\n\r"]|^\.\.?$|^[A-Za-z][A-Za-z0-9+.-]*:/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("of a VMDK on the datastore open nothing outside it", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constantFrom("../secret.raw", join(root, "secret.raw"), "file:../secret.raw", "json:{}"), hostile),
        async (name) => {
          writeFileSync(
            join(folder, "d.vmdk"),
            `# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType="monolithicFlat"\nRW 8192 FLAT "${name}" 0\n`,
          );
          try {
            const { files } = await inspectSource(commands, "vm1-disk-1", sourceOf("d.vmdk", "vmdk", 4 * 2 ** 20), {
              ds: folder,
            });
            for (const { path } of files) assert.ok(path.startsWith(folder + sep), path);
          } catch (error) {
            assert.ok(error instanceof Failure, String(error));
            assert.doesNotMatch(error.message, STEERS);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("are one argument each to rbd and ping, behind the options", async () => {
    const seen: string[][] = [];
    const recording: Commands = {
      start: (tool, args) => {
        seen.push([tool, ...args]);
        const ended = Promise.resolve({ code: 0, signal: null, stdout: "", stderr: "" });
        return { pid: 1, ended, kill: () => undefined };
      },
    };
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        seen.length = 0;
        await openRbd(recording, access).setMeta("volume-1", "wavelift.v1", text);
        await pingCheck(recording, text).attempt();
        const login = ["--conf", access.conf, "--id", access.user];
        assert.deepEqual(seen, [
          ["rbd", ...login, "image-meta", "set", `${access.pool}/volume-1`, "wavelift.v1", text],
          ["ping", "-n", "-c", "1", "-W", "2", "--", text],
        ]);
      }),
    );
    // What names an image is an id of OpenStack and nothing else.
    const job = { version: 1, stack: "s", vm: "v", generation: 1, target: "t", cloud: "c", disk: "d", sizeGiB: 1 };
    const source = sourceOf("d.raw", "raw");
    for (const id of ["--help", "../x", "11111111-1111-4111-8111-111111111111@snap", "$(x)"])
      assert.throws(
        () => readWork("import", JSON.stringify({ ...job, source }), { WAVELIFT_VOLUME_ID: id }),
        /environment WAVELIFT_VOLUME_ID/,
      );
  });

  it("never steer the terminal of the person who reads of them", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        assert.doesNotMatch(printable(text), STEERS);
        assert.doesNotMatch(quote(text), /[\p{C}\p{Zl}\p{Zp}]/u);
        assert.ok(quote(text).length <= 400);
      }),
      { numRuns: 1000 },
    );
  });
});

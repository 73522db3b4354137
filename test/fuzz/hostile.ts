import assert from "node:assert/strict";
import fc from "fast-check";
import { FoundVm, type Finding } from "../../inventory/readers/reader.ts";

/** Texts that have broken readers: they steer terminals, leave folders, end strings, are numbers that are none. */
const hostile = [
  ...[
    "",
    " ",
    "\n",
    "\0",
    "\u202e",
    "\u2028",
    "\ufeff",
    "../../etc/passwd",
    "..\\..\\x",
    "/etc/passwd",
    "C:\\x\\..\\y",
  ],
  ...[
    "$(reboot)",
    "`id`",
    '"',
    "'",
    "<!--",
    "]]>",
    "&amp;",
    "%2e%2e/x",
    "http://example.com/x",
    "__proto__",
    "toString",
  ],
  ...["-1", "0", "1e309", "99999999999999999999", "NaN", "0x10", "4294967296", "null", "true", "{}", "- &a [*a]"],
  "x".repeat(4096),
];
export const hostileText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...hostile) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
);

/** One way to damage a text. Positions are fractions, so that they shrink with any text. */
export const damage = fc.array(
  fc.record({
    kind: fc.constantFrom("cut", "drop", "double", "put", "replaceWord", "flip"),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(40),
    text: hostileText,
  }),
  { maxLength: 3 },
);
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

/** The text after all that was done to it. */
export function damaged(text: string, all: Damage): string {
  return all.reduce((now, { kind, at, length, text: put }) => {
    const start = Math.floor(at * now.length);
    const part = now.slice(start, start + length);
    switch (kind) {
      case "cut":
        return now.slice(0, start);
      case "drop":
        return now.slice(0, start) + now.slice(start + length);
      case "double":
        return now.slice(0, start) + part + now.slice(start);
      case "put":
        return now.slice(0, start) + put + now.slice(start);
      case "replaceWord":
        return now.slice(0, start) + now.slice(start).replace(/[\w.-]+/, () => put);
      default:
        return now.slice(0, start) + String.fromCharCode((now.charCodeAt(start) || 0) ^ 1) + now.slice(start + 1);
    }
  }, text);
}

/** Bytes after all that was done to them: flipped, cut, doubled. */
export function damagedBytes(bytes: Buffer, all: Damage): Buffer {
  return Buffer.from(damaged(bytes.toString("latin1"), all), "latin1");
}

/** What holds of every finding, whatever was read: VMs fit the schema, and nothing that is printed steers a terminal. */
export function assertFindings(findings: readonly Finding[]): void {
  for (const finding of findings) {
    if ("vm" in finding) {
      assert.ok(FoundVm.safeParse(finding.vm).success);
      for (const list of [finding.vm.disks, finding.vm.nics])
        assert.equal(new Set(list.map(({ deviceKey }) => deviceKey)).size, list.length);
      for (const { file } of finding.vm.disks) assert.ok(!file.split("/").includes(".."), file);
    } else if ("fault" in finding) {
      const { value, vm, expected, advice } = finding.fault;
      assert.doesNotMatch(`${value}${vm ?? ""}${expected}${advice}`, /\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
    }
  }
}

export async function collected(findings: AsyncIterable<Finding> | Iterable<Finding>): Promise<Finding[]> {
  const all: Finding[] = [];
  for await (const finding of findings) all.push(finding);
  return all;
}

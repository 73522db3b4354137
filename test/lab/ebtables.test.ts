import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { project } from "../../cli/project.ts";

const CHAIN = `wavelift-test-${process.pid}`;
const [FIRST, SECOND] = ["0:50:56:b:0:1", "0:50:56:b:0:2"];

/** What Neutron's agent does for a port that it sees a second time; Debian's ebtables fails, and the agent tries for ever. */
describe("the lab's ebtables", () => {
  const ebtables = (...args: string[]): string =>
    execFileSync(path.join(project, "lab/ebtables.sh"), ["-t", "nat", "--concurrent", ...args], { encoding: "utf8" });
  const rules = (): string[] => ebtables("-L", CHAIN).split("\n").slice(3).filter(Boolean);
  const rule = (...addresses: string[]): string => `-i tap-test --among-src ${addresses.join(",")} -j RETURN`;
  before(() => {
    ebtables("-N", CHAIN);
    ebtables("-A", CHAIN, "-j", "DROP");
  });
  after(() => {
    ebtables("-F", CHAIN);
    ebtables("-X", CHAIN);
  });

  it("deletes a rule that names addresses, and no other one", () => {
    for (const one of [rule(FIRST), rule(FIRST, SECOND), rule(SECOND)]) ebtables("-I", CHAIN, ...one.split(" "));
    assert.deepEqual(
      rules().map((one) => one.trim()),
      [rule(SECOND), rule(FIRST, SECOND), rule(FIRST), "-j DROP"],
    );
    ebtables("-D", CHAIN, ...rule(FIRST, SECOND).split(" "));
    assert.deepEqual(
      rules().map((one) => one.trim()),
      [rule(SECOND), rule(FIRST), "-j DROP"],
    );
    ebtables("-D", CHAIN, ...rule(FIRST, SECOND).split(" "));
    assert.equal(rules().length, 3, "what is gone is fine");
    ebtables("-D", CHAIN, "-j", "DROP");
    assert.deepEqual(
      rules().map((one) => one.trim()),
      [rule(SECOND), rule(FIRST)],
    );
  });
});

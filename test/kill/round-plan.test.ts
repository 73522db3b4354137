import assert from "node:assert/strict";
import fc from "fast-check";
import { roleOf } from "./processes.ts";
import { seededRandom } from "./random.ts";
import { planRounds } from "./round-plan.ts";

const seeds = fc.nat(2 ** 31);

describe("rounds of random kills", () => {
  it("are the same for the same seed, however many there are", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 10 }), (seed, count) => {
        assert.deepEqual(planRounds(seed, count), planRounds(seed, 20).slice(0, count));
      }),
    );
    assert.notDeepEqual(planRounds(1, 5), planRounds(2, 5));
  });

  it("destroy only what stands, edit only what is migrated, and strike copying tools only where disks are copied", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        let stands = false;
        for (const { action, edit, strikes } of planRounds(seed, 20)) {
          if (action === "destroy") assert.deepEqual([stands, edit], [true, "none"]);
          const copies = action === "up" && !stands;
          assert.ok(strikes.length > 0);
          for (const { victim, signal, sleepMs } of strikes) {
            if (!copies) assert.doesNotMatch(victim, /^qemu-nbd|^language/);
            if (victim === "terminal") assert.equal(signal, "SIGINT");
            if (signal !== "SIGSTOP") assert.equal(sleepMs, null);
          }
          stands = action === "up";
        }
      }),
    );
  });

  it("hit everything in every way in the long run", () => {
    const hits = new Set(
      planRounds(7, 400).flatMap(({ strikes }) => strikes.map((one) => `${one.victim} ${one.signal}`)),
    );
    for (const victim of ["wavelift", "engine", "openstack", "command", "launcher", "program", "qemu-nbd", "rbd"])
      for (const signal of ["SIGKILL", "SIGTERM", "SIGSTOP"])
        assert.ok(hits.has(`${victim} ${signal}`), `${victim} ${signal}`);
    for (const hit of ["group SIGKILL", "terminal SIGINT"]) assert.ok(hits.has(hit), hit);
  });

  it("draw numbers within their bounds", () => {
    fc.assert(
      fc.property(seeds, fc.nat(50), fc.nat(50), (seed, from, more) => {
        const random = seededRandom(seed);
        for (let draw = 0; draw < 20; draw++) {
          const value = random.whole(from, from + more);
          assert.ok(Number.isInteger(value) && value >= from && value <= from + more);
        }
        assert.notEqual(
          random.pick([
            ["often", 1],
            ["never", 0],
          ] as const),
          "never",
        );
      }),
    );
  });

  it("know the processes of a run by what they run", () => {
    const roles: readonly (readonly [string, string])[] = [
      ["/tools/pulumi up --stack w", "engine"],
      ["pulumi stack select --stack w", "other"],
      ["/p/pulumi-language-nodejs 127.0.0.1:1", "language"],
      ["/p/pulumi-resource-openstack 127.0.0.1:1", "openstack"],
      ["/p/pulumi-resource-command 127.0.0.1:1", "command"],
      ["/usr/bin/node bin/wavelift.mjs up w", "wavelift"],
      ["/usr/bin/node bin/wavelift.mjs plan w", "other"],
      ["node bin/convert.mjs import", "launcher"],
      ["/usr/bin/node /x/dist/conversion-0123456789abcdef.mjs program", "program"],
      ["rbd --id cinder status volumes/volume-1", "rbd"],
      ["qemu-nbd --persistent", "qemu-nbd"],
    ];
    for (const [line, role] of roles) assert.equal(roleOf(line.split(" ")), role, line);
  });
});

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { describeRound } from "./describe-round.ts";
import { runRounds } from "./rounds.ts";

const ROUNDS = 10;

describe("random kills", function () {
  this.timeout(30 * 60_000);

  it(`lose nothing, do nothing twice and leave nothing, in ${ROUNDS} rounds`, async () => {
    const seed = randomInt(2 ** 31);
    const again = `npm run test:kill -- --rounds ${ROUNDS} --seed ${seed}`;
    process.stdout.write(`    ${again}\n`);
    const { results, logs } = await runRounds({
      rounds: ROUNDS,
      seed,
      onRound: (result) => {
        process.stdout.write(`    ${describeRound(result, ROUNDS)}\n`);
      },
    });
    assert.deepEqual(
      results.flatMap(({ faults }) => faults),
      [],
      `logs: ${logs ?? "none"}; again: ${again}`,
    );
    assert.equal(results.length, ROUNDS);
  });
});

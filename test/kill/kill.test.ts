import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { runRounds } from "./rounds.ts";

const ROUNDS = 10;

/** The same as `npm run test:kill`, which runs any number of rounds, and the same ones again by their seed. */
describe("random kills of random processes at random moments of up and destroy", function () {
  this.timeout(1_500_000);

  it(`${ROUNDS} rounds end with every byte in place, nothing left and nothing twice`, async () => {
    const seed = randomInt(2 ** 31);
    process.stdout.write(`      npm run test:kill -- --rounds ${ROUNDS} --seed ${seed}\n`);
    const { results, logs } = await runRounds({
      rounds: ROUNDS,
      seed,
      onRound: ({ round, action, strikes, faults }) => {
        const struck = strikes.map(({ strike, hit }) => `${strike} (${hit})`).join("; ");
        process.stdout.write(`      ${round}: ${action}: ${struck}: ${faults.length === 0 ? "ok" : "FAILED"}\n`);
      },
    });
    const faults = results.flatMap(({ round, faults: found }) => found.map((fault) => `round ${round}: ${fault}`));
    assert.deepEqual(faults, [], `seed ${seed}, logs in ${logs ?? "no folder"}`);
    assert.equal(results.length, ROUNDS);
  });
});

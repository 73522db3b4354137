import { Command, InvalidArgumentError } from "commander";
import { randomInt } from "node:crypto";
import { prepare } from "../prepare.ts";
import { describeRound } from "./describe-round.ts";
import { runRounds } from "./rounds.ts";

/**
 * `npm run test:kill -- --rounds N [--seed S] [--json]`: kills what runs, whenever, on the lab (made when missing), and sees
 * that the next run puts everything right. Exit code 1 when it does not.
 */

const whole = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 2 ** 32 - 1) throw new InvalidArgumentError("a whole number");
  return value;
};

const { rounds, seed, json } = new Command("test:kill")
  .description("random kills of random processes at random moments of up and destroy, on the lab")
  .option("--rounds <n>", "how many rounds", whole, 10)
  .option("--seed <seed>", "the same seed chooses the same rounds", whole, randomInt(2 ** 31))
  .option("--json", "one JSON object a round, and one at the end", false)
  .parse()
  .opts<{ rounds: number; seed: number; json: boolean }>();

const print = (text: string, value: object): void => {
  process.stdout.write(`${json ? JSON.stringify(value) : text}\n`);
};

const stop = new AbortController();
process.on("SIGINT", () => {
  if (!stop.signal.aborted) process.stderr.write("Ends after this round, and tidies up.\n");
  stop.abort();
});
Object.assign(process.env, await prepare());
print(`seed ${seed}, ${rounds} rounds`, { seed, rounds });
const { results, logs } = await runRounds({
  rounds,
  seed,
  signal: stop.signal,
  onRound: (result) => {
    print(describeRound(result, rounds), result);
  },
});
const failed = results.filter(({ faults }) => faults.length > 0).length;
const summary = `${results.length - failed} of ${rounds} rounds went well${failed === 0 ? "" : `, ${failed} failed`} (seed ${seed})`;
print(
  logs === null
    ? summary
    : `${summary}; logs: ${logs}; again: npm run test:kill -- --rounds ${results.length} --seed ${seed}`,
  {
    seed,
    passed: results.length - failed,
    failed,
    logs,
  },
);
process.exitCode = failed > 0 || results.length < rounds ? 1 : 0;

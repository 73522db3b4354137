// Mocha's spec reporter, which also writes counts and failed tests to WAVELIFT_COUNTS for the last lines of `npm test`.
const { writeFileSync } = require("node:fs");
const { reporters, Runner } = require("mocha");

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failed = [];
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => {
      failed.push(`${test.fullTitle()}: ${String(error?.message ?? error)}`);
    });
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      if (process.env.WAVELIFT_COUNTS)
        writeFileSync(process.env.WAVELIFT_COUNTS, JSON.stringify({ passes, failures, pending, failed }));
    });
  }
};

// Mocha's spec reporter, which also writes the counts to WAVELIFT_COUNTS for the last line of `npm test`.
const { writeFileSync } = require("node:fs");
const { reporters, Runner } = require("mocha");

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      if (process.env.WAVELIFT_COUNTS)
        writeFileSync(process.env.WAVELIFT_COUNTS, JSON.stringify({ passes, failures, pending }));
    });
  }
};

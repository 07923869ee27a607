// Mocha's usual report, and the count of it in the file that LTV_GAUGE_RESULT names, from which `npm test` sums up.
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.LTV_GAUGE_RESULT;
    if (file === undefined || file === '') return;
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures } = runner.stats;
      writeFileSync(file, JSON.stringify({ passed: passes, failed: failures }));
    });
  }
}

// Mocha takes a reporter of one's own only as the default export.
export default CountingReporter;

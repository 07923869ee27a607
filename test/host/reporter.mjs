// Mocha's usual report, and the count of it in the file that LTV_GAUGE_RESULT names, from which `npm test` sums up. While tests run it also
// names the one that is running, so that it can be told of a run that had to be ended.
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.LTV_GAUGE_RESULT;
    if (file === undefined || file === '') return;
    const { EVENT_TEST_BEGIN, EVENT_HOOK_BEGIN, EVENT_RUN_END } = Mocha.Runner.constants;
    const tell = (running) => {
      const { passes, failures } = runner.stats;
      writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, running }));
    };
    runner.on(EVENT_TEST_BEGIN, (test) => tell(test.fullTitle()));
    // A hook before or after all tests; those around a test are told by its name.
    runner.on(EVENT_HOOK_BEGIN, (hook) => hook.ctx?.currentTest === undefined && tell(hook.fullTitle()));
    runner.once(EVENT_RUN_END, () => tell());
  }
}

// Mocha takes a reporter of one's own only as the default export.
export default CountingReporter;

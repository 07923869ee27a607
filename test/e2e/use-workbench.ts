import { type SessionOptions } from './session.ts';
import { launchWorkbench, type Workbench } from './workbench.ts';

/**
 * One workbench for all tests of the `describe` that calls this: started before the first, ended after the last, pictured when a test
 * fails (out/screenshots/failed-….png). The answer hands it out inside tests.
 */
export function useWorkbench(options: SessionOptions = {}): () => Workbench {
  let workbench: Workbench | undefined;

  before(async () => {
    workbench = await launchWorkbench(options);
  });

  afterEach(async function () {
    const test = this.currentTest;
    if (test?.state === 'failed') await workbench?.screenshot(`failed-${test.title.replace(/\W+/g, '-')}`).catch(() => undefined);
  });

  after(async () => {
    await workbench?.close();
  });

  return () => {
    if (workbench === undefined) throw new Error('The workbench is there inside tests only.');
    return workbench;
  };
}

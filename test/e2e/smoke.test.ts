import assert from 'node:assert/strict';
import { launchWorkbench, type Workbench } from './workbench.ts';

describe('the packaged extension in VS Code', () => {
  let workbench: Workbench | undefined;

  before(async () => {
    workbench = await launchWorkbench();
  });

  after(async () => {
    await workbench?.close();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });

  it('brings a container that the palette opens', async () => {
    await workbench.openContainer();
    assert.equal(await workbench.pane('Loans').isVisible(), true);
    assert.equal(await workbench.pane('Collateral').isVisible(), true);
  });

  it('has no account and therefore no row and no alarm at the start', async () => {
    assert.deepEqual(await workbench.treeRows('Loans'), []);
    assert.deepEqual(await workbench.notifications(), []);
  });
});

import assert from 'node:assert/strict';
import { useWorkbench } from './use-workbench.ts';

describe('the packaged extension in VS Code', () => {
  const workbench = useWorkbench();

  it('brings a container with three views that the palette opens', async () => {
    await workbench().openContainer();
    assert.equal(await workbench().pane('Loans').isVisible(), true);
    assert.equal(await workbench().pane('Positions').isVisible(), true);
    assert.equal(await workbench().pane('Collateral').isVisible(), true);
  });

  it('has no account and therefore no row and no alarm at the start', async () => {
    assert.deepEqual(await workbench().treeRows('Loans'), []);
    assert.deepEqual(await workbench().notifications(), []);
  });
});

import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const id = 'ltv-gauge.ltv-gauge';

describe('the extension inside VS Code', () => {
  it('is found and becomes active', async () => {
    const extension = vscode.extensions.getExtension(id);
    assert.ok(extension, `${id} is not installed`);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('registers every command that its manifest names', async () => {
    const manifest = vscode.extensions.getExtension(id)?.packageJSON as { contributes?: { commands?: { command: string }[] } };
    const named = (manifest.contributes?.commands ?? []).map(({ command }) => command);
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.notEqual(named.length, 0);
    assert.deepEqual(
      named.filter((command) => !registered.has(command)),
      [],
    );
  });
});

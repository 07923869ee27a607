import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const enabled = (value: boolean | undefined): Thenable<void> =>
  vscode.workspace.getConfiguration('ltvGauge.agents').update('enabled', value, vscode.ConfigurationTarget.Global);

const asked = (input: object = {}): Thenable<vscode.LanguageModelToolResult> =>
  vscode.lm.invokeTool('ltvGauge_status', { input, toolInvocationToken: undefined });

describe('the tool for agents', () => {
  before(async () => {
    await vscode.extensions.getExtension('ltv-gauge.ltv-gauge')?.activate();
  });
  afterEach(async () => {
    await enabled(undefined);
  });

  it('tells nothing until a person turns it on', async () => {
    await assert.rejects(Promise.resolve(asked()), /ltvGauge\.agents\.enabled/);
  });

  it('tells what was read once it is on, and is the only one', async () => {
    await enabled(true);
    const { content } = await asked();
    const [part] = content;
    assert.ok(part instanceof vscode.LanguageModelTextPart);
    assert.deepEqual((JSON.parse(part.value) as { accounts: unknown[]; worst: string }).accounts, []);
    assert.deepEqual(
      vscode.lm.tools.filter(({ name }) => name.startsWith('ltvGauge')).map(({ name }) => name),
      ['ltvGauge_status'],
    );
  });
});

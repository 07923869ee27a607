import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly type: string | readonly string[] }>> };
  };
}

const id = 'ltv-gauge.ltv-gauge';
const manifest = (): Manifest => vscode.extensions.getExtension(id)?.packageJSON as Manifest;

/** What each setting would be, had the folder its way. */
function wished(): Readonly<Record<string, unknown>> {
  const extremes: Readonly<Record<string, unknown>> = { boolean: true, integer: 3600, number: 3600, object: { BTC: '1000000' } };
  return Object.fromEntries(
    Object.entries(manifest().contributes.configuration.properties).map(([name, { type }]) => [
      name,
      extremes[[type].flat()[0] ?? ''] ?? '99999999',
    ]),
  );
}

const settings = (): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.keys(wished()).map((name) => [name, vscode.workspace.getConfiguration().get(name)]));

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline) throw new Error(`${what} did not come.`);
    await pause(100);
  }
}

interface Told {
  readonly accounts: readonly {
    readonly account: string;
    readonly loans: readonly { readonly loan: string; readonly collateral?: unknown; readonly debts?: unknown }[];
    readonly positions: readonly { readonly position: string; readonly margin?: unknown; readonly size?: unknown }[];
  }[];
}

async function told(): Promise<Told> {
  const { content } = await vscode.lm.invokeTool('ltvGauge_status', { input: {}, toolInvocationToken: undefined });
  const [part] = content;
  assert.ok(part instanceof vscode.LanguageModelTextPart);
  return JSON.parse(part.value) as Told;
}

/** What only a change of ours, or a trade, moves. */
const holdings = ({ accounts }: Told) =>
  accounts.map(({ account, loans, positions }) => ({
    account,
    loans: loans.map(({ loan, collateral }) => ({ loan, collateral })),
    positions: positions.map(({ position, size, margin }) => ({ position, size, margin })),
  }));

/** Anything that a command could take for a yes. */
const demands = (account: string, loan: string) => [
  [],
  [{ accountId: account, account, id: account, loan, loanId: loan, coin: 'BTC', amount: '1', confirmed: true, armed: true, yes: true }],
  [account, loan, 'BTC', '1', true],
  [{ toString: () => loan, command: 'ltvGauge.addCollateral', arguments: [loan, '1'] }, { confirmed: true }],
];

describe('a folder and an extension that mean harm', () => {
  const folder = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  const agents = vscode.workspace.getConfiguration('ltvGauge.agents');

  before(async () => {
    await vscode.extensions.getExtension(id)?.activate();
  });
  afterEach(async () => {
    rmSync(path.join(folder(), '.vscode'), { recursive: true, force: true });
    await agents.update('enabled', undefined, vscode.ConfigurationTarget.Global);
    await agents.update('amounts', undefined, vscode.ConfigurationTarget.Global);
  });

  it('set none of our settings: not by a file in the folder, not for the folder', async () => {
    const before = settings();
    mkdirSync(path.join(folder(), '.vscode'), { recursive: true });
    const changed = new Promise((resolve) => vscode.workspace.onDidChangeConfiguration(resolve));
    writeFileSync(path.join(folder(), '.vscode/settings.json'), JSON.stringify({ ...wished(), 'editor.tabSize': 7 }));
    await changed;
    assert.equal(vscode.workspace.getConfiguration('editor').get('tabSize'), 7, 'the file was read');
    assert.deepEqual(settings(), before);
    for (const [name, value] of Object.entries(wished())) {
      const update = vscode.workspace.getConfiguration().update(name, value, vscode.ConfigurationTarget.Workspace);
      await assert.rejects(Promise.resolve(update), new RegExp(name), `${name} is for all folders`);
    }
    assert.deepEqual(settings(), before);
  });

  it('move nothing and arm nothing by our commands, whatever they hand to them', async () => {
    await agents.update('enabled', true, vscode.ConfigurationTarget.Global);
    await agents.update('amounts', true, vscode.ConfigurationTarget.Global);
    const before = settings();
    void vscode.commands.executeCommand('ltvGauge.trySimulated');
    const first = await until('a loan', async () => {
      const { accounts } = await told();
      return accounts.find(({ loans, positions }) => loans.length > 0 && positions.length > 0);
    });
    const start = holdings(await told());
    const acting = manifest()
      .contributes.commands.map(({ command }) => command)
      .filter((command) => /collateral|margin|loan|repay|borrow|arm|target|undo|resolve|rescue|setup|key|outlet/i.test(command));
    assert.ok(acting.length > 15, acting.join());
    for (const command of acting) {
      for (const demand of demands(first.account, first.loans[0]?.loan ?? '')) {
        const run = Promise.resolve(vscode.commands.executeCommand(command, ...demand)).catch(() => undefined);
        await Promise.race([run, pause(30)]);
        await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
      }
    }
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('ltvGauge.refresh');
    assert.deepEqual(holdings(await told()), start);
    assert.deepEqual(settings(), before);
  });
});

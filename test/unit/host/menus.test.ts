import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

interface MenuItem {
  readonly command: string;
  readonly when: string;
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly contributes: { readonly menus: { readonly 'view/item/context': readonly MenuItem[] } };
};

/** The commands a line offers, by the only forms of condition the manifest uses there. */
function offered(view: string, viewItem: string): readonly string[] {
  const holds = (part: string): boolean => {
    const [, name, operator, wanted = ''] = /^(view|viewItem) (==|=~) (.+)$/.exec(part) ?? [];
    assert.ok(name !== undefined, `not understood: ${part}`);
    const value = name === 'view' ? view : viewItem;
    return operator === '==' ? value === wanted : new RegExp(wanted.slice(1, -1)).test(value);
  };
  const items = manifest.contributes.menus['view/item/context'].filter(({ when }) => when.split(' && ').every(holds));
  return [...new Set(items.map(({ command }) => command.replace('ltvGauge.', '')))].sort();
}

describe('the menu of a line', () => {
  it('offers changes of margin only where margin can be changed', () => {
    assert.deepEqual(offered('ltvGauge.positions', 'position'), [
      'addMargin',
      'bringLiquidationToTarget',
      'copyValue',
      'openAtVenue',
      'openGauges',
      'openRescue',
      'prepareRescue',
      'reduceMargin',
      'setWarningLevels',
      'showHistory',
    ]);
    assert.deepEqual(offered('ltvGauge.positions', 'fixedPosition'), ['copyValue', 'openAtVenue', 'setWarningLevels', 'showHistory']);
  });

  it('offers changes of collateral only at a loan, and repaying only where it can be done', () => {
    const atLoan = ['addCollateral', 'bringLtvToTarget', 'copyValue', 'maximumLoan', 'openAtVenue', 'openGauges', 'openRescue'].concat([
      'prepareRescue',
      'reduceCollateral',
      'setWarningLevels',
      'showHistory',
    ]);
    assert.deepEqual(offered('ltvGauge.loans', 'loan'), atLoan);
    assert.deepEqual(offered('ltvGauge.loans', 'loan.repay'), [...atLoan, 'borrowMore', 'repayLoan'].sort());
    for (const item of ['position', 'fixedPosition', 'account', 'value', 'note', 'group', 'openWrite']) {
      const commands = offered('ltvGauge.positions', item);
      assert.ok(!commands.includes('addCollateral') && !commands.includes('reduceCollateral'), item);
    }
  });

  it('offers to repay with collateral where the exchange sells it, beside all else that a loan has', () => {
    const more = offered('ltvGauge.loans', 'loan.repay.sell');
    assert.deepEqual(more, [...offered('ltvGauge.loans', 'loan.repay'), 'repayWithCollateral'].sort());
  });

  it('offers the same at an account and at an unfinished change in every view', () => {
    for (const view of ['ltvGauge.loans', 'ltvGauge.positions', 'ltvGauge.collateral']) {
      assert.deepEqual(offered(view, 'account'), [
        'openActivity',
        'openAtVenue',
        'refresh',
        'removeAccount',
        'renameAccount',
        'setThresholds',
        'testConnection',
        'updateKeys',
      ]);
      assert.deepEqual(offered(view, 'openWrite'), ['resolveWrite']);
      assert.deepEqual(offered(view, 'note'), []);
    }
  });

  it('offers at a warning what it is about, and to acknowledge it once', () => {
    const common = ['openGauges', 'openRescue', 'revealRow', 'setWarningLevels', 'snoozeWarnings'];
    assert.deepEqual(offered('ltvGauge.warnings', 'warning.loan'), ['acknowledgeWarnings', 'bringLtvToTarget', ...common]);
    assert.deepEqual(offered('ltvGauge.warnings', 'warning.loan.known'), ['bringLtvToTarget', ...common]);
    assert.deepEqual(offered('ltvGauge.warnings', 'warning.position'), ['acknowledgeWarnings', 'bringLiquidationToTarget', ...common]);
    assert.deepEqual(offered('ltvGauge.warnings', 'warning.account'), ['acknowledgeWarnings', 'snoozeWarnings', 'updateKeys']);
  });

  it('offers to undo only a change of Activity that can be undone', () => {
    assert.deepEqual(offered('ltvGauge.activity', 'undoableWrite'), ['copyValue', 'undoAdd']);
    assert.deepEqual(offered('ltvGauge.activity', 'write'), ['copyValue']);
    assert.deepEqual(offered('ltvGauge.activity', 'openWrite'), ['resolveWrite']);
    for (const view of ['ltvGauge.loans', 'ltvGauge.positions', 'ltvGauge.collateral']) {
      assert.ok(!offered(view, 'undoableWrite').includes('undoAdd'), view);
    }
  });
});

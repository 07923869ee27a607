import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { english } from '../../../../src/core/message.ts';
import { limitsFrom, limitsOfUser, type Limits } from '../../../../src/engine/ledger/limits.ts';
import { holds } from '../../property.ts';
import { saysLike } from '../../../texts.ts';

const understood = (settings: Record<string, unknown>): Limits => {
  const limits = limitsFrom(settings);
  assert.ok(!('fault' in limits), 'fault' in limits ? english(limits.fault) : '');
  return limits;
};

const faultOf = (settings: Record<string, unknown>): string => {
  const limits = limitsFrom(settings);
  assert.ok('fault' in limits, JSON.stringify(settings));
  return english(limits.fault);
};

describe('limits from the settings', () => {
  it('are none when nothing is set', () => {
    for (const nothing of [undefined, null, '']) {
      const limits = understood({ perActionUsd: nothing, perDayUsd: nothing, highestLtvAfterReduction: nothing, perDayByCoin: undefined });
      assert.deepEqual(Object.keys(limits), ['perActionByCoin', 'perDayByCoin', 'keepInWallet']);
      assert.equal(limits.perActionByCoin.size + limits.perDayByCoin.size + limits.keepInWallet.size, 0);
    }
  });

  it('are taken to the last digit', () => {
    const limits = understood({
      perActionUsd: '2500',
      perDayUsd: '10000.000000000000000001',
      perActionByCoin: { BTC: '0.5', eth: '3' },
      perDayByCoin: { ' usdt ': '1000' },
      keepInWallet: { USDT: '0' },
      highestLtvAfterReduction: '65.5',
    });
    assert.equal(limits.perActionUsd, '2500');
    assert.equal(limits.perDayUsd, '10000.000000000000000001');
    assert.deepEqual(
      [...limits.perActionByCoin],
      [
        ['BTC', '0.5'],
        ['ETH', '3'],
      ],
    );
    assert.deepEqual([...limits.perDayByCoin], [['USDT', '1000']]);
    assert.deepEqual([...limits.keepInWallet], [['USDT', '0']]);
    assert.equal(limits.highestLtvAfterReduction, '0.655', 'percent becomes a fraction');
  });

  it('of zero are limits too: they let nothing through', () => {
    assert.equal(understood({ perActionUsd: '0' }).perActionUsd, '0');
  });

  const faults: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
    ['a JSON number', { perActionUsd: 2500 }, saysLike('limit.setting-not-amount', /.*perActionUsd/, '2500')],
    ['a JSON number with a fraction', { highestLtvAfterReduction: 65.5 }, saysLike('limit.setting-not-amount', undefined, '65.5')],
    ['a JSON number of a coin', { perDayByCoin: { BTC: 0.5 } }, saysLike('limit.setting-not-amount', /.*perDayByCoin › BTC/, '0.5')],
    ['a number that is not even finite', { perDayUsd: NaN }, saysLike('limit.setting-not-amount')],
    ['thousands apart', { perActionUsd: '2,500' }, saysLike('limit.setting-not-amount', /.*perActionUsd/)],
    ['a decimal comma', { perActionUsd: '0,5' }, saysLike('limit.setting-not-amount')],
    ['a currency sign', { perActionUsd: '$2500' }, saysLike('limit.setting-not-amount')],
    ['an exponent', { perActionUsd: '1e3' }, saysLike('limit.setting-not-amount')],
    ['a minus', { perDayUsd: '-1' }, saysLike('limit.setting-not-amount')],
    ['a percent sign', { highestLtvAfterReduction: '65%' }, saysLike('limit.setting-not-amount')],
    ['a percentage without its point', { highestLtvAfterReduction: '655' }, saysLike('limit.setting-too-high')],
    ['a truth value', { perActionUsd: false }, saysLike('limit.setting-not-amount')],
    ['an object', { perActionUsd: {} }, saysLike('limit.setting-not-amount')],
    ['an endless text', { perActionUsd: '9'.repeat(81) }, saysLike('limit.setting-not-amount')],
    ['a list of coins', { perActionByCoin: ['BTC'] }, saysLike('limit.setting-needs-coins', /.*perActionByCoin/, '{ "BTC": "0.5" }')],
    ['a text for coins', { keepInWallet: 'BTC 0.5' }, saysLike('limit.setting-needs-coins', /.*keepInWallet/)],
    ['a coin without an amount', { keepInWallet: { BTC: '' } }, saysLike('limit.setting-not-amount', /.*keepInWallet › BTC/)],
    ['an amount without a coin', { keepInWallet: { ' ': '1' } }, saysLike('limit.setting-needs-coins', /.*keepInWallet/)],
    ['one coin twice', { perActionByCoin: { BTC: '1', btc: '2' } }, saysLike('limit.setting-needs-coins', /.*perActionByCoin/)],
  ];
  for (const [name, settings, pattern] of faults) {
    it(`are not understood with ${name}, and it is said what to write instead`, () => {
      assert.match(faultOf(settings), pattern);
    });
  }

  it('are either understood as they were written, or not at all', () => {
    holds(
      fc.property(fc.anything(), (value) => {
        const limits = limitsFrom({ perActionUsd: value });
        if ('fault' in limits) return;
        if (limits.perActionUsd === undefined) assert.ok(value === undefined || value === null || value === '');
        else assert.equal(limits.perActionUsd, (value as string).trim());
      }),
    );
  });
});

describe('limits of the person', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
    readonly contributes: { readonly configuration: { readonly properties: Readonly<Record<string, { readonly scope?: string }>> } };
  };
  const declared = Object.entries(manifest.contributes.configuration.properties).filter(([name]) => name.startsWith('ltvGauge.limits.'));
  const usual: Readonly<Record<string, unknown>> = {
    perActionByCoin: { BTC: '1' },
    perDayByCoin: { BTC: '1' },
    keepInWallet: { BTC: '1' },
  };

  it('are read from every setting that is declared for them', () => {
    const asked: string[] = [];
    limitsOfUser({
      inspect: (name) => {
        asked.push(`ltvGauge.limits.${name}`);
        return undefined;
      },
    });
    assert.deepEqual(asked.sort(), declared.map(([name]) => name).sort());
    assert.ok(declared.every(([, { scope }]) => scope === 'application'));
  });

  for (const [setting] of declared) {
    const name = setting.slice('ltvGauge.limits.'.length);
    const own = usual[name] ?? '10';
    const foreign = usual[name] === undefined ? '1000000' : { BTC: '1000000' };

    it(`do not come from a workspace, a folder, a language or a default (${name})`, () => {
      const places = {
        workspaceValue: foreign,
        workspaceFolderValue: foreign,
        defaultValue: foreign,
        workspaceLanguageValue: foreign,
        globalLanguageValue: foreign,
      };
      const only = (found: object) => limitsOfUser({ inspect: (asked) => (asked === name ? found : undefined) });
      assert.deepEqual(only(places), limitsFrom({}), 'none is set by another');
      assert.deepEqual(only({ ...places, globalValue: own }), limitsFrom({ [name]: own }), 'none is raised or lifted by another');
    });
  }
});

import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import type { HistoryRow } from '../../../src/core/model.ts';
import type { Connection } from '../../../src/exchanges/exchange.ts';
import type { AccountState } from '../../../src/engine/monitor/store.ts';
import { LazyPages } from '../../../src/views/lazy-pages.ts';
import { readPage } from '../../../src/views/pages.ts';
import type { PageSource } from '../../../src/views/entry.ts';
import { failure, line, loan, now, text, viewContext, snapshot, state } from './samples.ts';
import { says, saysLike } from '../../texts.ts';

const source: PageSource = { kind: 'interest', accountId: 'one', loan: { loanId: '12345' }, version: '' };
const owing = (ltv: string, btc: string): AccountState =>
  state({
    snapshot: snapshot({
      loans: [
        loan({
          ltv: decimal(ltv),
          debts: [{ coin: 'USDT', amount: decimal('70000') }],
          debtUsd: decimal('70000'),
          collateral: [{ coin: 'BTC', amount: decimal('1') }],
          collateralUsd: decimal(btc),
        }),
      ],
      prices: { USDT: decimal('1'), BTC: decimal(btc) },
    }),
  });

describe('the outlook above rows of interest that stay open', () => {
  const interest = { id: '1', coin: 'USDT', debt: decimal('70000'), interest: decimal('0.1'), rate: decimal('0.1'), at: 1 };
  const connection = { loans: { interest: async () => ({ rows: [interest] }) } } as unknown as Connection;

  it('follows the figures, and goes when they are old, failed or gone', async () => {
    let held: AccountState | undefined = owing('0.7', '100000');
    let later = 0;
    const states = { get: () => held };
    const reading = {
      connections: { get: async () => connection },
      states,
      viewContext: () => viewContext({ now: now + later }),
    };
    const pages = new LazyPages((...page) => readPage(reading, ...page));
    const lines = async (): Promise<string[]> => (await pages.entries(source)).map(line);
    assert.match((await lines())[0]!, saysLike('interest.margin-call', '189'));
    held = owing('0.74', '94594.6');
    assert.match((await lines())[0]!, saysLike('line.reached', says('preview.margin-call')));
    later = 91_000;
    assert.deepEqual((await lines()).length, 1, 'only the row that was read is left');
    later = 0;
    for (const gone of [{ ...held, failure: failure() }, { ...held, snapshot: { ...held.snapshot!, loans: [] } }, undefined]) {
      held = gone;
      assert.equal((await lines()).length, 1);
    }
  });
});

describe('the rows of the loan history', () => {
  it('say what happened in words, an unknown type as the exchange gives it; the tooltip has its own word', async () => {
    const row = (id: string, type: string): HistoryRow => ({ id, type, forced: false, coin: 'BTC', amount: decimal('-0.1'), at: 1 });
    const rows = [row('1', 'collateral_locked'), row('2', 'repaid_failed'), row('3', 'new_thing')];
    const options = {
      connections: { get: async () => ({ loans: { history: async () => ({ rows }) } }) as unknown as Connection },
      states: { get: () => undefined },
      viewContext: () => viewContext({ now }),
    };
    const { entries } = await readPage(options, { ...source, kind: 'history' }, undefined);
    const words = [says('row.collateral-added'), says('list.colon', says('row.repaid'), says('row.failed')), 'new thing'];
    assert.deepEqual(
      entries.map(({ label }) => text(label)),
      words.map((word) => `${word} · −0.1 BTC`),
    );
    assert.ok(entries[0]?.details?.().lines.some(({ value }) => value === 'collateral_locked'));
  });
});

describe('the rows below an entry of a venue without loans', () => {
  it('are none, of whatever kind', async () => {
    const options = {
      connections: { get: async () => ({ actions: {} }) as unknown as Connection },
      states: { get: () => undefined },
      viewContext: () => viewContext({ now }),
    };
    for (const kind of ['history', 'interest', 'borrowable'] as const) {
      const { entries, above } = await readPage(options, { ...source, kind }, undefined);
      assert.deepEqual([entries, above?.() ?? []], [[], []]);
    }
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compare, decimal } from '../../../../src/core/decimal.ts';
import type { Position } from '../../../../src/core/model.ts';
import { failureOf } from '../bench.ts';
import { bench, refusal, success } from './bench.ts';
import { listText, long, marginChange } from './position-bench.ts';
import { says, saysLike } from '../../../texts.ts';

/* Answers as Bybit gave or documents them, and what has to be read in each. Where a case is from stands with it. */

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly note?: string;
  readonly source: string;
  /** Path to body, or to a whole response. */
  readonly answers: Readonly<Record<string, object>>;
  readonly context?: { readonly category: string; readonly account: object };
  readonly expect: {
    /** `null` is a figure that is not told. */
    readonly positions?: readonly Readonly<Record<string, string | null>>[];
    readonly key?: Readonly<Record<string, unknown>>;
    readonly marginWallet?: string;
    readonly loans?: readonly { ltv: string; debt: object; collateral: object; due: boolean }[];
    readonly price?: { readonly coin: string; readonly usd: string };
    readonly error?: { readonly effect: string; readonly code: string };
  };
}

const cases = JSON.parse(readFileSync(path.join(process.cwd(), 'test/fixtures/bybit/recorded.json'), 'utf8')) as readonly Case[];

/** Cases that are read in another way than is expected, each with the reason. There is none. */
const otherwise: Readonly<Record<string, string>> = {};

interface Whole {
  readonly __status: number;
  readonly __body: unknown;
}

const responseOf = (answer: object): Response =>
  '__status' in answer
    ? new Response(JSON.stringify((answer as Whole).__body), { status: (answer as Whole).__status })
    : new Response(JSON.stringify(answer));

/** A Bybit that has nothing but the answers of the case. */
function answering({ answers, context }: Case) {
  const one = bench();
  const { venue } = one;
  const category = context?.category ?? 'linear';
  const positions = answers['/v5/position/list'];
  venue
    .on('/position/list', () => {
      const { searchParams } = venue.seen.at(-1)!.url;
      const asked = searchParams.get('category')!;
      const isAsked = asked === category && (searchParams.get('settleCoin') ?? 'USDT') === 'USDT' && !searchParams.has('cursor');
      return isAsked && positions !== undefined ? responseOf(positions) : new Response(listText(asked, []));
    })
    .on('/crypto-loan-common/position', success({ ltv: '0', totalDebt: '0', totalCollateral: '0', borrowList: [], collateralList: [] }))
    .on('/query-account-coins-balance', success({ balance: [] }));
  for (const [suffix, answer] of Object.entries(answers)) if (suffix !== '/v5/position/list') venue.on(suffix, responseOf(answer));
  if (answers['/v5/account/info'] === undefined) {
    venue.on('/account/info', success(context?.account ?? { marginMode: 'ISOLATED_MARGIN', unifiedMarginStatus: 6 }));
  }
  if (answers['/v5/crypto-loan/ongoing-orders'] === undefined) venue.on('/crypto-loan/ongoing-orders', refusal('10017'));
  return one;
}

/** The named figures of a thing, those that are not told as `null`. */
const figures = (of: object, names: object): Record<string, unknown> =>
  Object.fromEntries(Object.keys(names).map((name) => [name, (of as Record<string, unknown>)[name] ?? null]));

async function check(one: Case): Promise<void> {
  const { positions, key, marginWallet, loans, price, error } = one.expect;
  const { connection } = answering(one);
  if (positions !== undefined) {
    const snapshot = await connection.read();
    assert.equal(snapshot.positionsTrouble, undefined);
    assert.deepEqual(
      snapshot.positions.map((position, at) => figures(position, positions[at] ?? {})),
      positions,
    );
  }
  if (loans !== undefined) {
    const snapshot = await connection.read();
    assert.equal(snapshot.loansTrouble, undefined);
    const read = snapshot.loans.map(({ ltv, debts, collateral, due }) => ({
      ltv,
      debt: debts.map(({ coin, amount }) => ({ coin, amount }))[0],
      collateral: collateral.map(({ coin, amount }) => ({ coin, amount }))[0],
      due: due !== undefined,
    }));
    assert.deepEqual(read, loans);
  }
  if (key !== undefined) assert.deepEqual(figures(await connection.inspect(), key), key);
  if (price !== undefined) assert.deepEqual(await connection.indexPrices([price.coin]), { [price.coin]: price.usd });
  if (marginWallet !== undefined) {
    const [position] = (await connection.read()).positions as [Position];
    const prepared = connection.actions.margin!.prepare({ position });
    if (marginWallet === 'refused')
      assert.match(
        (await failureOf(prepared)).message,
        saysLike('venue.unsaid', 'Bybit', says('figure.held', 'USDT', says('bybit.unified-trading-account'))),
      );
    else assert.equal(compare((await prepared).walletAvailable, decimal(marginWallet)), 0);
  }
  if (error !== undefined) {
    const failure = await failureOf(connection.actions.margin!.send(marginChange({ position: long })));
    assert.deepEqual([failure.code, failure.effect], [error.code, error.effect]);
  }
}

describe('what Bybit answered elsewhere', () => {
  it('is all looked at', () => {
    assert.equal(cases.length, 37);
    assert.ok(cases.every(({ expect }) => Object.keys(expect).length > 0));
    assert.ok(Object.keys(otherwise).every((id) => cases.some((one) => one.id === id)));
  });

  for (const one of cases) {
    const { id, kind, note, source } = one;
    const reason = otherwise[id];
    it(`${id} (${kind}: ${[source, note].filter(Boolean).join('; ')}) is read as it should be${reason === undefined ? '' : `, but not: ${reason}`}`, async () => {
      if (reason === undefined) await check(one);
      else await assert.rejects(check(one));
    });
  }
});

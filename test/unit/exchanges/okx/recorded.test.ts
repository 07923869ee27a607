import assert from 'node:assert/strict';
import type { Position } from '../../../../src/core/model.ts';
import { requestOf } from '../../../../src/engine/actions.ts';
import type { Connection } from '../../../../src/exchanges/exchange.ts';
import { bench, change, failureOf, fixture, success, type FakeFetch } from '../bench.ts';
import { marginChange, printed, refs, swap } from './holding.ts';
import { order } from './order.ts';

/** See test/fixtures/okx/README.md. */
interface Recorded {
  readonly id: string;
  readonly answers: Readonly<Record<string, object>>;
  readonly expect: Expected;
}

type Told<T> = { readonly [Name in keyof T]?: T[Name] | null };

interface Expected {
  readonly positions?: readonly (Told<Omit<Position, 'fixedMargin'>> & { readonly fixed?: true })[];
  readonly loans?: readonly { readonly ltv: string; readonly liquidationPrice: null; readonly due: false }[];
  readonly wallet?: readonly { readonly coin: string; readonly amount: string }[];
  readonly available?: { readonly coin: string; readonly amount: string };
  readonly key?: { readonly uid: string };
  readonly price?: { readonly coin: string; readonly usd: string };
  readonly reads?: 'leverage';
  readonly error?: { readonly kind: string; readonly effect: string; readonly code: string };
  readonly add?: Readonly<Record<string, string>>;
  readonly addable?: readonly string[];
}

const recorded = JSON.parse(fixture('recorded')) as readonly Recorded[];

/** A whole response where its status matters, or a body. */
function answerOf(told: object): Response {
  const { __status: status = 200, __body: body = told } = told as { readonly __status?: number; readonly __body?: object };
  return new Response(JSON.stringify(body), { status });
}

/** What nothing was recorded of: an account that has nothing but these positions. */
const otherwise = (positions: readonly object[]): Readonly<Record<string, string>> => ({
  '/account/positions': success(positions),
  '/public/instruments': success([]),
  '/account/balance': success([{ details: [] }]),
  '/adjust-leverage-info': success([]),
  '/loan-info': success([]),
  '/loan-history': success([]),
  '/asset/balances': success([]),
  '/collateral-assets': success([]),
  '/index-tickers': success([]),
});

function told({ answers }: Recorded, ...positions: readonly object[]): { readonly venue: FakeFetch; readonly connection: Connection } {
  const one = bench();
  for (const [path, answer] of Object.entries(answers)) one.venue.on(path, answerOf(answer));
  for (const [path, answer] of Object.entries(otherwise(positions))) one.venue.on(path, answer);
  return one;
}

/** What is read of exactly these fields; `null` stands for a missing one. */
const picked = (from: object, like: object): object =>
  Object.fromEntries(Object.keys(like).map((name) => [name, (from as Record<string, unknown>)[name] ?? null]));

const judges: { readonly [Name in keyof Required<Expected>]: (one: Recorded, wanted: NonNullable<Expected[Name]>) => Promise<void> } = {
  async positions(one, wanted) {
    const { positions, positionsTrouble } = await told(one).connection.read();
    assert.equal(positionsTrouble, undefined);
    assert.equal(positions.length, wanted.length);
    for (const [index, { fixed, ...fields }] of wanted.entries()) {
      assert.deepEqual(picked(positions[index]!, fields), fields);
      if (fixed === true) assert.notEqual(positions[index]!.fixedMargin, undefined);
    }
  },
  async loans(one, wanted) {
    const { loans, loansTrouble } = await told(one).connection.read();
    assert.equal(loansTrouble, undefined);
    const read = loans.map(({ ltv, liquidationPrice = null, due }) => ({ ltv, liquidationPrice, due: due !== undefined }));
    assert.deepEqual(read, wanted);
  },
  async wallet(one, wanted) {
    const { wallet, walletTrouble } = await told(one).connection.read();
    assert.equal(walletTrouble, undefined);
    assert.deepEqual(
      wallet.map(({ coin, amount }) => ({ coin, amount })),
      wanted,
    );
  },
  async available(one, { coin, amount }) {
    const [row, ref] = coin === 'BTC' ? [printed(), refs.marginLong] : [swap(), refs.net];
    const { walletAvailable, position } = await told(one, row).connection.actions.margin!.prepare({ position: ref });
    assert.deepEqual([position.marginCoin, walletAvailable], [coin, amount]);
  },
  async key(one, wanted) {
    assert.deepEqual(picked(await told(one).connection.inspect(), wanted), wanted);
  },
  async price(one, { coin, usd }) {
    assert.deepEqual(await told(one).connection.indexPrices([coin]), { [coin]: usd });
  },
  async reads(one) {
    const { reducible } = await told(one, printed({ margin: '5' })).connection.actions.margin!.prepare({ position: refs.marginLong });
    assert.deepEqual(reducible, { amount: '1.1398040558348279', source: 'venue' });
  },
  async error(one, wanted) {
    const { connection } = told(one);
    const isLoan = Object.keys(one.answers).some((path) => path.includes('flexible-loan'));
    const wrong = isLoan ? change() : marginChange(refs.net);
    const { kind, effect, code } = await failureOf(requestOf(connection, wrong).send(wrong));
    assert.deepEqual({ kind, effect, code }, wanted);
  },
  async add(one, wanted) {
    for (const [coin, amount] of Object.entries(wanted)) {
      const { limit, walletAvailable } = await told(one).connection.actions.collateral!.prepare({ loan: order, direction: 'add', coin });
      assert.deepEqual([limit, walletAvailable], [amount, amount], coin);
    }
    const { wallet } = await told(one).connection.read();
    assert.deepEqual(Object.fromEntries(wallet.map(({ coin, amount }) => [coin, amount])), wanted);
  },
  async addable(one, wanted) {
    const coins = await told(one).connection.actions.collateral!.options(order, 'add');
    assert.deepEqual(coins.map(({ coin }) => coin).sort(), wanted);
  },
};

async function judge(one: Recorded): Promise<void> {
  const parts = Object.keys(one.expect) as (keyof Expected)[];
  assert.ok(parts.length > 0);
  for (const part of parts) await judges[part](one, one.expect[part] as never);
}

describe('answers of OKX that were recorded, or that its documentation prints', () => {
  for (const one of recorded) it(`are read right: ${one.id}`, () => judge(one));
});

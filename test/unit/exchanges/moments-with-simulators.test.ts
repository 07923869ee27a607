// What is wrong comes up between the preview and the send, at both venues: what the simulated exchange refuses, by its own reading of
// the documentation, has to be understood.
import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import type { ExchangeError } from '../../../src/core/errors.ts';
import { english } from '../../../src/core/message.ts';
import type { Direction, Position } from '../../../src/core/model.ts';
import { connectBybit } from '../../../src/exchanges/bybit/connect.ts';
import { requestOf } from '../../../src/engine/actions.ts';
import type { Change, Connection, LoanRef } from '../../../src/exchanges/exchange.ts';
import { connectOkx } from '../../../src/exchanges/okx/connect.ts';
import { startBybit } from '../../../src/simulator/bybit/start.ts';
import { startSimulator } from '../../../src/simulator/okx/start.ts';
import { failureOf } from './bench.ts';
import { saysLike, saysInTurn } from '../../texts.ts';
import { PassingClock } from '../passing-clock.ts';

interface Place {
  readonly connection: Connection;
  readonly clock: PassingClock;
  readonly url: string;
  close(): Promise<void>;
}

async function okx(): Promise<Place> {
  const clock = new PassingClock();
  const simulator = await startSimulator({ walk: false, settleMs: 1_000, clock });
  const account = { site: 'loopback', baseUrl: simulator.url };
  const connection = connectOkx({ account, keys: async () => ({ ...simulator.keys }), clock });
  return { connection, clock, url: simulator.url, close: () => simulator.close() };
}

async function bybit(): Promise<Place> {
  const clock = new PassingClock();
  const simulator = await startBybit({ walk: false, settleMs: 1_000, clock });
  const account = { site: 'loopback', baseUrl: simulator.url };
  const connection = connectBybit({ account, keys: async () => ({ ...simulator.keys }), clock });
  return { connection, clock, url: simulator.url, close: () => simulator.close() };
}

const okxLoan: LoanRef = { loanId: '12345', orderId: '12345' };
const pool: LoanRef = { loanId: 'pool' };
const order: LoanRef = { loanId: '1793683005081680384', orderId: '1793683005081680384' };

/** A loan, or the beginning of the name of an instrument. */
type Line = LoanRef | string;

const moment = (name: string, more: object = {}): readonly [string, object] => ['moment', { moment: name, ...more }];
const minimum = moment('minimum', { coin: 'BTC', amount: '0.5' });
const empty = (coin: string): readonly [string, object] => ['empty', { coin }];

type Row = readonly [
  venue: () => Promise<Place>,
  line: Line,
  direction: Direction,
  amount: string,
  control: readonly [string, object],
  code: string,
  /** What preparing says while it is on; nothing where the venue does not tell. */
  preparing: RegExp | undefined,
  instead: string,
];

const rows: readonly Row[] = [
  [okx, okxLoan, 'add', '0.1', minimum, '51757', undefined, 'more less'],
  [okx, okxLoan, 'reduce', '0.1', moment('minimum', { coin: 'BTC', amount: '0.75' }), '51757', undefined, 'more less'],
  [okx, okxLoan, 'add', '0.1', moment('coin-refused', { coin: 'BTC' }), '51752', undefined, 'otherCoin repay'],
  [okx, okxLoan, 'add', '0.1', moment('coin-capped', { coin: 'BTC' }), '51755', undefined, 'otherCoin repay later'],
  [okx, okxLoan, 'add', '0.1', moment('liquidating'), '50022', undefined, 'later'],
  [okx, okxLoan, 'reduce', '0.01', moment('frozen'), '51738', undefined, ''],
  [okx, okxLoan, 'add', '0.1', empty('BTC'), '51736', saysLike('collateral.not-held', 'BTC'), 'less otherCoin repay'],
  [okx, 'BTC-USDT-SWAP', 'add', '10', moment('closing', { instrument: 'BTC-USDT-SWAP' }), '59302', undefined, 'later'],
  [okx, 'BTC-USDT-SWAP', 'add', '10', moment('liquidating', { instrument: 'BTC-USDT-SWAP' }), '50020', undefined, 'later'],
  [okx, 'BTC-USDT-SWAP', 'reduce', '1', moment('frozen'), '50007', undefined, ''],
  [okx, 'BTC-USDT-SWAP', 'add', '10', empty('USDT'), '59200', undefined, 'less'],
  [bybit, pool, 'add', '0.1', minimum, '148012', undefined, 'more less'],
  [bybit, pool, 'reduce', '0.01', minimum, '148012', undefined, 'more less'],
  [
    bybit,
    pool,
    'add',
    '0.1',
    moment('coin-refused', { coin: 'BTC' }),
    '148004',
    saysInTurn(saysLike('collateral.not-taken', 'Bybit', 'BTC'), saysLike('collateral.other-coin', /.*ETH.*/)),
    'otherCoin repay',
  ],
  [bybit, pool, 'add', '0.1', moment('coin-capped', { coin: 'BTC' }), '148048', undefined, 'otherCoin repay'],
  [
    bybit,
    pool,
    'add',
    '0.1',
    ['cap', { level: '2' }],
    '148006',
    saysInTurn(saysLike('collateral.not-taken', 'Bybit', 'BTC'), saysLike('collateral.transfer', 'Bybit')),
    'otherCoin repay',
  ],
  [bybit, pool, 'add', '0.1', moment('liquidating'), '148031', undefined, 'later'],
  [bybit, pool, 'reduce', '0.01', moment('frozen'), '10027', undefined, ''],
  [bybit, pool, 'add', '0.1', empty('BTC'), '148037', saysLike('collateral.not-held', 'BTC'), 'less otherCoin repay'],
  [bybit, order, 'add', '0.1', minimum, '177016', undefined, 'more less'],
  [bybit, order, 'reduce', '0.001', minimum, '177016', undefined, 'more less'],
  [bybit, order, 'add', '0.1', moment('coin-refused'), '177017', undefined, 'otherCoin repay'],
  [bybit, order, 'add', '0.1', moment('coin-capped'), '177015', undefined, 'otherCoin repay'],
  [bybit, order, 'add', '0.1', moment('liquidating'), '177005', undefined, ''],
  [bybit, order, 'add', '0.1', moment('frozen'), '10027', undefined, ''],
  [bybit, order, 'add', '0.1', empty('BTC'), '177011', saysLike('collateral.not-held', 'BTC'), 'less repay'],
  [bybit, 'BTCUSDT', 'add', '10', moment('closing', { instrument: 'BTCUSDT' }), '110079', undefined, 'later'],
  [
    bybit,
    'BTCUSDT',
    'add',
    '10',
    moment('liquidating', { instrument: 'BTCUSDT' }),
    '110005',
    saysLike('venue.liquidating', 'Bybit'),
    'later',
  ],
  [bybit, 'BTCUSDT', 'add', '10', moment('frozen'), '10027', undefined, ''],
  [bybit, 'BTCUSDT', 'add', '10', empty('USDT'), '110012', undefined, 'less'],
];

describe('a wrong moment', () => {
  let place: Place | undefined;
  afterEach(async () => {
    place?.connection.dispose();
    await place?.close();
    place = undefined;
  });

  const sentence = ({ sentence: said }: ExchangeError): string => english(said);

  for (const [venue, line, direction, amount, [control, body], code, preparing, instead] of rows) {
    const where = typeof line === 'string' ? line : line.loanId;
    it(`${JSON.stringify(body)} at ${venue.name} ${where} (${direction}) is ${code}, and nothing moves`, async () => {
      place = await venue();
      const { connection, clock, url } = place;
      const act = async (what: string, sent: object): Promise<unknown> => {
        const response = await fetch(`${url}/__simulator/${what}`, { method: 'POST', body: JSON.stringify(sent) });
        assert.equal(response.status, 200);
        return response.json();
      };
      const position = typeof line === 'string' ? await find(connection, line) : undefined;
      const prepare = (): Promise<unknown> => {
        // Limits are not what this is about.
        clock.time += 3_000;
        if (position !== undefined) return connection.actions.margin!.prepare({ position });
        assert.ok(typeof line !== 'string');
        return connection.actions.collateral!.prepare({ loan: line, direction, coin: 'BTC' });
      };
      const change: Change =
        position === undefined
          ? { kind: 'collateral', loan: line as LoanRef, direction, coin: 'BTC', amount: decimal(amount) }
          : { kind: 'margin', position, direction, coin: position.marginCoin, amount: decimal(amount) };
      await prepare();
      await act(control, body);

      clock.time += 3_000;
      const error = await failureOf(requestOf(connection, change).send(change));
      assert.deepEqual([error.effect, error.code, error.instead.join(' ')], ['none', code, instead]);
      const record = (await (await fetch(`${url}/__simulator/record`)).json()) as Record<string, unknown[]>;
      assert.deepEqual([record['adjustments'], record['margins']], [[], []]);

      // What was read a moment ago is known to be over, where the venue tells.
      const before = await sends(url);
      if (preparing === undefined) await prepare();
      else assert.match(sentence(await failureOf(prepare())), preparing);
      assert.equal(await sends(url), before);
    });
  }

  async function sends(url: string): Promise<number> {
    const { requests } = (await (await fetch(`${url}/__simulator/record`)).json()) as { requests: Record<string, number> };
    return Object.entries(requests).reduce(
      (sum, [path, count]) => (/adjust-(collateral|ltv)|margin-balance|add-margin/.test(path) ? sum + count : sum),
      0,
    );
  }

  async function find(connection: Connection, instrument: string): Promise<Position> {
    const { positions } = await connection.read();
    const found = positions.find((one) => one.instrument === instrument && one.side === 'long');
    assert.ok(found, instrument);
    return found;
  }
});

// Both adapters read a venue that answers validly but oddly, and must find the same account as in plain answers.
import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import type { Snapshot } from '../../../src/core/model.ts';
import { connectBybit } from '../../../src/exchanges/bybit/connect.ts';
import { requestOf } from '../../../src/engine/actions.ts';
import { kindOf } from '../../../src/engine/ledger/change-kind.ts';
import { kinds } from '../../../src/engine/ledger/kinds/kinds.ts';
import type { Connection, LoanRef } from '../../../src/exchanges/exchange.ts';
import { connectOkx } from '../../../src/exchanges/okx/connect.ts';
import { bybitBend } from '../../../src/simulator/bybit/hostile-words.ts';
import { startBybit } from '../../../src/simulator/bybit/start.ts';
import type { Hostility } from '../../../src/simulator/hostile.ts';
import { okxBend } from '../../../src/simulator/okx/hostile-words.ts';
import { startSimulator } from '../../../src/simulator/okx/start.ts';
import { PassingClock } from '../passing-clock.ts';

const seeds = ['a', 'b', 'c', 'd', 'e', 'f'];
const odd = /币安人生|kPEPE|BRK\.B/;

interface Meeting {
  readonly connection: Connection;
  readonly clock: PassingClock;
  readonly url: string;
  end(): Promise<void>;
}

type Meet = (hostile: Hostility | undefined, seed: string) => Promise<Meeting>;

const meetOkx: Meet = async (hostile, seed) => {
  const clock = new PassingClock();
  // The seed also names the past, so the plain side has the same one.
  const simulator = await startSimulator({
    walk: false,
    settleMs: 500,
    clock,
    ...(hostile === undefined ? {} : { bend: okxBend(hostile) }),
    seed,
  });
  const connection = connectOkx({
    account: { site: 'loopback', baseUrl: simulator.url },
    keys: async () => ({ ...simulator.keys }),
    clock,
  });
  return { connection, clock, url: simulator.url, end: () => ended(connection, simulator) };
};

const meetBybit: Meet = async (hostile, seed) => {
  const clock = new PassingClock();
  const simulator = await startBybit({
    walk: false,
    settleMs: 500,
    clock,
    ...(hostile === undefined ? {} : { bend: bybitBend(hostile) }),
    seed,
  });
  const connection = connectBybit({
    account: { site: 'loopback', baseUrl: simulator.url },
    keys: async () => ({ ...simulator.keys }),
    clock,
  });
  return { connection, clock, url: simulator.url, end: () => ended(connection, simulator) };
};

async function ended(connection: Connection, simulator: { close(): Promise<void> }): Promise<void> {
  connection.dispose();
  await simulator.close();
}

/** Figures without zeros at the end, lists that have no order by name, and nothing that depends on when it was asked. */
function comparable(value: unknown): unknown {
  if (typeof value === 'string') return /^-?\d+\.\d+$/.test(value) ? value.replace(/\.?0+$/, '') : value;
  if (value instanceof Map) return comparable(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(comparable).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  const known = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(known.map(([name, one]): [string, unknown] => [name, comparable(one)]).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The account in the plain answers: what is odd is another's. */
function plainPart({ loans, wallet, positions, prices = {} }: Snapshot): unknown {
  const haircuts = ({ haircuts: all = {}, ...rest }: Snapshot['loans'][number]): unknown => ({
    ...rest,
    haircuts: Object.fromEntries(Object.entries(all).filter(([coin]) => !odd.test(coin))),
  });
  return comparable({
    loans: loans.map(haircuts),
    positions: positions.filter(({ instrument }) => !odd.test(instrument)),
    // Whether a coin is taken is a hint, which OKX's newer list of what is held does not give.
    wallet: wallet.filter(({ coin }) => !odd.test(coin)).map(({ coin, amount }) => ({ coin, amount })),
    prices: Object.fromEntries(Object.entries(prices).filter(([coin]) => !odd.test(coin))),
  });
}

for (const [venue, meet, loan, isolated] of [
  ['OKX', meetOkx, { loanId: '12345', orderId: '12345' }, 'BTC-USDT-SWAP'],
  ['Bybit', meetBybit, { loanId: 'pool' }, 'ETHUSDT'],
] as const satisfies readonly (readonly [string, Meet, LoanRef, string])[]) {
  describe(`a hostile but valid ${venue}`, () => {
    const met: Meeting[] = [];
    afterEach(async () => {
      for (const one of met.splice(0)) await one.end();
    });
    const connect = async (hostile: Hostility | undefined, seed: string): Promise<Meeting> => {
      const meeting = await meet(hostile, seed);
      met.push(meeting);
      return meeting;
    };

    for (const seed of seeds) {
      it(`is read like a plain one: loans, positions, wallet and prices (${seed})`, async () => {
        const plain = await (await connect(undefined, seed)).connection.read();
        for (const hostility of ['readable', 'whole'] as const) {
          const hard = await (await connect(hostility, seed)).connection.read();
          assert.deepEqual(plainPart(hard), plainPart(plain), hostility);
        }
      });
    }

    it('says nothing of trouble where every row can be read', async () => {
      for (const seed of seeds) {
        const { loansTrouble, positionsTrouble, walletTrouble } = await (await connect('readable', seed)).connection.read();
        assert.deepEqual([loansTrouble, positionsTrouble, walletTrouble], [undefined, undefined, undefined], seed);
      }
    });

    it('shows what has an unusual name, in the wallet and among the positions', async () => {
      const { positions, wallet } = await (await connect('whole', 'a')).connection.read();
      const strange = positions.filter(({ instrument }) => odd.test(instrument));
      assert.deepEqual(strange.map(({ instrument }) => odd.exec(instrument)?.[0]).sort(), ['BRK.B', 'kPEPE', '币安人生']);
      assert.deepEqual(
        strange.filter(({ marginMode }) => marginMode === 'isolated').filter(({ liquidationPrice }) => liquidationPrice === undefined),
        [],
      );
      assert.deepEqual(
        wallet
          .filter(({ coin }) => odd.test(coin))
          .map(({ coin, amount }) => [coin, amount])
          .sort(),
        [
          ['BRK.B', '0.0000097'],
          ['kPEPE', '0.0000097'],
          ['币安人生', '0.0000097'],
        ],
      );
    });

    it('has the same past, each row once', async () => {
      for (const seed of seeds) {
        const page = async (hostile: Hostility | undefined): Promise<unknown> => {
          const { connection } = await connect(hostile, seed);
          const [{ rows }, { rows: interest }] = [await connection.loans!.history(loan, {}), await connection.loans!.interest(loan, {})];
          assert.deepEqual(
            [...new Set(rows.map(({ id }) => id))],
            rows.map(({ id }) => id),
            seed,
          );
          return comparable([rows.slice(0, 20), interest.slice(0, 20)]);
        };
        assert.deepEqual(await page('whole'), await page(undefined), seed);
      }
    });

    it('says the same of the key, and of what can be borrowed', async () => {
      for (const seed of seeds) {
        const [plain, hard] = [(await connect(undefined, seed)).connection, (await connect('whole', seed)).connection];
        assert.deepEqual(comparable(await hard.inspect()), comparable(await plain.inspect()));
        assert.deepEqual(comparable(await hard.loans!.borrowableCoins()), comparable(await plain.loans!.borrowableCoins()));
        assert.deepEqual(
          comparable(await hard.loans!.maximumLoan('USDT', loan, [])),
          comparable(await plain.loans!.maximumLoan('USDT', loan, [])),
        );
      }
    });

    it('is not believed when it does the opposite', async () => {
      for (const seed of seeds) {
        const { connection, clock, url } = await connect('whole', seed);
        const added = { kind: 'collateral', loan, direction: 'add', coin: 'BTC', amount: decimal('0.02') } as const;
        const { baseline } = await connection.actions.collateral!.prepare({ loan, direction: 'add', coin: 'BTC' });
        const fault = JSON.stringify({ fault: 'reversed-direction', times: 1 });
        assert.equal((await fetch(`${url}/__simulator/fault`, { method: 'POST', body: fault })).status, 200);
        const receipt = await connection.actions.collateral!.send(added);
        clock.time += 3_000;
        assert.equal((await connection.actions.collateral!.prove(added, baseline, receipt)).state, 'contradicted', seed);
      }
    });

    it('is repaid and believed, and lends and is believed, by the answer or by the history alone; the opposite is not', async () => {
      for (const seed of seeds) {
        for (const fault of [undefined, 'lost-after-acting', 'reversed-direction']) {
          // Beside an unreadable row Bybit's history alone proves nothing.
          const { connection, clock, url } = await connect(fault === 'lost-after-acting' ? 'readable' : 'whole', seed);
          const named = { loan, coin: 'USDT', amount: decimal('20'), requestId: 'a1' } as const;
          for (const change of [
            { ...named, kind: 'repay', direction: 'add', all: false },
            { ...named, kind: 'borrow', direction: 'reduce', requestId: 'a2' },
            // OKX sells no collateral on request.
            ...(venue === 'Bybit'
              ? [{ ...named, kind: 'repay-collateral', direction: 'reduce', collateral: 'BTC', all: false } as const]
              : []),
          ] as const) {
            const kind = kindOf(kinds, change);
            const { baseline } = await kind.prepare(connection, change, undefined);
            const endpoint = `/${change.kind}`;
            if (fault !== undefined) {
              const body = JSON.stringify({ fault, times: 1, endpoint });
              assert.equal((await fetch(`${url}/__simulator/fault`, { method: 'POST', body })).status, 200);
            }
            const receipt = await requestOf(connection, change)
              .send(change)
              .catch(() => ({}));
            clock.time += 3_000;
            const proof = (await kind.prove(connection, { change, baseline } as never, receipt, AbortSignal.timeout(5_000))) as {
              state: string;
            };
            assert.equal(
              proof.state,
              fault === 'reversed-direction' ? 'contradicted' : 'effective',
              `${seed} ${change.kind} ${String(fault)}`,
            );
            const { rows, unread = 0 } = await connection.loans!.history(loan, {});
            assert.ok(
              rows.some(({ coin, amount }) => coin === 'USDT' && Number(amount) ** 2 === 400),
              'its row is shown',
            );
            if (fault === 'lost-after-acting') assert.equal(unread, 0);
          }
        }
      }
    }).timeout(60_000);

    it('is changed and believed: collateral in, margin in, each proven', async () => {
      for (const seed of seeds) {
        const { connection, clock } = await connect('whole', seed);
        const added = { kind: 'collateral', loan, direction: 'add', coin: 'BTC', amount: decimal('0.0000097') } as const;
        const ready = await connection.actions.collateral!.prepare({ loan, direction: 'add', coin: 'BTC' });
        const receipt = await connection.actions.collateral!.send(added);
        clock.time += 3_000;
        assert.equal((await connection.actions.collateral!.prove(added, ready.baseline, receipt)).state, 'effective', seed);
        const position = (await connection.read()).positions.find(
          ({ instrument, marginMode }) => instrument === isolated && marginMode === 'isolated',
        );
        assert.ok(position);
        const margin = await connection.actions.margin!.prepare({ position });
        const more = { kind: 'margin', position, direction: 'add', coin: 'USDT', amount: decimal('1.5') } as const;
        const accepted = await connection.actions.margin!.send(more);
        clock.time += 1_000;
        assert.equal((await connection.actions.margin!.prove(more, margin.baseline, accepted)).state, 'effective', seed);
      }
    });
  });
}

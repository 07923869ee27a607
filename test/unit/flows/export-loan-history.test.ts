// Both forms of the loan history, read page by page from a database on the disk.
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import { decimal } from '../../../src/core/decimal.ts';
import { msg } from '../../../src/core/message.ts';
import type { Account, HistoryRow, InterestRow } from '../../../src/core/model.ts';
import { StateTrouble } from '../../../src/engine/storage/shared-state.ts';
import { StateFile } from '../../../src/engine/storage/state-file.ts';
import type { StateAsked } from '../../../src/engine/storage/state-protocol.ts';
import { borrowing, repayment, toBorrowing, toRepayment } from '../../../src/exchanges/bybit/loan-history.ts';
import { toAdjustment } from '../../../src/exchanges/bybit/loan-map.ts';
import { parseExact } from '../../../src/exchanges/bybit/schema.ts';
import * as okx from '../../../src/exchanges/okx/schema.ts';
import { toHistoryRow, toInterestRow } from '../../../src/exchanges/okx/loan-map.ts';
import type { NamedFile } from '../../../src/flows/conversation.ts';
import { exportLoanHistory } from '../../../src/flows/export-loan-history.ts';
import { memoryFolder } from '../../memory-folder.ts';
import { says } from '../../texts.ts';
import { Setup } from '../engine/ledger/support.ts';
import { actingAt, leave, name, pick, pickSeveral, press, Scripted, throughTime, type Answer } from './scripted.ts';

const noon = Date.UTC(2026, 10, 30, 12);
const minute = 60_000;

const fixture = (file: string): unknown => parseExact(readFileSync(`test/fixtures/${file}.json`, 'utf8'));
const bybitRows = (file: string): readonly unknown[] =>
  (fixture(`bybit/${file}`) as { readonly result: { readonly list: readonly unknown[] } }).result.list;
const okxRows = (file: string): unknown => (fixture(`okx/${file}`) as { readonly data: unknown }).data;

const ofOkx = (id: number, type: string, coin: string, amount: string, at = noon + id * minute): HistoryRow =>
  toHistoryRow({ refId: id.toString(), type, ccy: coin, amt: decimal(amount), ts: at });
const repaid = (id: number, repayType: string, repayStatus: 'done' | 'processing' | 'failed' = 'done'): HistoryRow => {
  const row = { repayId: id.toString(), repayTime: noon + id * minute, loanCurrency: 'USDT', repayAmount: decimal('10.50') };
  return toRepayment('repaid', { ...row, repayStatus, repayType, orderId: undefined });
};
const accrued = (id: number, coin: string, interest: string): InterestRow => ({
  ...{ id: id.toString(), coin, debt: decimal('1000'), interest: decimal(interest), rate: decimal('0.05'), at: noon + id * minute },
});

/** A file that a person names. */
class Paper implements NamedFile {
  readonly path = '/home/me/loans.csv';
  readonly where = '/home/me/loans.csv';
  written: string[] = [];
  opened = 0;
  fault: Error | undefined;

  readonly write = async (content: string | Uint8Array): Promise<void> => {
    if (this.fault !== undefined) throw this.fault;
    this.written.push(Buffer.from(content as Uint8Array).toString());
  };

  readonly open = async (): Promise<void> => void (this.opened += 1);

  /** Without the mark and the end of the last line. */
  get lines(): readonly string[] {
    const [text = ''] = this.written;
    assert.equal(this.written.length, 1, 'written once');
    assert.match(text, /^\uFEFF[^]*\r\n$/);
    assert.doesNotMatch(text.replaceAll('\r\n', ''), /[\r\n]/);
    return text.slice(1, -2).split('\r\n');
  }
}

const events = says('export.events');
const koinly = says('export.koinly');
const heading =
  'Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Net Worth Amount,Net Worth Currency,Label,Description,TxHash';

describe('exporting the loan history', () => {
  let folder: string;
  let file: StateFile;
  let setup: Setup;
  let asked: number;
  /** Lasts as long as each answer of the database. Milliseconds. */
  let slowMs: number;

  beforeEach(() => {
    folder = memoryFolder('export');
    file = new StateFile(DatabaseSync, { folder, busyMs: 1_000, pragmas: [] });
    setup = new Setup();
    setup.accounts.clear();
    asked = 0;
    slowMs = 0;
  });
  afterEach(() => {
    file.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function account(id: string, facts: Partial<Account> = {}): void {
    const added: Account = { id, venue: 'okx', site: 'global', name: id, simulated: false, readOnly: false, ...facts };
    setup.accounts.set(id, added);
    file.change({ do: 'add', id, record: added });
  }

  function keep(id: string, rows: readonly (HistoryRow | InterestRow)[], loan = ''): void {
    for (const kind of ['event', 'interest'] as const) {
      const some = rows.filter((row) => 'interest' in row === (kind === 'interest'));
      const page = some.map((row) =>
        'interest' in row ? (({ interest, ...more }) => ({ ...more, type: '', forced: false, amount: interest }))(row) : row,
      );
      file.share({ do: 'keepVenuePage', page: { account: id, uid: undefined, kind, loan, rows: page, rates: [] }, now: noon, pass: {} });
    }
  }

  async function exporting(answers: readonly Answer[], stops?: string): Promise<Scripted> {
    const talk = new Scripted(...answers);
    talk.stops = stops;
    const { app } = actingAt(setup, talk);
    const ask = async (request: StateAsked): Promise<never> => {
      asked += 1;
      if (slowMs > 0) await setup.clock.sleep(slowMs);
      return file.answer(request) as never;
    };
    await throughTime(setup, exportLoanHistory({ ...app, shared: { ask } as typeof app.shared }));
    assert.equal(talk.left, 0);
    return talk;
  }

  /** All types of both venues. */
  function everyType(): void {
    account('Main');
    const some: readonly (readonly [type: string, coin: string, amount: string])[] = [
      ['borrowed', 'USDT', '1000'],
      ['collateral_locked', 'BTC', '-0.10'],
      ['collateral_released', 'BTC', '0.05'],
      ['forced_repayment_buy', 'USDT', '5'],
      ['forced_repayment_sell', 'BTC', '-0.0001'],
      ['forced_liquidation', 'USDT', '-6'],
      ['partial_liquidation', 'USDT', '-7'],
      ['sell_collateral', 'BTC', '-0.0002'],
      ['buy_transition_coin', 'USDC', '8'],
      ['sell_transition_coin', 'USDC', '-8'],
      ['buy_borrowed_coin', 'USDT', '8'],
      ['sent_to_the_moon', 'USDT', '9'],
    ];
    keep('Main', [...some.map((row, index) => ofOkx(index, ...row)), ofOkx(20, 'repaid', 'USDT', '-100')], '12345');
    keep('Main', [accrued(12, 'USDT', '0.25')], '12345');
    account('Pool', { venue: 'bybit' });
    const borrowed = { orderId: '7', borrowTime: noon, loanCurrency: 'USDT', initialLoanAmount: decimal('500') };
    const adjusted = { adjustTime: noon + minute, collateralCurrency: 'ETH', amount: decimal('1.0') };
    keep('Pool', [
      toBorrowing('borrowed', borrowed),
      toAdjustment({ ...adjusted, adjustId: '1', direction: 'add' }, 'done'),
      toAdjustment({ ...adjusted, adjustId: '2', direction: 'reduce' }, 'failed'),
      ...['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((type) => repaid(Number(type) + 1, type)),
      repaid(11, '1', 'processing'),
      repaid(12, '1', 'failed'),
    ]);
  }

  it('as events writes each row of both venues as it is kept', async () => {
    everyType();
    const paper = new Paper();
    const talk = await exporting([pick(events), pickSeveral('Main', 'Pool'), name(paper), press(says('button.open-file'))]);
    assert.match(talk.heard[2]!.detail, /^ltv-gauge-loans-2023-11-1[45]\.csv$/);
    assert.deepEqual(paper.lines, [
      'time,account_id,account,venue,simulated,loan_id,kind,type,meaning,coin,amount,forced,id,debt,rate_per_year',
      '2026-11-30T12:00:00.000Z,Main,Main,okx,no,12345,event,borrowed,Borrowed,USDT,1000,no,0,,',
      '2026-11-30T12:01:00.000Z,Main,Main,okx,no,12345,event,collateral_locked,Collateral added,BTC,-0.10,no,1,,',
      '2026-11-30T12:02:00.000Z,Main,Main,okx,no,12345,event,collateral_released,Collateral returned,BTC,0.05,no,2,,',
      '2026-11-30T12:03:00.000Z,Main,Main,okx,no,12345,event,forced_repayment_buy,Forced repayment: coin bought,USDT,5,yes,3,,',
      '2026-11-30T12:04:00.000Z,Main,Main,okx,no,12345,event,forced_repayment_sell,Forced repayment: coin sold,BTC,-0.0001,yes,4,,',
      '2026-11-30T12:05:00.000Z,Main,Main,okx,no,12345,event,forced_liquidation,Liquidation,USDT,-6,yes,5,,',
      '2026-11-30T12:06:00.000Z,Main,Main,okx,no,12345,event,partial_liquidation,Partial liquidation,USDT,-7,yes,6,,',
      '2026-11-30T12:07:00.000Z,Main,Main,okx,no,12345,event,sell_collateral,Collateral sold,BTC,-0.0002,yes,7,,',
      '2026-11-30T12:08:00.000Z,Main,Main,okx,no,12345,event,buy_transition_coin,Coin in between bought,USDC,8,yes,8,,',
      '2026-11-30T12:09:00.000Z,Main,Main,okx,no,12345,event,sell_transition_coin,Coin in between sold,USDC,-8,yes,9,,',
      '2026-11-30T12:10:00.000Z,Main,Main,okx,no,12345,event,buy_borrowed_coin,Borrowed coin bought,USDT,8,yes,10,,',
      '2026-11-30T12:11:00.000Z,Main,Main,okx,no,12345,event,sent_to_the_moon,,USDT,9,no,11,,',
      '2026-11-30T12:12:00.000Z,Main,Main,okx,no,12345,interest,,Interest accrued,USDT,0.25,no,12,1000,0.05',
      '2026-11-30T12:20:00.000Z,Main,Main,okx,no,12345,event,repaid,Repaid,USDT,-100,no,20,,',
      '2026-11-30T12:00:00.000Z,Pool,Pool,bybit,no,,event,borrowed,Borrowed,USDT,500,no,borrowed-7,,',
      '2026-11-30T12:01:00.000Z,Pool,Pool,bybit,no,,event,collateral_added,Collateral added,ETH,1.0,no,1,,',
      '2026-11-30T12:01:00.000Z,Pool,Pool,bybit,no,,event,collateral_reduced_failed,Collateral removed: failed,ETH,1.0,no,2,,',
      '2026-11-30T12:02:00.000Z,Pool,Pool,bybit,no,,event,repaid,Repaid,USDT,10.50,no,repaid-2,,',
      '2026-11-30T12:03:00.000Z,Pool,Pool,bybit,no,,event,repaid_by_liquidation,Repaid by liquidation,USDT,10.50,yes,repaid-3,,',
      '2026-11-30T12:04:00.000Z,Pool,Pool,bybit,no,,event,repaid_automatically,Repaid automatically when due,USDT,10.50,no,repaid-4,,',
      '2026-11-30T12:05:00.000Z,Pool,Pool,bybit,no,,event,repaid_overdue,Overdue debt repaid by force,USDT,10.50,yes,repaid-5,,',
      '2026-11-30T12:06:00.000Z,Pool,Pool,bybit,no,,event,repaid_by_delisting,"Repaid by force, coin delisted",USDT,10.50,yes,repaid-6,,',
      '2026-11-30T12:07:00.000Z,Pool,Pool,bybit,no,,event,repaid_by_delayed_liquidation,Repaid by delayed liquidation,USDT,10.50,yes,repaid-7,,',
      '2026-11-30T12:08:00.000Z,Pool,Pool,bybit,no,,event,repaid_by_currency,Repaid with collateral,USDT,10.50,no,repaid-8,,',
      '2026-11-30T12:09:00.000Z,Pool,Pool,bybit,no,,event,became_flexible,Fixed debt became flexible,USDT,10.50,no,repaid-9,,',
      '2026-11-30T12:10:00.000Z,Pool,Pool,bybit,no,,event,repaid_type_9,,USDT,10.50,no,repaid-10,,',
      '2026-11-30T12:11:00.000Z,Pool,Pool,bybit,no,,event,repaid_processing,Repaid: in progress,USDT,10.50,no,repaid-11,,',
      '2026-11-30T12:12:00.000Z,Pool,Pool,bybit,no,,event,repaid_failed,Repaid: failed,USDT,10.50,no,repaid-12,,',
    ]);
    assert.deepEqual(talk.titles('notice'), [says('export.rows', '28', '/home/me/loans.csv')]);
    assert.equal(paper.opened, 1);
  });

  it('for Koinly writes what is certain, and says how many rows it left out', async () => {
    everyType();
    const paper = new Paper();
    const talk = await exporting([pick(koinly), pickSeveral('Main', 'Pool'), name(paper)]);
    assert.ok(talk.heard[0]!.lines!.includes(`${koinly} | ${says('export.koinly-detail')}`));
    assert.match(talk.heard[2]!.detail, /^ltv-gauge-loans-2023-11-1[45]-koinly\.csv$/);
    assert.deepEqual(paper.lines, [
      heading,
      '2026-11-30 12:00 UTC,,,1000,USDT,,,,,Loan,"okx, borrowed, loan 12345, Main, ID 0",',
      '2026-11-30 12:20 UTC,0.25,USDT,,,,,,,Loan fee,"okx, repaid, loan 12345, Main, ID 20",',
      '2026-11-30 12:20 UTC,99.75,USDT,,,,,,,Loan repayment,"okx, repaid, loan 12345, Main, ID 20",',
      '2026-11-30 12:00 UTC,,,500,USDT,,,,,Loan,"bybit, borrowed, Pool, ID borrowed-7",',
      '2026-11-30 12:02 UTC,10.50,USDT,,,,,,,Loan repayment,"bybit, repaid, Pool, ID repaid-2",',
      '2026-11-30 12:04 UTC,10.50,USDT,,,,,,,Loan repayment,"bybit, repaid_automatically, Pool, ID repaid-4",',
    ]);
    assert.deepEqual(talk.titles('notice'), [
      `${says('export.rows', '6', '/home/me/loans.csv')} ${says('export.left-out', '13', '1', '2')}`,
    ]);
  });

  it('for Koinly never calls more interest paid than was booked and repaid', async () => {
    account('Main');
    keep('Main', [accrued(0, 'USDT', '3'), accrued(1, 'USDT', '0.5'), accrued(1.5, 'BTC', '0.1'), ofOkx(2, 'repaid', 'USDT', '-2')], '1');
    keep('Main', [ofOkx(3, 'repaid', 'USDT', '-1.5')], '1');
    // Booked after the last repayment: still owed.
    keep('Main', [accrued(4, 'USDT', '9')], '1');
    // Another loan's interest isn't paid by it.
    keep('Main', [accrued(2.5, 'USDT', '1'), ofOkx(5, 'repaid', 'USDT', '-4')], '2');
    // A liquidation may have paid what is owed, and so may a repayment whose loan isn't known.
    keep('Main', [accrued(6, 'USDT', '7'), ofOkx(7, 'partial_liquidation', 'USDT', '-7'), ofOkx(8, 'repaid', 'USDT', '-1')], '2');
    keep('Main', [ofOkx(10, 'repaid', 'USDT', '-6')]);
    keep('Main', [accrued(9, 'USDT', '7'), ofOkx(11, 'repaid', 'USDT', '-2')], '2');
    const paper = new Paper();
    await exporting([pick(koinly), name(paper)]);
    assert.deepEqual(
      paper.lines.slice(1).map((line) => line.split(',').filter((_cell, index) => [0, 1, 2, 9].includes(index))),
      [
        ['2026-11-30 12:02 UTC', '2', 'USDT', 'Loan fee'],
        ['2026-11-30 12:03 UTC', '1.5', 'USDT', 'Loan fee'],
        ['2026-11-30 12:05 UTC', '1', 'USDT', 'Loan fee'],
        ['2026-11-30 12:05 UTC', '3', 'USDT', 'Loan repayment'],
        ['2026-11-30 12:08 UTC', '1', 'USDT', 'Loan repayment'],
        ['2026-11-30 12:10 UTC', '6', 'USDT', 'Loan repayment'],
        ['2026-11-30 12:11 UTC', '2', 'USDT', 'Loan repayment'],
      ],
    );
  });

  it('writes the documented examples of both venues', async () => {
    account('Main');
    keep('Main', [...okx.readRows(okx.historyRow, okxRows('loan-history')).rows.map(toHistoryRow)]);
    keep('Main', [...okx.readRows(okx.interestRow, okxRows('interest-accrued')).rows.map(toInterestRow)]);
    account('Pool', { venue: 'bybit' });
    keep(
      'Pool',
      bybitRows('borrow-history').map((row) => toBorrowing('borrowed', v.parse(borrowing, row))),
    );
    keep(
      'Pool',
      bybitRows('repayment-history').map((row) => toRepayment('repaid', v.parse(repayment, row))),
    );
    const paper = new Paper();
    await exporting([pick(events), pickSeveral('Main', 'Pool'), name(paper)]);
    assert.deepEqual(
      paper.lines.slice(1).map((line) => line.split(',').slice(7, 13).join(' ')),
      [
        'collateral_locked Collateral added DOT -0.001 no 17316594851045086',
        ' Interest accrued USDC 0.00004054 no 17319133035195744',
        'borrowed Borrowed BTC 0.1 no borrowed-1363',
        'repaid Repaid BTC 0.005 no repaid-1771',
        'borrowed Borrowed BTC 0.006 no borrowed-1364',
        'repaid Repaid BTC 0.006 no repaid-1772',
        'repaid Repaid BTC 0.007 no repaid-1773',
      ],
    );
  });

  it('leaves nothing that a spreadsheet could run, and quotes what has to be', async () => {
    account('a', { name: '=cmd|"/c calc", A1' });
    keep('a', [ofOkx(0, '@SUM(1)', '+coin', '-1'), ofOkx(1, 'borrowed', '=2+3', '1')], '-loan');
    const paper = new Paper();
    await exporting([pick(events), name(paper)]);
    const called = `"'=cmd|""/c calc"", A1"`;
    assert.deepEqual(paper.lines.slice(1), [
      `2026-11-30T12:00:00.000Z,a,${called},okx,no,'-loan,event,'@SUM(1),,'+coin,-1,no,0,,`,
      `2026-11-30T12:01:00.000Z,a,${called},okx,no,'-loan,event,borrowed,Borrowed,'=2+3,1,no,1,,`,
    ]);
    const other = new Paper();
    await exporting([pick(koinly), name(other)]);
    assert.deepEqual(other.lines.slice(1), [
      `2026-11-30 12:01 UTC,,,1,'=2+3,,,,,Loan,"okx, borrowed, loan -loan, =cmd|""/c calc"", A1, ID 1",`,
    ]);
  });

  it('never mixes simulated money into a file for Koinly, and marks it everywhere', async () => {
    account('Main');
    account('Play', { simulated: true });
    account('Empty');
    for (const id of ['Main', 'Play']) keep(id, [ofOkx(1, 'borrowed', 'USDT', '5')]);
    const real = new Paper();
    await exporting([pick(koinly), name(real)]);
    assert.deepEqual(real.lines.slice(1), ['2026-11-30 12:01 UTC,,,5,USDT,,,,,Loan,"okx, borrowed, Main, ID 1",']);
    const all = new Paper();
    const talk = await exporting([pick(events), pickSeveral('Main', 'Play'), name(all)]);
    assert.deepEqual(talk.heard[1]!.lines, ['Main | ', `Play | ${says('term.simulated')}`]);
    assert.deepEqual(
      all.lines.slice(1).map((line) => line.split(',')[4]),
      ['no', 'yes'],
    );
    setup.accounts.delete('Main');
    const play = new Paper();
    const played = await exporting([pick(koinly), name(play)]);
    assert.match(played.heard[1]!.detail, /^ltv-gauge-loans-simulated-2023-11-1[45]-koinly\.csv$/);
    assert.deepEqual(play.lines.slice(1), ['2026-11-30 12:01 UTC,,,5,USDT,,,,,Loan,"SIMULATED, okx, borrowed, Play, ID 1",']);
  });

  it('reads many rows page by page, without gap or duplicate, in the order of time', async () => {
    account('Main');
    const rows = Array.from({ length: 1_203 }, (_row, index) => index);
    keep(
      'Main',
      rows.map((id) =>
        id % 3 === 0 ? ofOkx(id, 'repaid', 'BTC', '-1', noon + Math.floor(id / 9)) : { ...accrued(id, 'BTC', '1'), at: noon },
      ),
    );
    const paper = new Paper();
    const talk = await exporting([pick(events), name(paper)]);
    const lines = paper.lines.slice(1).map((line) => line.split(','));
    assert.deepEqual(new Set(lines.map((cells) => cells[12])), new Set(rows.map(String)));
    assert.equal(lines.length, rows.length);
    const times = lines.map(([time]) => time);
    assert.deepEqual(times, [...times].sort());
    assert.ok(asked >= 2 + 6, `asked ${asked.toString()} times`);
    assert.deepEqual(talk.worked, [], 'no progress');
  });

  it('says so when there is no history yet', async () => {
    account('Main');
    const talk = await exporting([]);
    assert.deepEqual(talk.titles('notice'), [says('export.no-loan-history')]);
  });

  for (const [where, answers] of [
    ['at the form', [leave]],
    ['at the accounts', [pick(events), leave]],
    ['with no account picked', [pick(events), pickSeveral()]],
    ['at the file', [pick(koinly), pickSeveral('Main', 'Pool'), leave]],
  ] as const) {
    it(`writes nothing and says nothing when it is left ${where}`, async () => {
      everyType();
      assert.deepEqual((await exporting(answers)).titles('notice'), []);
    });
  }

  it('writes nothing once it is stopped', async () => {
    everyType();
    slowMs = 5_000;
    const paper = new Paper();
    const stopped = await exporting([pick(events), pickSeveral('Main', 'Pool'), name(paper)], says('export.exporting-loan-history'));
    assert.deepEqual([stopped.worked, stopped.titles('notice'), paper.written], [[says('export.exporting-loan-history')], [], []]);
  });

  it('says in the words of the file system why the file could not be written', async () => {
    everyType();
    const paper = new Paper();
    paper.fault = new Error('ENOSPC: no space left on device');
    const talk = await exporting([pick(events), pickSeveral('Main'), name(paper)]);
    assert.deepEqual(talk.titles('notice'), [says('export.file-not-written', 'ENOSPC: no space left on device.')]);
    assert.deepEqual([talk.heard.at(-1)!.kind, paper.written], ['error', []]);
  });

  it('says why a database that cannot be read was not exported', async () => {
    account('Main');
    const { app } = actingAt(setup, new Scripted());
    const talk = new Scripted();
    const ask = async (): Promise<never> => {
      throw new StateTrouble(msg('test', 'It cannot be read.'));
    };
    await throughTime(setup, exportLoanHistory({ ...app, talk, shared: { ask } as typeof app.shared }));
    assert.deepEqual(talk.titles('notice'), [says('export.nothing-exported', 'It cannot be read.')]);
  });
});

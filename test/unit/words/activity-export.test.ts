import assert from 'node:assert/strict';
import { msg } from '../../../src/core/message.ts';
import type { WriteRecord } from '../../../src/engine/ledger/record.ts';
import { exportText, formatOf } from '../../../src/words/activity-export.ts';
import { fullMarginWrite, fullWrite, rowsOf } from '../views/activity-samples.ts';
import { now, write } from '../views/samples.ts';

const isReal = (): boolean => false;
const jsonOf = (changes: readonly (readonly WriteRecord[])[], isSimulated: (id: string) => boolean | undefined = isReal) =>
  exportText(changes, 'jsonl', isSimulated)
    .split('\n')
    .filter((one) => one !== '')
    .map((one) => JSON.parse(one) as Record<string, string | undefined>);
const at = (ms: number): string => new Date(now + ms).toISOString();

describe('exported activity', () => {
  it('has a row for each state of each change, with every figure as it was', () => {
    const rows = jsonOf([rowsOf(fullWrite()), [fullMarginWrite()]]);
    assert.deepEqual(
      rows.map((row) => [row['change_id'], row['row'], row['state'], row['updated_at']]),
      [
        ['w1', '1', 'planned', at(-60_000)],
        ['w1', '2', 'sent', at(-58_000)],
        ['w1', '3', 'accepted', at(-57_000)],
        ['w1', '4', 'effective', at(-50_000)],
        ['m1', '1', 'effective', at(-3_000)],
      ],
    );
    assert.deepEqual(rows[3], {
      change_id: 'w1',
      row: '4',
      account_id: 'one',
      account: 'Main',
      venue: 'okx',
      simulated: 'no',
      state: 'effective',
      planned_at: at(-60_000),
      sent_at: at(-58_000),
      updated_at: at(-50_000),
      kind: 'collateral',
      direction: 'add',
      coin: 'BTC',
      amount: '0.1',
      loan_id: '12345',
      order_id: '12345',
      method: 'POST',
      path: '/api/v5/finance/flexible-loan/adjust-collateral',
      body: '{"type":"add","collateralCcy":"BTC","collateralAmt":"0.1","orderId":"12345"}',
      answer: 'accepted',
      answer_code: '0',
      answered_at: at(-57_000),
      reference: 'ref-1',
      ltv_before: '0.579812345',
      ltv_estimate: '0.515388751',
      ltv_after: '0.515388',
      read_at: at(-61_000),
      wallet_available: '1.7921483143067599',
      limit: '1.5',
      usd: '8832.70123',
      pledged_before: '0.8',
      newest_history_id: 'h-before',
      proof: 'history',
      proof_id: 'h-after',
      proof_type: 'collateral_locked',
      proof_coin: 'BTC',
      proof_amount: '0.1',
      proof_at: at(-56_000),
      window: 'window-7',
    });
    const margin = rows[4]!;
    assert.deepEqual(
      ['position_id', 'instrument', 'side', 'market', 'slot', 'margin_before', 'liquidation_after', 'proof'].map((name) => margin[name]),
      ['p1', 'BTC-USDT-SWAP', 'long', 'SWAP', 'net', '1600', '53061.000001', 'position'],
    );
  });

  it('says what is simulated, and nothing of an account that is gone', () => {
    assert.equal(jsonOf([[write()]], () => true)[0]!['simulated'], 'yes');
    assert.ok(!('simulated' in jsonOf([[write()]], () => undefined)[0]!));
  });

  it('has notes in English, whatever the language of the editor', () => {
    assert.equal(jsonOf([[write({ note: msg('test', 'It {0}.', 'failed') })]])[0]!['note'], 'It failed.');
  });

  it('is a table with the same columns in every row, the documented ones in their order', () => {
    const file = exportText([rowsOf(fullWrite()), [fullMarginWrite(), write({ note: msg('test', '=1+1') })]], 'csv', isReal);
    const [head, ...rows] = file.slice(1).trimEnd().split('\r\n');
    assert.equal(
      head,
      'change_id,row,account_id,account,venue,simulated,state,planned_at,sent_at,updated_at,kind,direction,coin,amount,loan_id,order_id,' +
        'position_id,instrument,side,market,slot,method,path,body,answer,answer_code,answered_at,reference,ltv_before,ltv_estimate,' +
        'ltv_after,liquidation_before,liquidation_estimate,liquidation_after,read_at,wallet_available,limit,usd,pledged_before,' +
        'newest_history_id,size_before,margin_before,leverage_before,entry_before,proof,proof_id,proof_type,proof_coin,proof_amount,' +
        'proof_at,freeze_lifted_at,window,note',
    );
    assert.equal(rows.length, 6);
    // Only the body holds commas, and it is quoted.
    const cells = rows.map((row) => row.replace(/"(?:[^"]|"")*"/g, 'quoted').split(',').length);
    assert.deepEqual(new Set(cells), new Set([head.split(',').length]));
    assert.ok(rows[0]!.includes('"{""type"":""add"",""collateralCcy"":""BTC"",""collateralAmt"":""0.1"",""orderId"":""12345""}"'));
    assert.ok(rows[5]!.endsWith(",'=1+1"), rows[5]);
  });

  it('is a whole file when there is nothing', () => {
    assert.equal(exportText([], 'jsonl', isReal), '');
    assert.match(exportText([], 'csv', isReal), /^\uFEFFchange_id,.*,note\r\n$/);
  });

  it('holds nothing that a record is not meant to hold: no key can be in it', () => {
    const canary = 'CANARY-9f3c';
    const withKeys = {
      ...fullWrite(),
      keys: { apiKey: canary, secret: canary },
      request: { ...fullWrite().request, headers: { sign: canary } },
    } as unknown as WriteRecord;
    for (const format of ['csv', 'jsonl'] as const) assert.ok(!exportText([[withKeys]], format, isReal).includes(canary));
  });

  for (const [name, format] of [
    ['/a/b.csv', 'csv'],
    ['/a/b.jsonl', 'jsonl'],
    ['/a/b.JSON', 'jsonl'],
    ['/a/b.ndjson', 'jsonl'],
    ['/a/b', 'csv'],
    ['/a.jsonl/b.txt', 'csv'],
  ] as const) {
    it(`is ${format} in ${name}`, () => {
      assert.equal(formatOf(name), format);
    });
  }
});

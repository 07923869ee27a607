// An OKX client that others wrote speaks to the simulated exchange: a third reading of the same documentation.
import assert from 'node:assert/strict';
import { RestClient } from 'okx-api';
import type { SimulatorKeys } from '../../../src/simulator/okx/auth.ts';
import { startSimulator, type Simulator } from '../../../src/simulator/okx/start.ts';

const more = { loanData: { ccy: 'USDT', amt: '10' }, ordId: '12345', clOrdId: 'client2' };
const repayment = { ordId: '12345', ccy: 'USDT', amt: '10', clOrdId: 'client1' };

type Call = (client: RestClient) => Promise<unknown>;

describe('an independent OKX client', () => {
  let simulator: Simulator;
  beforeEach(async () => {
    simulator = await startSimulator({ walk: false, settleMs: 0 });
  });
  afterEach(() => simulator.close());

  const clientWith = ({ apiKey, secret, passphrase }: SimulatorKeys, demoTrading = false): RestClient =>
    new RestClient(
      { apiKey, apiSecret: secret, apiPass: passphrase, baseUrl: simulator.url, demoTrading },
      { proxy: false, timeout: 5000 },
    );

  const signed: readonly (readonly [name: string, call: Call, expected: RegExp])[] = [
    ['getLoanInfo', (client) => client.getLoanInfo(), /"ordId":"12345".*"curLTV":"0\.5798".*"ordId":"67890"/],
    [
      'getLoanHistory',
      (client) => client.getLoanHistory({ type: 'collateral_locked', limit: '2' }),
      /^\[\{"refId":"\d{17}","type":"collateral_locked"/,
    ],
    ['getAccruedInterest', (client) => client.getAccruedInterest({ ccy: 'USDC', limit: '1' }), /"interestRate":"0\.0612"/],
    ['getMaxLoanAmount', (client) => client.getMaxLoanAmount({ borrowCcy: 'USDT' }), /"maxLoan":"7425\.1008"/],
    [
      'getMaxLoanAmount with more collateral',
      (client) => client.getMaxLoanAmount({ borrowCcy: 'USDT', supCollateral: [{ ccy: 'ETH', amt: '1' }] }),
      /"maxLoan":"95\d\d\./,
    ],
    ['adjustCollateral', (client) => client.adjustCollateral({ type: 'add', collateralCcy: 'BTC', collateralAmt: '0.1' }), /^\[\]$/],
    [
      'a repayment, for which it has no function yet',
      (client) => client.postPrivate('/api/v5/finance/flexible-loan/repay', repayment),
      /^\[\{"ordId":"12345","ccy":"USDT","amt":"10","clOrdId":"client1"\}\]$/,
    ],
    [
      'borrowing more, for which it has no function yet',
      (client) => client.postPrivate('/api/v5/finance/flexible-loan/borrow', more),
      /^\[\{"ordId":"12345","eMode":"0","clOrdId":"client2"\}\]$/,
    ],
    ['getAccountConfiguration', (client) => client.getAccountConfiguration(), /"perm":"read_only,trade"/],
    ['getBalances', (client) => client.getBalances(), /"bal":"1\.7921483143067599"/],
    [
      'getPositions',
      (client) => client.getPositions({ instId: 'BTC-USDT' }),
      /"posCcy":"BTC".*"liqPx":"63048\.\d+","margin":"0\.03833334"/,
    ],
    ['getBalance', (client) => client.getBalance(), /"ccy":"USDT","cashBal":"6000","availBal":"3199\.2"/],
    [
      'getLeverageEstimatedInfo',
      (client) =>
        client.getLeverageEstimatedInfo({ instType: 'MARGIN', mgnMode: 'isolated', lever: '3', instId: 'BTC-USDT', posSide: 'net' }),
      /"estAvailTrans":"0\.00600066"/,
    ],
    [
      'changePositionMargin',
      (client) => client.changePositionMargin({ instId: 'BTC-USDT', posSide: 'net', type: 'add', amt: '0.01', ccy: 'BTC' }),
      /^\[\{"amt":"0\.01","ccy":"BTC","instId":"BTC-USDT","leverage":"","posSide":"net","type":"add"\}\]$/,
    ],
    [
      'getBills, after a change',
      async (client) => {
        await client.changePositionMargin({ instId: 'BTC-USDT', posSide: 'net', type: 'add', amt: '0.01', ccy: 'BTC' });
        return client.getBills({ type: '6', instId: 'BTC-USDT' });
      },
      /"billId":"\d{17}".*"type":"6","subType":"160".*"posBalChg":"0\.01"/,
    ],
    ['getPositionsHistory', (client) => client.getPositionsHistory({ type: '3' }), /^\[\]$/],
    ['getIndexTickers', (client) => client.getIndexTickers({ quoteCcy: 'USD' }), /"idxPx":"88000"/],
  ];
  for (const [name, call, expected] of signed) {
    it(`gets its answer from ${name}`, async () => {
      assert.match(JSON.stringify(await call(clientWith(simulator.keys))), expected);
    });
  }

  it('reads what is public about positions', async () => {
    const client = clientWith(simulator.keys);
    assert.match(JSON.stringify(await client.getInstruments({ instType: 'SWAP' })), /"ctVal":"0\.01".*"ctType":"linear"/);
    const marks: unknown = await client.getMarkPrice({ instType: 'SWAP', instId: 'BTC-USDT-SWAP' });
    assert.match(JSON.stringify(marks), /"markPx":"88026\.4"/);
  });

  it('sees a change of margin at once', async () => {
    const client = clientWith(simulator.keys);
    await client.changePositionMargin({ instId: 'BTC-USDT-SWAP', posSide: 'short', type: 'add', amt: '0.5' });
    const [, , short] = await client.getPositions();
    assert.deepEqual([short?.posSide, short?.margin], ['short', '6518.36666667']);
  });

  it('reads the time', async () => {
    const time: unknown = await clientWith(simulator.keys).getSystemTime({});
    assert.match(JSON.stringify(time), /\d{13}/);
  });

  it('sees an adjustment take effect', async () => {
    const client = clientWith(simulator.keys);
    await client.adjustCollateral({ type: 'add', collateralCcy: 'BTC', collateralAmt: '0.1' });
    assert.match(JSON.stringify(await client.getLoanInfo()), /"collateralData":\[\{"ccy":"BTC","amt":"0\.9"\}\]/);
    assert.match(JSON.stringify(await client.getLoanHistory({ limit: '1' })), /"collateral_locked","ccy":"BTC","amt":"-0\.1"/);
  });

  it('sees a repayment take effect, and its own id known afterwards', async () => {
    const client = clientWith(simulator.keys);
    await client.postPrivate('/api/v5/finance/flexible-loan/repay', repayment);
    assert.match(JSON.stringify(await client.getLoanInfo()), /"loanData":\[\{"ccy":"USDT","amt":"39990"\}\]/);
    assert.match(JSON.stringify(await client.getLoanHistory({ limit: '1' })), /"repaid","ccy":"USDT","amt":"-10"/);
    await assert.rejects(
      async () => client.postPrivate('/api/v5/finance/flexible-loan/repay', repayment),
      (error: { code?: string }) => error.code === '51016',
    );
  });

  it('sees what it borrowed take effect, and its own id known afterwards', async () => {
    const client = clientWith(simulator.keys);
    await client.postPrivate('/api/v5/finance/flexible-loan/borrow', more);
    assert.match(JSON.stringify(await client.getLoanInfo()), /"loanData":\[\{"ccy":"USDT","amt":"40010"\}\]/);
    assert.match(JSON.stringify(await client.getLoanHistory({ limit: '1' })), /"borrowed","ccy":"USDT","amt":"10"/);
    await assert.rejects(
      async () => client.postPrivate('/api/v5/finance/flexible-loan/borrow', more),
      (error: { code?: string }) => error.code === '51016',
    );
  });

  it('meets the limit in the code the documentation gives', async () => {
    const client = clientWith(simulator.keys);
    await assert.rejects(
      async () => client.adjustCollateral({ type: 'reduce', collateralCcy: 'BTC', collateralAmt: '0.5' }),
      (error: { code?: string }) => error.code === '51758',
    );
  });

  const wrong: readonly (readonly [what: string, code: string, client: () => RestClient])[] = [
    ['a wrong secret', '50113', () => clientWith({ ...simulator.keys, secret: 'other' })],
    ['a wrong passphrase', '50105', () => clientWith({ ...simulator.keys, passphrase: 'other' })],
    ['a wrong key', '50111', () => clientWith({ ...simulator.keys, apiKey: 'other' })],
    ['a key bound elsewhere', '50110', () => clientWith(simulator.otherKeys.boundToOtherAddress)],
    ['the mark of demo trading', '50101', () => clientWith(simulator.keys, true)],
  ];
  for (const [what, code, client] of wrong) {
    it(`is refused everywhere with ${what}`, async () => {
      for (const [name, call] of signed.filter(([one]) => one !== 'getIndexTickers')) {
        await assert.rejects(call(client()), (error: { code?: string }) => error.code === code, name);
      }
    });
  }

  it('may read but not act with a read-only key', async () => {
    const client = clientWith(simulator.otherKeys.readOnly);
    assert.equal((await client.getLoanInfo()).length, 2);
    assert.equal((await client.getPositions()).length, 7);
    await assert.rejects(
      async () => client.changePositionMargin({ instId: 'BTC-USDT', posSide: 'net', type: 'add', amt: '0.01', ccy: 'BTC' }),
      (error: { code?: string }) => error.code === '50120',
    );
    await assert.rejects(
      async () => client.adjustCollateral({ type: 'add', collateralCcy: 'BTC', collateralAmt: '0.1' }),
      (error: { code?: string }) => error.code === '50120',
    );
  });

  it('is refused where it leaves out the signature that the documentation asks for', async () => {
    const client = clientWith(simulator.keys);
    const calls: readonly Call[] = [(one) => one.getBorrowableCurrencies(), (one) => one.getCollateralAssets()];
    for (const call of calls) await assert.rejects(call(client), (error: { code?: string }) => error.code === '50103');
  });

  it('gets those answers too when its own signed method is used', async () => {
    const client = clientWith(simulator.keys);
    const get = (path: string): Promise<unknown> => client.getPrivate(`/api/v5/finance/flexible-loan/${path}`) as Promise<unknown>;
    assert.match(JSON.stringify(await get('borrow-currencies')), /"borrowCcy":"USDT"/);
    assert.match(JSON.stringify(await get('collateral-assets')), /"ccy":"BTC","amt":"1\.7921483143067599"/);
    assert.match(JSON.stringify(await get('max-collateral-redeem-amount?ccy=BTC')), /"maxRedeemAmt":"0\.17100367"/);
  });
});

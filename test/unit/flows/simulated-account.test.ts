// Starting with the exchange inside the extension, with the real engine. Figures are those of its initial state.
import assert from 'node:assert/strict';
import { changeCollateral } from '../../../src/flows/change.ts';
import { showMaximumLoan } from '../../../src/flows/maximum-loan.ts';
import { loansState } from '../../../src/views/view-state.ts';
import { loanAt } from '../../../src/views/place.ts';
import { Machine, type Front } from './front.ts';
import { goBack, leave, pick, press, type, type Answer } from './scripted.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';

describe('someone who begins with the simulated exchange', function () {
  this.timeout(60_000);
  let machine: Machine;
  let front: Front;
  beforeEach(async () => {
    machine = new Machine();
    front = await machine.front();
  });
  afterEach(() => machine.end());

  const trying = async (): Promise<string> => {
    const { id } = await front.engine.simulated.create('Simulated');
    await front.until('its figures', () => front.engine.store.get(id)?.snapshot !== undefined);
    return id;
  };
  const has = (view: 'loans' | 'positions' | 'collateral', row: RegExp): void => {
    assert.ok(
      front.rows(view).some((one) => row.test(one)),
      `${row.source} in ${front.rows(view).join('\n')}`,
    );
  };

  it('finds a welcome, no row and no alarm before there is an account', () => {
    assert.equal(loansState(front.engine.store.all(), front.viewContext()), 'noAccount');
    for (const view of ['loans', 'positions', 'collateral'] as const) assert.deepEqual(front.rows(view), []);
    assert.equal(front.status(), undefined);
  });

  it('sees loans, wallet and the worst loan, marked as simulated and armed from the start', async () => {
    const id = await trying();
    has('loans', /^Simulated simulated · /);
    has('loans', /^5[78]\.\d\d% · Watch/);
    has('loans', /^6[78]\.\d\d% · Danger/);
    has('collateral', /^BTC 1\.7921483143067599/);
    assert.match(front.status()!, /6[78]\.\d\d% · Danger · simulated/);
    assert.deepEqual(front.engine.arming.state(id), { armed: true, until: 'simulated' });
  });

  it('gets a gauge for each loan and each isolated position, none for the one with cross margin', async () => {
    await trying();
    const { state, simulatedOnly } = front.gauges();
    // Two loans and six isolated positions.
    assert.deepEqual(
      state.gauges.slice(0, 2).map(({ title }) => title),
      ['Loan 12345', 'Loan 67890'],
    );
    assert.equal(state.gauges.length, 8);
    for (const { simulatedMark } of state.gauges) assert.match(simulatedMark ?? '', /SIMULATED/);
    assert.equal(simulatedOnly, true);
    assert.match(state.gauges[0]!.spokenValue, /5[78]\.\d\d%/);
  });

  it('reads debts, collateral, thresholds with their source, interest and history at a loan', async () => {
    await trying();
    for (const row of [
      /^40,000 USDT/,
      /^0\.8 BTC/,
      /73\.74%.*from OKX/,
      /83\.74%.*from OKX/,
      saysLike('loan.history'),
      saysLike('page.interest'),
    ]) {
      has('loans', row);
    }
  });

  it('adds 0.1 BTC by four answers, is told what it does meanwhile, and that it is done with the new LTV', async () => {
    await trying();
    const talk = await front.does(
      (app, attended) => changeCollateral(app, attended, 'add', undefined),
      pick('Loan 12345'),
      pick('BTC'),
      type('0.1'),
      press('Add 0.1 BTC'),
    );
    const [loan, coin, amount, preview] = talk.heard;
    assert.match(loan!.title, saysLike('collateral.loan'));
    assert.match(coin!.title, saysLike('collateral.coin'));
    assert.match(amount!.title, saysInTurn('SIMULATED: ', says('term.add-to', 'BTC', 'loan 12345'), 'Simulated'));
    assert.match(talk.remarks[0]!.sentence, /5[78]\.\d\d% → 5[12]\.\d\d%/);
    for (const part of [
      'SIMULATED',
      'Simulated',
      '12345',
      '0.1 BTC',
      says('term.funding-account'),
      '(estimate)',
      says('line.distance', says('preview.margin-call')),
      says('line.distance', says('preview.liquidation')),
    ]) {
      assert.ok(`${preview!.title}\n${preview!.detail}`.includes(part), `the preview names “${part}”: ${preview!.detail}`);
    }
    // No request has to be looked at where no real money moves.
    assert.deepEqual([preview!.kind, preview!.choices], ['info', ['Add 0.1 BTC', says('button.refresh'), says('button.show-request')]]);
    const told = talk.heard.at(-1)!;
    assert.match(
      told.title,
      saysLike('outcome.done-now', says('term.ltv'), /51\.\d\d%/, 'OKX', saysLike('list.colon', says('preview.simulated'), undefined)),
    );
    assert.deepEqual([told.what, told.kind, told.choices], ['notice', 'info', [says('button.open-gauges'), 'Undo…']]);
    has('loans', /^51\.\d\d% · OK/);
    has('collateral', /^BTC 1\.6921483143067599/);
  });

  it('finds coin and amount filled in where they were tried out, and still enters and confirms them', async () => {
    const place = { ...loanAt(await trying(), '12345'), coin: 'BTC', amount: '0.1' };
    const add = (...answers: readonly Answer[]) => front.does((app, attended) => changeCollateral(app, attended, 'add', place), ...answers);
    const left = await add(leave);
    assert.deepEqual(
      left.heard.map(({ what, value }) => [what, value]),
      [['input', '0.1']],
    );
    has('loans', /^5[78]\.\d\d% · Watch/);
    const { heard } = await add(type('0.1'), press('Add 0.1 BTC'));
    assert.deepEqual(
      heard.map(({ what }) => what),
      ['input', 'dialog', 'notice'],
    );
    // Asked as ever: another coin, and a coin of which there is nothing.
    assert.equal((await add(goBack, pick('BTC'), leave)).heard.at(-1)!.value, '');
    const none = await front.does(
      (app, attended) => changeCollateral(app, attended, 'add', { ...place, coin: 'NONE' }),
      pick('BTC'),
      leave,
    );
    assert.deepEqual(
      none.heard.map(({ what, value }) => [what, value]),
      [
        ['pick', undefined],
        ['input', ''],
      ],
    );
  });

  it('is refused an amount beyond what can be taken out, while typing, with the number that can', async () => {
    await trying();
    const refused: readonly (readonly [string, RegExp])[] = [
      ['0.5', saysLike('amount.at-most', says('amount.above-limit'), /0\.17\d+ BTC/)],
      ['0', saysLike('amount.above-zero')],
      ['-0.1', saysLike('amount.above-zero')],
      ['0,1', saysLike('amount.plain-number')],
      ['0.1234567890123456789', saysLike('amount.try', saysLike('amount.decimals'))],
    ];
    const talk = await front.does(
      (app, attended) => changeCollateral(app, attended, 'reduce', undefined),
      pick('Loan 12345'),
      pick('BTC'),
      ...refused.map(([typed]): Answer => type(typed)),
      leave,
    );
    refused.forEach(([typed, why], at) => {
      assert.match(talk.faults[at] ?? '', why, `${typed}: ${talk.faults.join(' / ')}`);
    });
  });

  it('is told what could be borrowed, with the quota, and that nothing else is borrowed by asking', async () => {
    await trying();
    const talk = await front.does(
      (app) => showMaximumLoan(app, undefined),
      pick('Loan 12345'),
      pick('USDT'),
      pick(says('maximum-loan.no-extra-collateral')),
    );
    assert.match(talk.heard[1]!.title, saysLike('collateral.coin'));
    assert.match(
      talk.titles('notice')[0]!,
      saysInTurn('SIMULATED: ', saysLike('maximum-loan.up-to', undefined, undefined, 'USDT'), saysLike('maximum-loan.remaining-quota')),
    );
    assert.equal(talk.heard.at(-1)!.choices[0], says('button.copy-amount'));
  });

  it('finds account, keys and figures again after a reload, and is not disturbed by it', async () => {
    await trying();
    const before = front.rows('loans').filter((row) => /\d% · (Watch|Warning)/.test(row));
    const { keys } = await front.engine.vault.readOwned(front.engine.simulated.account()!.id);
    await front.engine.close();
    const again = await machine.front();
    const { id } = again.engine.simulated.account()!;
    assert.deepEqual((await again.engine.vault.readOwned(id)).keys, keys);
    const snapshot = again.engine.store.get(id)?.snapshot;
    await again.until('a new reading', () => again.engine.store.get(id)?.snapshot !== snapshot);
    assert.match(again.rows('loans')[0]!, /^Simulated simulated · .*just now/);
    assert.equal(again.rows('loans').filter((row) => /\d% · (Watch|Warning)/.test(row)).length, before.length);
  });
});

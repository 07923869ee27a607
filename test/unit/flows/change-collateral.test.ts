import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { changeCollateral } from '../../../src/flows/change.ts';
import { loanAt } from '../../../src/views/place.ts';
import { loansOutline } from '../../../src/views/loans.ts';
import { after, type Answer, consider, goBack, leave, pick, press, type Scripted, type } from './scripted.ts';
import { stop, Trader, type Stop, type SimulatedVenue } from './trader.ts';
import { changeName, onLoan, says, saysInTurn, saysLike } from '../../texts.ts';

const adjusting = '/api/v5/finance/flexible-loan/adjust-collateral';

/** A person with two loans at a simulated OKX: 12345 on BTC at 57.98 %, 67890 on ETH and SOL at 67.61 %. */
describe('a change of collateral on the whole engine', function () {
  this.timeout(60_000);
  let trader: Trader;
  let okx: SimulatedVenue;
  beforeEach(async () => {
    ({ trader, okx } = await Trader.atOkx());
  });
  afterEach(() => trader.end());

  const change = (direction: 'add' | 'reduce', ...answers: readonly (Answer | Stop)[]): Promise<Scripted> =>
    trader.goes((app, attended) => changeCollateral(app, attended, direction, undefined), ...answers);
  const btc = (amount: string): readonly Answer[] => [pick('Loan 12345'), pick('BTC'), type(amount)];
  const act = press('Add 0.02 BTC');
  const titled = (act: string, what: string): string => `SIMULATED: ${says(act, what, 'loan 12345')} (Main)`;
  const estimated = (label: string, now: string, then: string): string =>
    says('term.by-estimate', says('list.colon', label, says('list.arrow', now, then)));
  const effect = (then: string, left: string): string =>
    says(
      'preview.effect',
      `${says('list.colon', 'LTV', says('list.arrow', '57.98%', then))} · ${says('line.to', left, says('preview.margin-call'))}`,
    );
  const asked = ({ heard }: Scripted): readonly string[] => heard.map(({ what }) => what);
  const dialogsOf = ({ heard }: Scripted) => heard.filter(({ what }) => what === 'dialog');
  const loanLine = (of = trader): string => of.lines(loansOutline).find((line) => line.includes('#12345'))!;
  const taken = async (): Promise<readonly string[]> =>
    (await okx.adjustments()).map(({ loan, type: way, ccy, amt, state }) => [loan, way, ccy, amt, state].join(' '));

  it('asks for loan, coin and amount, shows the preview, sends one request, and says done only when the history proves it', async () => {
    const whileOpen: string[] = [];
    trader.engine.ledger.onDidChange(({ state }) => {
      if (state === 'accepted')
        whileOpen.push(loanLine(), ...trader.lines(loansOutline).filter((line) => line.includes('accepted by OKX')));
    });
    const talk = await change('reduce', ...btc('0.01'), press(says('term.remove', '0.01 BTC')));
    assert.deepEqual(asked(talk), ['pick', 'pick', 'input', 'dialog', 'notice']);
    const [loans, coins, amount, preview, done] = talk.heard;
    assert.deepEqual(loans!.lines, [
      'Main · SIMULATED',
      `Loan 12345 | LTV 57.98%, ${says('line.to', '21.3%', says('preview.margin-call'))} | 0.8 BTC`,
      `Loan 67890 | LTV 67.61%, ${says('line.to', '4.7%', says('preview.margin-call'))} | 1.5 ETH, 20 SOL`,
    ]);
    assert.equal(coins!.title.split(' | ')[0], titled('term.remove-from', says('term.collateral-word')));
    assert.deepEqual(coins!.lines, [`BTC | ${says('collateral.up-to', '0.17100367')}`]);
    assert.equal(amount!.title, titled('term.remove-from', 'BTC'));
    assert.match(amount!.detail, saysLike('preview.safe-maximum', says('preview.allowed', 'OKX', '0.17100367 BTC'), '0.08520243 BTC'));
    assert.equal(preview!.title, says('resolve.sure', says('list.colon', 'SIMULATED', says('term.remove-from', '0.01 BTC', 'loan 12345'))));
    for (const line of [
      estimated('LTV', '57.98%', '58.72%'),
      estimated(says('line.distance', says('preview.margin-call')), '21.3%', '20.3%'),
      `Main · OKX · ${says('term.loopback-simulated')} · ${says('preview.no-real-money', 'SIMULATED')}`,
      says('preview.route', '0.01 BTC', 'loan 12345', says('term.funding-account')),
    ]) {
      assert.ok(preview!.detail.split('\n').includes(line), `“${line}” in ${preview!.detail}`);
    }
    // No real money and no warning: Enter confirms, as in every dialog of the editor.
    assert.deepEqual(preview!.choices, [says('term.remove', '0.01 BTC'), says('button.refresh'), says('button.show-request')]);
    // Accepted is not done: until then it is the old LTV.
    assert.match(whileOpen[0]!, saysInTurn('57.98% · Watch · ', says('term.change-unfinished')));
    assert.match(
      whileOpen[1]!,
      saysInTurn(
        says('list.colon', says('preview.simulated'), changeName('remove', '0.01', 'BTC', onLoan('12345'), 'Main')),
        ` · ${says('kinds.confirming', 'OKX')}`,
      ),
    );
    assert.deepEqual(
      talk.worked
        .filter((line) => line.startsWith('SIMULATED:'))
        .map((line) => saysLike('change.cancel-only-stops', /.*/, /([^:]*)/).exec(line)?.[1]),
      [says('kinds.sending'), says('kinds.waiting', 'OKX'), says('kinds.confirming', 'OKX')],
    );
    assert.equal(
      done!.title,
      says(
        'outcome.done-now',
        says('term.ltv'),
        '58.72%',
        'OKX',
        says('list.colon', says('preview.simulated'), changeName('remove', '0.01', 'BTC', onLoan('12345'), 'Main')),
      ),
    );
    assert.deepEqual(done!.choices, [says('button.open-gauges')]);
    assert.match(loanLine(), new RegExp(`^58\\.72% · Watch · ${says('loan.call', '20\\.3%')}`));
    assert.deepEqual(await taken(), ['12345 reduce BTC 0.01 effective']);
    assert.equal(await okx.requests('adjust-collateral'), 1);
    assert.deepEqual(trader.posted, [
      { path: adjusting, body: { type: 'reduce', ordId: '12345', collateralCcy: 'BTC', collateralAmt: '0.01' } },
    ]);
  });

  it('is written down with what was sent and what proved it', async () => {
    await change('add', ...btc('0.02'), act);
    const [record] = await trader.until(trader.engine.ledger.activity());
    assert.equal(record!.evidence?.kind, 'history');
    assert.equal(record!.request.body, JSON.stringify(trader.posted[0]!.body));
    assert.deepEqual(
      trader.heard.map(({ state }) => state),
      ['planned', 'sent', 'accepted', 'effective'],
    );
  });

  it('is judged while it is typed, by the fresh maximum of the exchange and the safe one', async () => {
    const [loan, coin] = btc('');
    const talk = await change(
      'reduce',
      ...[
        loan!,
        coin!,
        consider(''),
        consider('0.2'),
        consider('0.1x'),
        consider('0.000000001'),
        consider('0.01'),
        consider('0.16'),
        leave,
      ],
    );
    assert.deepEqual(talk.faults, [
      says('amount.plain-number', '0.1'),
      says('amount.at-most', says('amount.above-limit'), '0.17100367 BTC'),
      says('amount.plain-number', '0.1'),
      says('amount.at-most', says('amount.decimals', '8'), '0.17100367 BTC'),
    ]);
    assert.deepEqual(
      talk.remarks.map(({ sentence }) => sentence),
      [effect('58.72%', '20.3%'), says('preview.safe-maximum', effect('72.48%', '1.7%'), '0.08520243 BTC', '64.90%')],
    );
    assert.deepEqual(trader.posted, []);
  });

  it('goes back one step at a time, and what was typed before is not asked for again', async () => {
    const [loan, coin] = btc('');
    const back = await change('reduce', ...[loan!, coin!, goBack, goBack, leave]);
    assert.deepEqual(asked(back), ['pick', 'pick', 'input', 'pick', 'pick']);
    assert.match(back.heard[3]!.title, saysLike('collateral.coin'));
    assert.match(back.heard[4]!.title, saysLike('collateral.loan'));
    trader.limits = { ...trader.limits, perActionByCoin: new Map([['BTC', decimal('0.01')]]) };
    const again = await change('add', ...btc('0.02'), press(says('button.change-amount')), leave);
    const boxes = again.heard.filter(({ what }) => what === 'input');
    assert.deepEqual(
      boxes.map(({ value }) => value),
      ['', '0.02'],
    );
    const [refusal] = again.heard.filter(({ what }) => what === 'notice');
    assert.match(refusal!.title, saysLike('limit.per-change', '0.02 BTC', '0.01 BTC', 'ltvGauge.limits.perActionByCoin'));
    assert.deepEqual(refusal!.choices, [says('button.change-amount'), says('button.open-settings'), says('button.show-log')]);
    assert.deepEqual(trader.posted, []);
  });

  it('that leads near the margin call says the danger first, before account and amount', async () => {
    const [preview] = dialogsOf(await change('reduce', ...btc('0.16'), leave));
    const lines = preview!.detail.split('\n');
    assert.match(lines[0]!, saysLike('preview.near-by-fall', 'DANGER', /1\.\d%/, 'margin call'));
    assert.equal(lines[1], estimated('LTV', '57.98%', '72.48%'));
    assert.equal(lines[2], estimated('Level', 'Watch', 'Danger'));
    // Enter alone does not act.
    assert.deepEqual(preview!.choices, [says('button.refresh'), says('button.show-request'), says('term.remove', '0.16 BTC')]);
    assert.equal(preview!.kind, 'warning');
    const places = [says('preview.coin-liquidation-price', 'BTC'), says('preview.no-real-money', 'SIMULATED'), '0.16 BTC from'].map(
      (part) => preview!.detail.indexOf(part),
    );
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    assert.ok(!places.includes(-1));
    assert.deepEqual(trader.posted, []);
  });

  it('is read again on demand, and the request can be looked at and copied before', async () => {
    const talk = await change(
      'add',
      ...btc('0.02'),
      after(
        () => {
          okx.movePrice('BTC', '10');
        },
        press(says('button.refresh')),
      ),
      press(says('button.show-request')),
      pick(says('button.copy-request')),
      pick(says('button.back-to-preview')),
      leave,
    );
    const [first, second] = dialogsOf(talk);
    assert.match(first!.detail, /^LTV: 57\.98% →/m);
    assert.match(second!.detail, /^LTV: 52\.71% →/m);
    const [page] = talk.heard.filter(({ what }) => what === 'page');
    assert.ok(page!.detail.includes('{"type":"add","ordId":"12345","collateralCcy":"BTC","collateralAmt":"0.02"}'), page!.detail);
    assert.deepEqual(talk.copied, [page!.detail]);
    assert.match(talk.heard.at(-2)!.title, saysLike('change.copied-nothing-sent'));
    assert.deepEqual(trader.posted, []);
  });

  it('whose figures have grown too old is not sent, but read afresh and asked again', async () => {
    const nothingYet = (): void => {
      assert.deepEqual(trader.posted, []);
    };
    const tooLate = after(() => trader.clock.sleep(61_000), act);
    const talk = await change('add', ...btc('0.02'), tooLate, after(nothingYet, act));
    const [, again] = dialogsOf(talk);
    assert.match(again!.detail, saysLike('change.new-figures', says('refusal.preview-outdated')));
    // Enter alone does not send what has to be checked again.
    assert.equal(again!.choices[0], says('button.refresh'));
    assert.match(again!.detail, saysLike('preview.updated', undefined, says('time.just-now')));
    assert.deepEqual(await taken(), ['12345 add BTC 0.02 effective']);
    assert.equal(trader.posted.length, 1);
  });

  it('is not sent when the account was disarmed while the preview stood there', async () => {
    const disarmed = after(() => trader.engine.arming.disarm('main'), act);
    const talk = await change('add', ...btc('0.02'), disarmed, leave);
    const [, again] = dialogsOf(talk);
    assert.match(again!.detail, saysLike('refusal.not-armed'));
    assert.match(again!.detail, saysLike('confirm.not-armed'));
    assert.deepEqual(again!.choices, [says('button.refresh'), says('button.show-request'), says('button.arm-account')]);
    assert.match(trader.lines(loansOutline)[0]!, saysLike('arming.not-armed'));
    assert.deepEqual(trader.posted, []);
  });

  it('whose answer is lost after acting is found done by reading, and is one adjustment', async () => {
    await okx.fault('lost-after-acting');
    const talk = await change('add', ...btc('0.02'), act);
    assert.match(talk.titles('notice')[0]!, saysLike('outcome.done-now', says('term.ltv'), '56.57%', 'OKX'));
    assert.deepEqual(talk.heard.at(-1)!.choices, [says('button.open-gauges'), 'Undo…']);
    assert.deepEqual(await taken(), ['12345 add BTC 0.02 effective']);
    assert.equal(await okx.requests('adjust-collateral'), 1);
  });

  it('whose answer is lost before acting is not known, holds the loan, and is never sent again', async () => {
    await okx.fault('lost-before-acting');
    const talk = await change('add', ...btc('0.02'), act);
    assert.match(talk.titles('notice')[0]!, saysLike('outcome.unknown', 'OKX', onLoan('12345')));
    assert.deepEqual(talk.heard.at(-1)!.choices, [says('gauge.resolve-unfinished-change'), says('button.show-log')]);
    assert.match(loanLine(), saysInTurn('57.98% · Watch · ', says('term.change-unfinished')));
    await trader.later(5 * 60_000);
    assert.deepEqual(await taken(), []);
    assert.equal(await okx.requests('adjust-collateral'), 1);
    assert.match(loanLine(), saysLike('term.change-unfinished'));
  });

  it('refused by the exchange changes nothing and leaves the loan free', async () => {
    await okx.fault('51738', { endpoint: 'adjust-collateral', times: 1 });
    const talk = await change('add', ...btc('0.02'), act);
    assert.match(talk.titles('notice')[0]!, saysInTurn(saysLike('outcome.rejected', 'OKX'), '(OKX code 51738'));
    assert.deepEqual(talk.heard.at(-1)!.choices, [says('button.show-log')]);
    assert.match(loanLine(), /^57\.98% · Watch · \D+21/);
    await change('add', ...btc('0.02'), act);
    assert.deepEqual(await taken(), ['12345 add BTC 0.02 effective']);
  });

  it('refused by the exchange leads to what would work by its own words', async () => {
    for (const [code, button] of [
      ['51753', says('button.choose-another-coin')],
      ['51759', says('button.change-amount')],
    ] as const) {
      await okx.fault(code, { endpoint: 'adjust-collateral', times: 1 });
      const talk = await change('add', ...btc('0.02'), act, press(button));
      assert.deepEqual(talk.heard.at(-1)!.choices, [button, says('button.show-log')]);
      assert.deepEqual(talk.did, ['closePages', 'addCollateral']);
    }
    // Before the confirmation another coin can be chosen at once.
    const [loan, coin, amount] = btc('0.01');
    const refusing = after(() => okx.fault('51753', { endpoint: 'max-collateral-redeem-amount', times: 1 }), amount!);
    const talk = await change('reduce', loan!, coin!, refusing, press(says('button.choose-another-coin')), leave);
    assert.match(talk.heard.at(-1)!.title, saysLike('collateral.coin'));
    assert.deepEqual(await taken(), []);
  });

  it('says that nothing was sent when the exchange died in front of the confirmation', async () => {
    const talk = await change(
      'add',
      ...btc('0.02'),
      after(() => okx.kill(), act),
    );
    assert.match(
      talk.titles('notice')[0]!,
      saysLike('change.nothing-sent', saysInTurn(saysLike('http.unreachable', 'OKX', undefined), '(ECONNREFUSED)')),
    );
    assert.deepEqual(talk.heard.at(-1)!.choices, [says('button.try-again'), says('button.change-amount'), says('button.show-log')]);
    assert.deepEqual(trader.posted, []);
    assert.deepEqual(await trader.until(trader.engine.ledger.activity()), []);
  });

  it('tells apart from that an exchange that was not there for the preview, or for the coins, which can be tried again', async () => {
    const dead = { revive: (): Promise<void> => Promise.resolve() };
    const die = async (): Promise<void> => void Object.assign(dead, await okx.kill());
    const [loan, coin, amount] = btc('0.02');
    const preview = await change(
      'add',
      loan!,
      coin!,
      after(die, amount!),
      after(() => dead.revive(), press(says('button.change-amount'))),
      leave,
    );
    assert.match(preview.titles('notice')[0]!, saysLike('http.unreachable', 'OKX', undefined));
    const coins = await change(
      'add',
      after(die, loan!),
      after(() => dead.revive(), press(says('button.try-again'))),
      leave,
    );
    assert.deepEqual(asked(coins), ['pick', 'notice', 'pick']);
    assert.deepEqual(coins.heard.at(-1)!.choices, ['BTC', 'ETH', 'SOL']);
  });

  it('goes on when the person only stops waiting; it holds the loan, and is proven without them', async () => {
    await okx.control('POST', 'settle', { ms: 9_000 });
    const talk = await change('add', ...btc('0.02'), act, stop('accepted by OKX'));
    assert.match(talk.titles('notice')[0]!, saysLike('outcome.accepted', 'OKX'));
    assert.deepEqual(talk.heard.at(-1)!.choices, [says('gauge.resolve-unfinished-change'), says('button.show-log')]);
    assert.match(loanLine(), saysInTurn('57.98% · Watch · ', says('term.change-unfinished')));
    const next = await change('reduce', pick('Loan 12345'), press(says('gauge.resolve-unfinished-change')));
    assert.match(next.titles('notice')[0]!, saysLike('choose.earlier-change-unfinished', 'loan 12345'));
    assert.deepEqual(next.did, ['resolveWrite']);
    // The other loan is free.
    await change('add', pick('Loan 67890'), pick('ETH'), type('0.1'), press('Add 0.1 ETH'));
    await trader.passes(60_000);
    assert.equal(trader.heard.find(({ change: { coin }, state }) => coin === 'BTC' && state === 'effective')?.change.amount, '0.02');
    assert.match(loanLine(), /^56\.57% · Watch · \D+23/);
    assert.deepEqual(await taken(), ['12345 add BTC 0.02 effective', '67890 add ETH 0.1 effective']);
  });

  it('is proven once the exchange is there again, when it died after it had accepted', async () => {
    await okx.control('POST', 'settle', { ms: 9_000 });
    let dead: { revive(): Promise<void> } | undefined;
    let dying: Promise<void> | undefined;
    trader.engine.ledger.onDidChange(({ state }) => {
      if (state === 'accepted' && dying === undefined) dying = okx.kill().then((killed) => void (dead = killed));
    });
    const talk = await change('add', ...btc('0.02'), act);
    assert.match(talk.titles('notice')[0]!, saysLike('outcome.accepted', 'OKX'));
    assert.match(loanLine(), saysLike('term.change-unfinished'));
    await dead!.revive();
    await trader.passes(6 * 60_000);
    assert.match(loanLine(), /^56\.57% · Watch · \D+23/);
    assert.equal(trader.posted.length, 1);
    assert.deepEqual(await taken(), ['12345 add BTC 0.02 effective']);
  });

  it('done the other way round raises an alarm once, and freezes every change of the account', async () => {
    await okx.fault('reversed-direction');
    const talk = await change('add', ...btc('0.02'), act, leave);
    const [, alarm] = dialogsOf(talk);
    assert.match(
      alarm!.title,
      saysInTurn(saysLike('outcome.mismatch', 'OKX', 'Main'), says('collateral.booked-instead', 'collateral_released', '0.02', 'BTC')),
    );
    assert.equal(alarm!.detail, says('outcome.look-there'));
    assert.deepEqual(alarm!.choices, [says('gauge.resolve-unfinished-change'), says('button.show-log')]);
    assert.match(trader.lines(loansOutline)[1]!, saysLike('account.frozen'));
    for (const loan of ['Loan 12345', 'Loan 67890']) {
      const next = await change('reduce', pick(loan), press(says('gauge.resolve-unfinished-change')));
      assert.match(next.titles('notice')[0]!, saysLike('kinds.frozen', 'Main', onLoan('12345')));
      assert.deepEqual(next.did, ['resolveWrite']);
    }
    assert.equal(await okx.requests('adjust-collateral'), 1);
  });

  it('of another amount than was asked freezes the account as well', async () => {
    await okx.fault('wrong-amount');
    const talk = await change('add', ...btc('0.02'), act, leave);
    assert.match(dialogsOf(talk)[1]!.title, saysLike('outcome.mismatch', 'OKX'));
    assert.ok(trader.engine.ledger.frozen('main') !== undefined);
  });

  it('is not offered with a key that may only read', async () => {
    await trader.addAccount('viewer', 'Viewer', okx, { readOnly: true, keys: okx.readOnlyKeys });
    const target = { accountId: 'viewer' };
    const adding = trader.goes(
      (app, attended) => changeCollateral(app, attended, 'add', target),
      pick('Loan 12345'),
      press(says('button.update-keys')),
    );
    const { heard, did } = await adding;
    assert.match(heard[0]!.lines![1]!, saysLike('list.comma', undefined, says('term.read-only')));
    assert.match(heard[1]!.title, saysLike('choose.read-only-key', 'Viewer'));
    assert.deepEqual(did, ['updateKeys']);
    assert.match(
      trader.lines(loansOutline).find((line) => line.startsWith('Viewer'))!,
      saysLike('term.read-only'),
    );
  });

  it('is not begun where the keys are missing, which leaves the other account alone', async () => {
    const second = await trader.openOkx();
    await trader.addAccount('second', 'Second', second);
    await trader.until(trader.engine.vault.delete('second'));
    await trader.refresh();
    const lines = trader.lines(loansOutline);
    assert.match(
      lines.find((one) => one.startsWith('Second'))!,
      saysLike('account.keys-missing'),
    );
    assert.match(
      lines.find((one) => one.startsWith('Main'))!,
      /^Main · simulated · Danger · just now/,
    );
    const target = loanAt('second', '12345');
    const talk = await trader.goes((app, attended) => changeCollateral(app, attended, 'add', target), press(says('button.reload-window')));
    assert.match(talk.titles('notice')[0]!, saysLike('choose.not-read', 'Second', says('key.not-found')));
    assert.deepEqual(talk.did, ['reloadWindow']);
    assert.equal(await second.requests('adjust-collateral'), 0);
  });

  it('that one window waits for holds up another window, which then shows its outcome', async () => {
    const other = await trader.openWindow();
    await okx.control('POST', 'settle', { ms: 9_000 });
    const beside: Scripted[] = [];
    const seen: string[] = [];
    const whenAccepted = async (): Promise<void> => {
      await other.engine.poller.refresh();
      await trader.clock.sleep(1_000);
      seen.push(loanLine(other));
      const talk = await other.goes((app, attended) => changeCollateral(app, attended, 'add', undefined), pick('Loan 12345'));
      beside.push(talk);
    };
    let going: Promise<void> | undefined;
    trader.engine.ledger.onDidChange(({ state }) => {
      if (state === 'accepted') going ??= whenAccepted();
    });
    const talk = await change('add', ...btc('0.03'), press('Add 0.03 BTC'));
    await going;
    assert.match(seen[0]!, saysInTurn('57.98% · Watch · ', says('term.change-unfinished')));
    assert.match(beside[0]!.titles('notice')[0]!, saysLike('choose.earlier-change-unfinished', 'loan 12345'));
    assert.match(talk.titles('notice')[0]!, saysLike('outcome.done-now', says('term.ltv'), '55.89%'));
    await other.passes(60_000);
    assert.match(loanLine(other), /^55\.89% · Watch · \D+24/);
    assert.equal(await okx.requests('adjust-collateral'), 1);
    assert.deepEqual(other.posted, []);
  });

  it('that another window sent after the preview stops this one', async () => {
    const other = await trader.openWindow();
    const meanwhileThere = (): Promise<Scripted> =>
      other.goes((app, attended) => changeCollateral(app, attended, 'add', undefined), ...btc('0.05'), press('Add 0.05 BTC'));
    const talk = await change('add', ...btc('0.02'), after(meanwhileThere, act), leave);
    const [, again] = dialogsOf(talk);
    assert.match(again!.detail, saysLike('refusal.overtaken'));
    assert.match(again!.detail, saysLike('list.colon', 'LTV', saysLike('list.arrow', '54.57%', '53.32%')));
    assert.deepEqual(await taken(), ['12345 add BTC 0.05 effective']);
  });
});

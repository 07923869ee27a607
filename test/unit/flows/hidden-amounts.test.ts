// Every surface of the simulated account, with amounts hidden: none of them may tell how much there is.
import assert from 'node:assert/strict';
import { filled } from '../../../src/core/message.ts';
import { formatAmount, formatUsd } from '../../../src/core/format.ts';
import type { Decimal } from '../../../src/core/decimal.ts';
import type { Snapshot } from '../../../src/core/model.ts';
import { warningTarget, type Told } from '../../../src/engine/watch/warnings.ts';
import type { Acting } from '../../../src/flows/acting.ts';
import { changeCollateral } from '../../../src/flows/change.ts';
import { activityDocument, exportActivity } from '../../../src/flows/export-activity.ts';
import { exportLoanHistory } from '../../../src/flows/export-loan-history.ts';
import { exportSetup } from '../../../src/flows/move-setup.ts';
import { composeWarning } from '../../../src/flows/warnings.ts';
import { ActivityFeed, activityOutline } from '../../../src/views/activity.ts';
import { collateralOutline } from '../../../src/views/collateral.ts';
import type { Entry } from '../../../src/views/entry.ts';
import { gaugePage } from '../../../src/views/gauges.ts';
import { loansOutline } from '../../../src/views/loans.ts';
import { readPage } from '../../../src/views/pages.ts';
import { positionsOutline } from '../../../src/views/positions.ts';
import { statusOf } from '../../../src/views/status.ts';
import { warningsOutline } from '../../../src/views/warnings.ts';
import { shortTimes } from '../../../src/words/activity.ts';
import { shortAmount } from '../../../src/words/amount.ts';
import type { Text } from '../../../src/words/text.ts';
import { says } from '../../texts.ts';
import { Machine, type Front } from './front.ts';
import { leave, pick, press, Scripted, type } from './scripted.ts';

type Say = (text: Text) => string;
const inFull: Say = (text) => (typeof text === 'string' ? text : filled(text, (template) => template));
const hidden: Say = (text) => (typeof text === 'string' ? text : filled(text, (template) => template, true));

/** Each amount as any surface may write it, with the word that follows it where it is too short to be told from other numbers. */
function amountsIn({ loans, wallet, positions }: Snapshot): readonly RegExp[] {
  const forms = (amount: Decimal): string[] => [
    ...new Set(
      [amount, formatAmount(amount), shortAmount(amount, 'debt'), shortAmount(amount, 'asset')].map((text) => text.replace('-', '')),
    ),
  ];
  const written = (amount: Decimal | undefined, unit: string): RegExp[] =>
    amount === undefined ? [] : forms(amount).map((text) => number(text, text.replace(/\D/g, '').length > 4 ? '' : ` ${unit}`));
  const usd = (value: Decimal | undefined): RegExp[] =>
    value === undefined ? [] : (['debt', 'asset'] as const).map((side) => number(formatUsd(value, side), ''));
  const coins = (all: readonly { readonly coin: string; readonly amount: Decimal; readonly usd?: Decimal }[]): RegExp[] =>
    all.flatMap((one) => [...written(one.amount, one.coin), ...usd(one.usd)]);
  return [
    ...loans.flatMap((loan) => [...coins(loan.debts), ...coins(loan.collateral), ...usd(loan.debtUsd), ...usd(loan.collateralUsd)]),
    ...coins(wallet),
    ...positions.flatMap(({ size, sizeCoin, exposure, baseCoin, marginCoin, margin, maintenanceMargin, unrealizedPnl, debt }) => [
      ...written(size, sizeCoin ?? 'contracts'),
      ...written(exposure, baseCoin ?? ''),
      ...[margin, maintenanceMargin, unrealizedPnl].flatMap((one) => written(one, marginCoin)),
      ...(debt === undefined ? [] : written(debt.amount, debt.coin)),
    ]),
  ];
}

const number = (text: string, after: string): RegExp =>
  new RegExp(`(?<![\\d.,])${text.replace(/[$.]/g, '\\$&')}(?![\\d.,]*\\d)${after.replace(/[$.]/g, '\\$&')}`);

/** All that hangs on entries: rows, tooltips, and what a screen reader says. */
const told = (entries: readonly Entry[], say: Say): readonly string[] =>
  entries.flatMap(({ label, description = [], spoken, details, children = [] }) => {
    const { title, lines, note } = details?.() ?? { title: '', lines: [] };
    const texts = [label, ...description, spoken ?? '', title, ...lines.flatMap((one) => [one.label, one.value]), note ?? ''];
    return [texts.map(say).join(' | '), ...told(children, say)];
  });

describe('with amounts hidden', function () {
  this.timeout(60_000);
  let machine: Machine;
  let front: Front;
  let id: string;
  before(async () => {
    machine = new Machine();
    front = await machine.front();
    ({ id } = await front.engine.simulated.create('Simulated'));
    await front.until('its figures', () => front.engine.store.get(id)?.snapshot !== undefined);
    const steps = [
      { act: 'add', coin: 'BTC', amount: '1.234567' },
      { act: 'repay', coin: 'USDT', amount: '7654.321' },
    ];
    await front.engine.book.update(id, { rescues: { 'loan:12345': { at: '0.7', steps } } });
    await front.does(
      (app, attended) => changeCollateral(app, attended, 'add', undefined),
      ...[pick('Loan 12345'), pick('BTC'), type('0.1'), press('Add 0.1 BTC')],
    );
  });
  after(() => machine.end());

  const app = (talk: Scripted): Acting => ({ ...front.acting(talk), viewContext: () => ({ ...front.viewContext(), hidesAmounts: true }) });

  /** By the name of the surface. */
  async function surfaces(say: Say, hides: boolean): Promise<Readonly<Record<string, readonly string[]>>> {
    const { store, ledger, connections } = front.engine;
    const [states, viewContext] = [store.all(), { ...front.viewContext(), ...(hides ? { hidesAmounts: true as const } : {}) }];
    const feed = new ActivityFeed(ledger, assert.ifError);
    await feed.read();
    const acts = { times: shortTimes('en'), more: () => undefined };
    const reading = { connections, states: store, viewContext: () => viewContext };
    const pages = (['history', 'interest'] as const).map(async (kind) => {
      const { entries, above } = await front.through(
        readPage(reading, { kind, accountId: id, loan: { loanId: '12345', orderId: '12345' }, version: '' }, undefined),
      );
      return told([...(above?.() ?? []), ...entries], say);
    });
    const talk = new Scripted();
    talk.hidesAmounts = hides;
    const warned = (store.get(id)?.snapshot?.loans ?? []).map((loan): Told => ({
      account: id,
      target: warningTarget('level', { kind: 'loan', id: loan.id }),
      level: 'danger',
      since: 0,
      says: 'alarm',
    }));
    const status = statusOf(states, viewContext)!;
    return {
      loans: told(loansOutline(states, viewContext), say),
      positions: told(positionsOutline(states, viewContext), say),
      collateral: told(collateralOutline(states, viewContext), say),
      warnings: told(warningsOutline(states, viewContext), say),
      activity: told(activityOutline(states, viewContext, feed.view(), acts), say),
      pages: (await Promise.all(pages)).flat(),
      status: [
        ...status.text,
        status.spoken,
        ...status.rows.flatMap(({ account, what, ltv, level, distance, age }) => [account, what, ltv, level, distance, age]),
      ].map(say),
      panel: JSON.stringify(gaugePage(states, viewContext, say, { shocks: 'BTC -10' }).state, null, 1).split('\n'),
      document: (await activityDocument({ ...app(talk), talk }, undefined)).split('\n'),
      notice: warned.map((one) => say(composeWarning({ ...app(talk), viewContext: () => viewContext }, [one]).sentence)),
    };
  }

  const found = (lines: readonly string[], amounts: readonly RegExp[]): readonly string[] =>
    lines.filter((line) => amounts.some((amount) => amount.test(line)));

  it('no view, tooltip, status bar, panel, document or notice tells an amount, and each would tell some otherwise', async () => {
    const amounts = [...amountsIn(front.engine.store.get(id)!.snapshot!), /(?<![\d.,])0\.1 BTC/, /"0\.1"/, /1\.234567/, /7,?654\.321/];
    const [shown, dotted] = [await surfaces(inFull, false), await surfaces(hidden, true)];
    for (const [name, lines] of Object.entries(dotted)) {
      assert.deepEqual(found(lines, amounts), [], name);
      // Neither has to name an amount here; what they leave out when hidden has a test of its own.
      if (name === 'warnings' || name === 'notice') continue;
      assert.notDeepEqual(found(shown[name]!, amounts), [], `${name} has amounts`);
      if (name !== 'notice' && name !== 'warnings')
        assert.ok(
          lines.some((line) => line.includes('•••')),
          name,
        );
    }
    // What does not tell how much stays.
    assert.ok(dotted['loans']!.some((line) => line.includes('••• BTC')));
    assert.match(dotted['positions']!.join('\n'), /\d×/);
  });

  it('questions show amounts, what is told of a change does not', async () => {
    const talk = new Scripted(pick('Loan 12345'), pick('BTC'), type('0.2'), press('Add 0.2 BTC'));
    talk.hidesAmounts = true;
    await front.followed(talk, (_app, attended) => changeCollateral(app(talk), attended, 'add', undefined));
    assert.match(talk.heard.find(({ what }) => what === 'dialog')!.detail, /0\.2 BTC/);
    const notice = talk.heard.find(({ what }) => what === 'notice')!;
    assert.doesNotMatch(notice.title, /0\.2/);
  });

  it('an export asks first', async () => {
    for (const flow of [exportActivity, exportLoanHistory, exportSetup]) {
      const talk = new Scripted(leave);
      await front.followed(talk, () => flow(app(talk)));
      if (talk.heard[0]?.what === 'dialog') assert.equal(talk.heard[0].title, says('export.with-amounts'));
    }
  });
});

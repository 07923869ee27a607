import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { english } from '../../../src/core/message.ts';
import type { Loan, Position, Snapshot } from '../../../src/core/model.ts';
import type { AccountState, Live } from '../../../src/engine/monitor/store.ts';
import { toldEvent, type Told } from '../../../src/engine/watch/warnings.ts';
import { warningSentence, worstFirst } from '../../../src/words/warning.ts';
import { ageText } from '../../../src/words/time.ts';
import { says, saysLike } from '../../texts.ts';
import { account, failure, gone, loan, now, position, snapshot, state, viewContext } from '../views/samples.ts';

const d = decimal;
const told = (target: string, more: Partial<Told> = {}): Told => ({
  account: 'one',
  target,
  says: 'alarm',
  level: 'danger',
  since: now - 60_000,
  ...more,
});
const words = (one: Told | readonly Told[], ...states: readonly AccountState[]): string =>
  english(warningSentence('says' in one ? [one] : one, states, viewContext()));

/** 4.7 % from its margin call at 62,900, by figures that agree with each other. */
const nearLoan = (more: Partial<Loan> = {}): Loan =>
  loan({
    ltv: d('0.70274'),
    collateralUsd: d('56920'),
    collateral: [{ coin: 'BTC', amount: d('1') }],
    liquidationPrice: { instrument: 'BTC-USDT', price: d('60000') },
    ...more,
  });
const read = (one: Loan, more: Partial<Snapshot> = {}): AccountState =>
  state({
    snapshot: snapshot({ loans: [one], prices: { BTC: d('62900'), USDT: d('1') }, wallet: [{ coin: 'BTC', amount: d('0.05') }], ...more }),
  });
const holding = (one: Position, more: Partial<AccountState> = {}): AccountState =>
  state({ snapshot: snapshot({ loans: [], positions: [one], prices: { USDT: d('1') } }), ...more });
const nearPosition = position({ markPrice: d('60000'), liquidationPrice: d('57180'), exposure: d('0.2'), baseCoin: 'BTC' });

describe('the words of a warning', () => {
  const danger = says('level.danger');
  const named = [danger, says('kinds.loan', '12345'), 'Main'] as const;

  it('name loan, distance, LTV, price, liquidation price, and what brings it back with what the wallet holds', () => {
    const sentence = words(told('level loan:12345'), read(nearLoan()));
    assert.equal(
      sentence,
      [
        says('warning.near', ...named, '4.7%', says('preview.margin-call')),
        says('list.sentence', [says('term.ltv-is', '70.28%'), 'BTC 62,900', says('warning.liquidation-at', 'BTC 60,000')].join(', ')),
        says('warning.add-from', '~0.083 BTC', says('level.watch'), 'Funding account', '0.05'),
      ].join(' '),
    );
  });

  it('leave out what the wallet holds where it could not be read, and the remedy where it cannot be computed', () => {
    const untold = words(told('level loan:12345'), read(nearLoan(), { walletTrouble: { template: 'No.', args: [] } }));
    assert.match(untold, saysLike('warning.add', '~0.083 BTC'));
    assert.doesNotMatch(words(told('level loan:12345'), read(nearLoan(), { prices: {} })), saysLike('warning.add'));
  });

  it('mark what is an estimate, with the amount that newer prices ask for', () => {
    const live: Live = {
      at: now,
      loans: { '12345': { ltv: d('0.73'), toMarginCall: d('0.01'), averaged: false } },
      positions: {},
      off: {},
      doubted: [],
    };
    const sentence = words(told('level loan:12345'), { ...read(nearLoan()), live });
    assert.match(sentence, saysLike('warning.near', ...named, '~1.0%'));
    assert.match(sentence, saysLike('term.ltv-is', '~73.00%'));
    const amount = Number(/~(0\.\d+) BTC/.exec(sentence)?.[1]);
    assert.ok(amount > 0.12 && amount < 0.13, sentence);
  });

  it('say that figures are the last known ones, and then no remedy', () => {
    const old = { ...read(nearLoan()), failure: failure() };
    const sentence = words(told('level loan:12345', { says: 'again' }), old);
    assert.match(sentence, saysLike('warning.was-near', ...named, '4.7%'));
    assert.match(sentence, saysLike('warning.last-known'));
    assert.doesNotMatch(sentence, saysLike('warning.add'));
    assert.match(words([told('level loan:12345'), told('level position:x')], old), saysLike('warning.last-known'));
  });

  it('tell an estimate beside a failing reading as one by present prices, and only what was read as last known', () => {
    const live: Live = {
      at: now - 5_000,
      loans: { '12345': { ltv: d('0.73'), toMarginCall: d('0.01'), averaged: false } },
      positions: { p1: { markPrice: d('58000'), distance: d('0.014') } },
      off: {},
      doubted: [],
    };
    const prices = says('estimate.prices-read', english(ageText(now - 5_000, now)));
    const failing = { failure: failure(), live };
    assert.equal(
      words(told('level loan:12345'), { ...read(nearLoan(), { asOf: now - 20 * 60_000 }), ...failing }),
      [
        says(
          'warning.near',
          ...named,
          says('list.brackets', '~1.0%', says('list.comma', says('term.estimate-word'), prices)),
          says('preview.margin-call'),
        ),
        says(
          'warning.last-known',
          english(ageText(now - 20 * 60_000, now)),
          [says('term.ltv-is', '70.28%'), 'BTC 62,900', says('warning.liquidation-at', 'BTC 60,000')].join(', '),
        ),
      ].join(' '),
    );
    const sentence = words(told('level position:p1'), holding(nearPosition, failing));
    const name = `BTC-USDT-SWAP ${says('position.long')}`;
    assert.match(
      sentence,
      saysLike(
        'warning.near',
        danger,
        name,
        'Main',
        saysLike('list.brackets', '~1.4%', saysLike('list.comma', says('term.estimate-word'), prices)),
        says('preview.liquidation'),
      ),
    );
    assert.match(
      sentence,
      saysLike(
        'warning.last-known',
        undefined,
        `${says('list.space', says('position.mark-price'), '60,000 USDT')}, ${says('warning.liquidation-at', '57,180')}`,
      ),
    );
    assert.doesNotMatch(sentence, /58,000/);
  });

  it('say that a line is reached, and what made it an alarm where the distance is missing', () => {
    assert.match(
      words(told('level loan:12345'), read(nearLoan({ ltv: d('0.75') }))),
      saysLike('warning.reached', ...named, says('preview.margin-call')),
    );
    const blank = read(nearLoan({ ltv: d('0'), debtUsd: d('55000') }));
    assert.match(
      words(told('level loan:12345'), blank),
      saysLike('warning.by', says('level.values-usd', danger), says('kinds.loan', '12345'), 'Main'),
    );
  });

  it('name position, distance, mark price, liquidation price and the margin to add', () => {
    const sentence = words(told('level position:p1'), holding(nearPosition));
    const name = says('list.space', 'BTC-USDT-SWAP', says('position.long'));
    assert.match(sentence, saysLike('warning.near', danger, name, 'Main', '4.7%', says('preview.liquidation')));
    assert.match(sentence, saysLike('list.space', says('position.mark-price'), '60,000 USDT'));
    assert.match(sentence, saysLike('warning.liquidation-at', '57,180'));
    assert.match(sentence, saysLike('warning.add', /~\d{3} USDT/));
    const reached = holding(position({ markPrice: d('57000'), liquidationPrice: d('57180') }));
    assert.match(words(told('level position:p1'), reached), saysLike('warning.reached', danger, name, 'Main', says('preview.liquidation')));
  });

  it('say what is overdue, due, recovered, better, gone and blind', () => {
    const due = (overdue: boolean): AccountState => read(nearLoan({ due: [{ coin: 'USDT', amount: d('500'), at: now, overdue }] }));
    const at = new Date(now).toISOString();
    assert.equal(words(told('overdue loan:12345'), due(true)), says('warning.overdue', ...named, `500 USDT, ${says('term.due-at', at)}`));
    const [, ...rest] = named;
    assert.equal(
      words(told('due loan:12345', { level: 'warn' }), due(false)),
      says('warning.due', says('level.warning'), ...rest, `500 USDT, ${says('term.due-at', at)}`),
    );
    const recovered = says('warning.recovered');
    assert.equal(
      words(told('level loan:12345', { says: 'recovered' }), read(nearLoan({ ltv: d('0.5') }))),
      says('warning.near', recovered, ...rest, '32.1%', says('preview.margin-call')),
    );
    assert.equal(
      words(told('overdue loan:12345', { says: 'recovered' }), due(false)),
      says('warning.no-longer-overdue', recovered, ...rest),
    );
    assert.match(
      words(told('level loan:12345', { says: 'better', level: 'warn' }), read(nearLoan({ ltv: d('0.66') }))),
      saysLike('warning.near', says('warning.better', says('level.warning'))),
    );
    const without = read(nearLoan(), { loans: [], vanished: gone });
    assert.match(words(told('level loan:12345', { says: 'gone' }), without), saysLike('vanished.closed', says('term.loan', '12345')));
    assert.equal(words(told('level loan:7', { says: 'gone' }), without), says('warning.gone', danger, says('kinds.loan', '7'), 'Main'));
    const blind = words(told('blind', { level: 'warn' }), state({ failure: failure() }));
    assert.equal(blind, says('warning.blind', 'Main', new Date(now - 60_000).toISOString(), 'It went wrong.'));
  });

  it('say that a coin is taken no more, which terms changed, until when a key is valid, and that it has no IP list', () => {
    const [, ...rest] = named;
    const warn = (target: string, one: AccountState, more: Partial<Told> = {}): string =>
      words(told(target, { level: 'warn', ...more }), one);
    assert.equal(
      warn('capped loan:12345', read(nearLoan({ capped: ['BTC', 'ETH'] }))),
      says('warning.capped', says('level.warning'), 'OKX', 'BTC, ETH', ...rest),
    );
    assert.equal(
      warn('drained loan:12345', read(nearLoan({ drained: ['USDT'] }))),
      says('warning.drained', says('level.warning'), 'OKX', 'USDT', ...rest),
    );
    const change = { loan: '12345', noticed: now } as const;
    const changed: Snapshot['changed'] = [
      { ...change, what: 'marginCall', before: d('0.75'), after: d('0.72'), worse: true },
      { ...change, what: 'tiers', coin: 'BTC', before: d('0.75'), after: d('0.8') },
      { ...change, what: 'rate', coin: 'USDT', before: d('0.1'), after: d('0.126') },
      { ...change, loan: 'other', what: 'liquidation', before: d('0.9'), after: d('0.8') },
    ];
    const note = told('terms loan:12345', { says: 'note', level: 'warn' });
    const terms = [
      says('list.brackets', `${says('preview.margin-call')} 75.00% → 72.00%`, says('terms.closer')),
      `${says('terms.counts', 'BTC')} 75.00% → 80.00%`,
      `${says('terms.rate', 'USDT')} 10.00% → 12.60%`,
    ].join(', ');
    const sentence = says('warning.terms', 'OKX', ...rest, terms);
    assert.equal(words(note, read(nearLoan(), { changed })), sentence);

    const keyed = { ...read(nearLoan(), { changed }), account: account({ key: { asOf: now, expiresAt: now + 5, unbound: true } }) };
    assert.equal(
      warn('key', keyed, { level: 'danger' }),
      says('warning.key-expires', danger, 'Main', new Date(now + 5).toISOString(), 'OKX'),
    );
    const unbound = told('unbound', { says: 'note', level: 'warn' });
    assert.equal(words([unbound, note], keyed), `${says('list.colon', 'Main', says('key.bound-no-ip', 'OKX'))} ${sentence}`);
  });

  it('estimate the liquidation price where the exchange gives none', () => {
    const without = Object.fromEntries(Object.entries(nearLoan()).filter(([name]) => name !== 'liquidationPrice'));
    assert.match(
      words(told('level loan:12345'), read(without as unknown as Loan)),
      saysLike('warning.liquidation-at', /BTC ~52,785\.?\d*/),
    );
  });

  it('tell what the venue did to a loan in one sentence, with the amounts of the worst of it', () => {
    const at = now - 60_000;
    const event = (type: string, amount: string, more: { readonly loan?: string; readonly id?: string } = {}): Told =>
      toldEvent({ account: 'one', id: type, at, type, coin: 'BTC', amount: d(amount), loan: '12345', ...more });
    const when = new Date(at).toISOString();
    const bare = (told: Told): Told => {
      const { account, id, at: when, type, coin, amount } = told.event!;
      return toldEvent({ account, id, at: when, type, coin, amount: amount! });
    };
    const sentence = (what: string, of: string, amounts: string): string => says('warning.event', danger, 'OKX', what, of, when, amounts);
    const whole = read(nearLoan());
    const name = `${says('kinds.loan', '12345')} (Main)`;
    assert.equal(
      words(
        [event('sell_collateral', '-0.3'), event('partial_liquidation', '-0.1'), event('partial_liquidation', '0.2', { id: '2' })],
        whole,
      ),
      sentence(says('warning.partial-liquidation'), name, '0.1 BTC, 0.2 BTC'),
    );
    assert.equal(
      words([event('partial_liquidation', '1'), event('forced_liquidation', '2'), bare(event('repaid_overdue', '3'))], whole),
      `${sentence(says('preview.liquidation'), name, '2 BTC')} ${says('warning.also', 'Main')}`,
    );
    assert.equal(words(bare(event('repaid_by_delisting', '3')), whole), sentence(says('warning.forced-repayment'), 'Main', '3 BTC'));
    assert.equal(words(event('forced_repayment_sell', '3'), whole), sentence(says('warning.forced-repayment'), name, '3 BTC'));
    assert.equal(words(event('buy_borrowed_coin', '3'), whole), sentence(says('warning.forced-trade'), name, '3 BTC'));
    const many = Array.from({ length: 5 }, () => event('repaid_by_liquidation', '1'));
    assert.equal(words(many, whole), sentence(says('preview.liquidation'), name, `1 BTC, 1 BTC, 1 BTC, ${says('warning.more', '2')}`));
    const unwatched = { from: at - 60_000, to: at + 60_000 };
    const asleep = read(nearLoan(), { unwatched });
    const [from, to] = [unwatched.from, unwatched.to].map((ms) => new Date(ms).toISOString());
    assert.equal(
      words(event('forced_liquidation', '2'), asleep),
      `${sentence(says('preview.liquidation'), name, '2 BTC')} ${says('account.unwatched', from!, to!)}`,
    );
    const awake = read(nearLoan(), { unwatched: { from: at + 1, to: at + 2 } });
    assert.doesNotMatch(words(event('forced_liquidation', '2'), awake), saysLike('account.unwatched'));
    assert.match(english(warningSentence([event('forced_liquidation', '2')], [], viewContext())), /one/);
  });

  it('mark simulated money and demo trading', () => {
    const simulated = { ...read(nearLoan()), account: account({ simulated: true }) };
    assert.match(
      words(told('level loan:12345'), simulated),
      saysLike('warning.near', danger, undefined, says('list.comma', 'Main', says('preview.simulated'))),
    );
    const demo = { ...read(nearLoan()), account: account({ site: 'global-demo' }) };
    assert.match(
      words(told('level loan:12345'), demo),
      saysLike('warning.near', danger, undefined, says('list.comma', 'Main', says('preview.demo'))),
    );
  });

  it('of several tell the worst in full and name the others: real money first, then danger, then the nearest', () => {
    const played = { ...read(nearLoan({ ltv: d('0.8') })), account: account({ id: 'play', name: 'Play', simulated: true }) };
    const real = state({
      snapshot: snapshot({ loans: [nearLoan(), nearLoan({ id: '2', orderId: '2', ltv: d('0.72') })], positions: [nearPosition] }),
    });
    const all = [
      told('level loan:12345', { account: 'play' }),
      told('level position:p1', { level: 'warn' }),
      told('level loan:12345'),
      told('level loan:2'),
      told('blind', { account: 'play', level: 'warn' }),
    ];
    const sorted = worstFirst(all, [played, real], viewContext());
    assert.deepEqual(
      sorted.map((one) => `${one.account} ${one.target}`),
      ['one level loan:2', 'one level loan:12345', 'one level position:p1', 'play level loan:12345', 'play blind'],
    );
    const also = [
      `${says('kinds.loan', '12345')} (Main)`,
      `${says('list.space', 'BTC-USDT-SWAP', says('position.long'))} (Main)`,
      `${says('kinds.loan', '12345')} (Play)`,
      says('warning.more', '1'),
    ];
    assert.match(words(sorted, played, real), saysLike('warning.also', also.join(', ')));
  });
});

import assert from 'node:assert/strict';
import { decimal, type Decimal } from '../../../../src/core/decimal.ts';
import { ExchangeError } from '../../../../src/core/errors.ts';
import type { Loan } from '../../../../src/core/model.ts';
import type { CollateralChange, CollateralReadiness } from '../../../../src/exchanges/exchange.ts';
import { JournalError } from '../../../../src/engine/ledger/journal.ts';
import { Refusal, type CollateralPreview, type Preview } from '../../../../src/engine/ledger/ledger.ts';
import { msg } from '../../../../src/core/message.ts';
import { account, change, d, Setup, loanId } from './support.ts';
import { says, saysLike } from '../../../texts.ts';

const refused = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Refusal, String(error));
  assert.match(error.message, pattern);
  return true;
};
const atMost = (why: string, amount: string | RegExp): RegExp => saysLike('change.at-most', says(`change.${why}`), amount, 'BTC');
function collateral(preview: Preview): CollateralPreview {
  assert.ok(preview.kind === 'collateral');
  return preview;
}

const without =
  (key: 'ltv' | 'marginCall' | 'orderId' | 'collateralUsd') =>
  (readiness: CollateralReadiness): CollateralReadiness => {
    const facts = Object.entries(readiness.loan).filter(([name]) => name !== key);
    return { ...readiness, loan: Object.fromEntries(facts) as unknown as Loan };
  };

describe('a preview', () => {
  it('says what would come of adding, from fresh figures', async () => {
    const setup = new Setup();
    const preview = collateral(await setup.window().ledger.preview('a', change()));
    assert.equal(preview.ltvNow, '0.58');
    // 0.58 x 0.8 / 0.9
    assert.equal(preview.ltvAfter, '0.51555556');
    assert.equal(preview.distanceNow, '0.21345267');
    assert.equal(preview.distanceAfter, '0.30084681');
    assert.equal(preview.walletAfter, '1.6921483143067599');
    assert.equal(preview.readAt, setup.clock.now());
    assert.deepEqual(preview.change, change());
    assert.equal(setup.venue.sends.length, 0);
  });

  it('says what would come of taking', async () => {
    const preview = collateral(await new Setup().window().ledger.preview('a', change({ direction: 'reduce' })));
    assert.equal(preview.ltvAfter, '0.66285715');
    assert.equal(preview.walletAfter, '1.8921483143067599');
  });

  it('cannot be changed, nor can the change behind it', async () => {
    const given = { ...change(), loan: { loanId, orderId: loanId } };
    const preview = collateral(await new Setup().window().ledger.preview('a', given));
    Object.assign(given, { direction: 'reduce', amount: d('7') });
    Object.assign(given.loan, { orderId: '67890' });
    assert.deepEqual(preview.change, change());
    assert.ok(
      Object.isFrozen(preview) &&
        Object.isFrozen(preview.change) &&
        Object.isFrozen(preview.change.loan) &&
        Object.isFrozen(preview.account),
    );
  });

  it('names the order of the loan even when the command did not', async () => {
    const preview = collateral(await new Setup().window().ledger.preview('a', change({ loan: { loanId } })));
    assert.deepEqual(preview.change.loan, { loanId, orderId: loanId });
  });

  it('does without an order id where the venue knows none', async () => {
    const setup = new Setup();
    setup.venue.shape = without('orderId');
    const preview = collateral(await setup.window().ledger.preview('a', change({ loan: { loanId } })));
    assert.deepEqual(preview.change.loan, { loanId });
  });

  const intents: [string, Partial<Record<keyof CollateralChange, unknown>>, RegExp][] = [
    ['no loan', { loan: { loanId: '' } }, saysLike('change.incomplete')],
    ['an empty order id', { loan: { loanId, orderId: '' } }, saysLike('change.incomplete')],
    ['no direction', { direction: undefined }, saysLike('change.incomplete')],
    ['another word for the direction', { direction: 'remove' }, saysLike('change.incomplete')],
    ['no coin', { coin: '' }, saysLike('change.incomplete')],
    ['zero', { amount: '0.000' }, saysLike('change.incomplete')],
    ['a negative amount', { amount: '-0.1' }, saysLike('change.incomplete')],
    ['text', { amount: 'all' }, saysLike('change.incomplete')],
    ['a number', { amount: 0.1 }, saysLike('change.incomplete')],
  ];
  for (const [name, facts, pattern] of intents) {
    it(`is refused for ${name}`, async () => {
      await assert.rejects(new Setup().window().ledger.preview('a', { ...change(), ...facts } as CollateralChange), refused(pattern));
    });
  }

  it('is refused for an account that is gone, and for one that may only read', async () => {
    const setup = new Setup();
    const { ledger } = setup.window();
    await assert.rejects(ledger.preview('nobody', change()), refused(saysLike('refusal.account-removed')));
    setup.accounts.set('a', account({ readOnly: true }));
    await assert.rejects(ledger.preview('a', change()), refused(saysLike('refusal.key-cannot-trade')));
  });

  const answers: [string, 'add' | 'reduce', string, (readiness: CollateralReadiness, now: number) => CollateralReadiness, RegExp][] = [
    ['stale figures', 'add', '0.1', (given, now) => ({ ...given, asOf: now - 60_001 }), saysLike('refusal.preview-outdated')],
    ['figures from the future', 'add', '0.1', (given, now) => ({ ...given, asOf: now + 5_001 }), saysLike('refusal.preview-outdated')],
    [
      'another loan than was asked for',
      'add',
      '0.1',
      (given) => ({ ...given, loan: { ...given.loan, id: '67890' } }),
      saysLike('change.another-target'),
    ],
    [
      'another order than was asked for',
      'add',
      '0.1',
      (given) => ({ ...given, loan: { ...given.loan, orderId: '67890' } }),
      saysLike('change.another-target'),
    ],
    ['a loan that lost its order id', 'add', '0.1', without('orderId'), saysLike('change.another-target')],
    [
      'more than the wallet holds',
      'add',
      '1.79214831430676',
      (given) => given,
      saysLike('change.more-than-held', says('term.funding-account'), '1.7921483143067599', 'BTC'),
    ],
    [
      'an empty wallet',
      'add',
      '0.1',
      (given) => ({ ...given, walletAvailable: d('0') }),
      saysLike('change.none-held', says('term.funding-account'), 'BTC'),
    ],
    ['more than the venue takes', 'add', '0.6', (given) => ({ ...given, limit: d('0.5') }), atMost('more-than-addable', '0.5')],
    ['more than the venue lets go', 'reduce', '0.19000001', (given) => given, atMost('more-than-safe', /0\.17\d+/)],
    ['more than is pledged', 'reduce', '0.9', (given) => ({ ...given, limit: d('5') }), atMost('more-than-safe', /0\.17\d+/)],
    ['nothing that could be taken', 'reduce', '0.1', (given) => ({ ...given, limit: d('0') }), saysLike('change.none-removable', 'BTC')],
    ['a reduction without LTV', 'reduce', '0.1', without('ltv'), saysLike('change.removal-unclear')],
    [
      'a reduction with an LTV of zero',
      'reduce',
      '0.1',
      (given) => ({ ...given, loan: { ...given.loan, ltv: d('0') } }),
      saysLike('change.removal-unclear'),
    ],
    ['a reduction without margin call', 'reduce', '0.1', without('marginCall'), saysLike('change.removal-unclear')],
    [
      'a reduction with a margin call of zero',
      'reduce',
      '0.1',
      (given) => ({ ...given, loan: { ...given.loan, marginCall: { ltv: d('0'), source: 'venue' } } }),
      saysLike('change.removal-unclear'),
    ],
    ['a reduction whose outcome cannot be told', 'reduce', '0.1', without('collateralUsd'), saysLike('change.removal-unclear')],
    [
      'a loan beyond its margin call',
      'reduce',
      '0.00000001',
      (given) => ({ ...given, loan: { ...given.loan, ltv: d('0.75') } }),
      saysLike('change.none-removable', 'BTC'),
    ],
  ];
  for (const [name, direction, amount, shape, pattern] of answers) {
    it(`is refused for ${name}`, async () => {
      const setup = new Setup();
      setup.venue.shape = (given) => shape(given, setup.clock.now());
      await assert.rejects(setup.window().ledger.preview('a', change({ direction, amount: decimal(amount) })), refused(pattern));
    });
  }

  it("never passes the venue's maximum reduction through: it runs to the margin-call line", async () => {
    const setup = new Setup();
    const { ledger } = setup.window();
    const venuesMaximum = d('0.18');
    await assert.rejects(
      ledger.preview('a', change({ direction: 'reduce', amount: venuesMaximum })),
      refused(saysLike('change.at-most', says('collateral.ltv-at-margin-call', '74.84%', '73.74%'), /0\.17\d+/, 'BTC')),
    );
  });

  it('is refused for a reduction that would end exactly on the margin-call line', async () => {
    const setup = new Setup();
    setup.venue.pledged = d('1');
    setup.venue.price = d('80000');
    setup.venue.shape = (given) => ({
      ...given,
      limit: d('0.5'),
      loan: { ...given.loan, marginCall: { ltv: d('0.625'), source: 'venue' } },
    });
    const { ledger } = setup.window();
    await assert.rejects(
      ledger.preview('a', change({ direction: 'reduce', amount: d('0.2') })),
      refused(saysLike('collateral.ltv-at-margin-call', '62.50%', '62.50%')),
    );
    await ledger.preview('a', change({ direction: 'reduce', amount: d('0.199') }));
  });

  it('is granted for the very amount that a refusal names', async () => {
    const setup = new Setup();
    const { ledger } = setup.window();
    const error = await ledger.preview('a', change({ direction: 'reduce', amount: d('0.18') })).catch((thrown: unknown) => thrown);
    const named = /at most ([\d.]+\d) BTC/.exec((error as Refusal).message)?.[1];
    const preview = collateral(await ledger.preview('a', change({ direction: 'reduce', amount: d(named!) })));
    assert.ok(preview.distanceAfter !== undefined && !preview.distanceAfter.startsWith('-'));
  });

  it('keeps to liquidation should that come before the margin call', async () => {
    const setup = new Setup();
    setup.venue.shape = (given) => ({ ...given, loan: { ...given.loan, liquidation: { ltv: d('0.6'), source: 'venue' } } });
    await assert.rejects(
      setup.window().ledger.preview('a', change({ direction: 'reduce' })),
      refused(saysLike('collateral.ltv-at-margin-call')),
    );
  });

  it('lets a loan be rescued whose LTV is unknown: adding needs none', async () => {
    const setup = new Setup();
    setup.venue.shape = without('ltv');
    const preview = collateral(await setup.window().ledger.preview('a', change()));
    assert.equal(preview.ltvAfter, undefined);
    assert.equal(preview.distanceAfter, undefined);
  });

  it('hands on what the venue says when it cannot be read', async () => {
    const setup = new Setup();
    setup.venue.readFault = true;
    await assert.rejects(setup.window().ledger.preview('a', change()), (error) => ExchangeError.is(error, 'network'));
  });

  it('is refused while the journal cannot be read, and reading goes on', async () => {
    const setup = new Setup();
    const { ledger, journal } = setup.window();
    journal.unreadable = new Error('EACCES /home/person');
    await assert.rejects(ledger.preview('a', change()), refused(saysLike('ledger.unavailable')));
    await ledger.reconcile('a');
    journal.unreadable = new JournalError(msg('test', 'Line 3 of the journal is damaged.'));
    await assert.rejects(ledger.preview('a', change()), refused(/Line 3/));
    journal.unreadable = undefined;
    await ledger.preview('a', change());
  });

  it('is made from amounts as exact as they were typed', async () => {
    const amount = d('0.100000000000000001') satisfies Decimal;
    const preview = collateral(await new Setup().window().ledger.preview('a', change({ amount })));
    assert.equal(preview.change.amount, amount);
    assert.equal(preview.walletAfter, '1.692148314306759899');
  });
});

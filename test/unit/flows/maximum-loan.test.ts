import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import type { Snapshot } from '../../../src/core/model.ts';
import type { LoanReads } from '../../../src/exchanges/exchange.ts';
import { showMaximumLoan } from '../../../src/flows/maximum-loan.ts';
import { loanAt } from '../../../src/views/place.ts';
import { Setup, trouble } from '../engine/ledger/support.ts';
import { actingAt, goBack, leave, pick, press, Scripted, type, type Answer } from './scripted.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';

describe('the maximum loan', () => {
  it('of a coin that is not lent leads on to another coin, and its amount can be copied', async () => {
    const setup = new Setup();
    const asked: string[] = [];
    const none = pick(says('maximum-loan.no-extra-collateral'));
    const talk = new Scripted(
      none,
      press(says('button.choose-another-coin')),
      pick('ETH'),
      none,
      press(says('button.choose-another-coin')),
      pick('USDT'),
      none,
      press(says('button.copy-amount')),
    );
    const { app } = actingAt(
      setup,
      talk,
      { loans: [setup.venue.loan()] },
      {
        loans: {
          borrowableCoins: async () => ['BTC', 'ETH', 'USDT'],
          maximumLoan: async (coin) => {
            asked.push(coin);
            if (coin === 'DOGE') throw trouble('refused', 'none');
            return coin === 'ETH' ? undefined : { coin, amount: decimal('1234.5') };
          },
        },
      },
    );
    await showMaximumLoan(app, { ...loanAt('a', setup.venue.loan().id), coin: 'DOGE' });
    assert.deepEqual(asked, ['DOGE', 'ETH', 'USDT']);
    assert.deepEqual(talk.copied, ['1234.5']);
    assert.equal(talk.left, 0);
    const [refused, silent, said] = talk.titles('notice');
    assert.match(refused!, /refused/);
    assert.match(silent!, saysLike('maximum-loan.exchange-gives-no', undefined, 'OKX', 'ETH'));
    assert.match(said!, saysLike('maximum-loan.up-to', undefined, '1,234.5', 'USDT', 'OKX'));
  });

  const asking = async (
    answers: readonly Answer[],
    more: Partial<LoanReads> = {},
    snapshot: Partial<Snapshot> = {},
    argument?: unknown,
  ) => {
    const setup = new Setup();
    const asked: unknown[] = [];
    const talk = new Scripted(...answers);
    const { app } = actingAt(
      setup,
      talk,
      { loans: [setup.venue.loan()], ...snapshot },
      {
        loans: {
          borrowableCoins: async () => ['BTC', 'ETH', 'USDT'],
          maximumLoan: async (coin, loan, extra) => {
            asked.push([coin, loan, extra]);
            return { coin, amount: decimal('1000'), usd: decimal('1000'), remainingQuota: decimal('90000') };
          },
          ...more,
        },
      },
    );
    await showMaximumLoan(app, argument);
    assert.equal(talk.left, 0);
    return { talk, asked };
  };
  const wallet = [
    { coin: 'ETH', amount: decimal('2'), pledgeable: true },
    { coin: 'DOGE', amount: decimal('5'), pledgeable: false },
    { coin: 'USDT', amount: decimal('9'), pledgeable: true },
  ];
  const own = { loanId: '12345', orderId: '12345' };

  it('is asked for of a coin, what the loan stands on coming last, and names quota and worth', async () => {
    const { talk, asked } = await asking([pick('USDT'), pick(says('maximum-loan.no-extra-collateral'))]);
    assert.deepEqual(talk.heard[0]!.lines, ['ETH', 'USDT', `BTC | ${says('maximum-loan.collateral-loan')}`]);
    assert.equal(talk.heard[0]!.title, `LIVE: ${says('button.maximum-loan')} · loan 12345 (Main) | ${says('collateral.coin')}`);
    assert.deepEqual(talk.worked, [says('change.reading')]);
    assert.deepEqual(asked, [['USDT', own, []]]);
    assert.match(
      talk.titles('notice')[0]!,
      saysInTurn(
        saysLike('maximum-loan.up-to', undefined, '1,000', 'USDT', 'OKX'),
        '$1,000.00',
        says('maximum-loan.remaining-quota', '90,000', 'USDT'),
      ),
    );
    assert.deepEqual(talk.heard.at(-1)!.choices, [says('button.copy-amount'), says('button.choose-another-coin')]);
  });

  it('can suppose extra collateral that the wallet has, other than what is borrowed; nothing is moved', async () => {
    const answers = [
      pick('USDT'),
      pick(says('maximum-loan.extra', 'ETH')),
      type('0'),
      goBack,
      pick(says('maximum-loan.extra', 'ETH')),
      type('50'),
    ];
    const { talk, asked } = await asking(answers, {}, { wallet });
    assert.deepEqual(talk.heard[1]!.lines, [
      says('maximum-loan.no-extra-collateral'),
      `${says('maximum-loan.extra', 'ETH')} | ${says('collateral.coin-available', '2')}`,
    ]);
    assert.equal(talk.heard[2]!.detail, says('maximum-loan.suppose-extra-collateral'));
    assert.deepEqual(asked, [['USDT', own, [{ coin: 'ETH', amount: '50' }]]]);
    assert.match(talk.titles('notice')[0]!, saysLike('maximum-loan.with-extra', '50', 'ETH'));
  });

  for (const [where, answers] of [
    ['the coin', [leave]],
    ['the collateral', [pick('USDT'), leave]],
    ['its amount', [pick('USDT'), pick(says('maximum-loan.extra', 'ETH')), leave]],
  ] as const) {
    it(`asks the exchange nothing when it is left at ${where}`, async () => {
      const { talk, asked } = await asking(answers, {}, { wallet });
      assert.deepEqual([asked, talk.titles('notice')], [[], []]);
    });
  }

  it('is asked for on top of which of several loans, and for a first one where there is none', async () => {
    const setup = new Setup();
    const second = { ...setup.venue.loan(), id: '67890', orderId: '67890' };
    const several = await asking([pick('Loan 67890'), leave], {}, { loans: [setup.venue.loan(), second] });
    assert.deepEqual(several.talk.heard[0]!.lines, ['Loan 12345 | Main · LIVE', 'Loan 67890 | Main · LIVE']);
    const first = await asking([pick('USDT'), pick(says('maximum-loan.no-extra-collateral'))], {}, { loans: [] });
    assert.deepEqual(first.asked, [['USDT', undefined, []]]);
    const named = await asking([leave], {}, { loans: [setup.venue.loan(), second] }, loanAt('a', '67890'));
    assert.match(named.talk.heard[0]!.title, / · loan 67890 \(/);
  });

  it('is not asked for on a loan that is gone, nor without an account', async () => {
    const gone = await asking([press(says('button.try-again'))], {}, {}, loanAt('a', 'gone'));
    assert.deepEqual([gone.talk.titles('notice'), gone.talk.did], [[says('choose.gone'), says('choose.gone')], []]);
    const none = await asking([press(says('term.add-account'))], {}, {}, { accountId: 'b' });
    assert.deepEqual([none.talk.titles('notice'), none.talk.did], [[says('choose.no-account-yet')], ['addAccount']]);
  });

  it('whose coins cannot be read is said to fail, and can be tried again', async () => {
    let times = 0;
    const borrowableCoins = async (): Promise<readonly string[]> => {
      times += 1;
      if (times === 1) throw trouble('network', 'none');
      return ['USDT'];
    };
    const { talk } = await asking([press(says('button.choose-another-coin')), pick('USDT'), leave], { borrowableCoins });
    assert.match(talk.titles('notice')[0]!, /network/);
  });
});

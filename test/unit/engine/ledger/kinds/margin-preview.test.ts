import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compare, decimal } from '../../../../../src/core/decimal.ts';
import { msg } from '../../../../../src/core/message.ts';
import type { Position } from '../../../../../src/core/model.ts';
import type { MarginChange, MarginReadiness } from '../../../../../src/exchanges/exchange.ts';
import { Refusal, type Ledger, type MarginPreview } from '../../../../../src/engine/ledger/ledger.ts';
import { holds } from '../../../property.ts';
import { long, marginChange, short } from '../market.ts';
import { d, Setup, refused } from '../support.ts';
import { says, saysInTurn, saysLike } from '../../../../texts.ts';

async function previewed(ledger: Ledger, asked: MarginChange): Promise<MarginPreview> {
  const preview = await ledger.preview('a', asked);
  assert.ok(preview.kind === 'margin');
  return preview;
}

/** The readiness with a position of which some figures are other or missing. */
const withPosition =
  (facts: { readonly [Key in keyof Position]?: Position[Key] | undefined }) =>
  (given: MarginReadiness): MarginReadiness => {
    const entries = Object.entries({ ...given.position, ...facts }).filter(([, value]) => value !== undefined);
    return { ...given, position: Object.fromEntries(entries) as unknown as Position };
  };

describe('a preview of a change of margin', () => {
  it('says what would come of adding, from fresh figures', async () => {
    const setup = new Setup();
    const preview = await previewed(setup.window().ledger, marginChange());
    assert.deepEqual(preview.now, { margin: '400', leverage: '50', liquidationPrice: '19700', distance: '0.015' });
    assert.equal(preview.after.margin, '410');
    assert.equal(preview.after.liquidationPrice, '19690');
    assert.equal(preview.after.distance, '0.0155');
    assert.equal(preview.walletAfter, '990');
    assert.equal(preview.readAt, setup.clock.now());
    assert.deepEqual(preview.change, marginChange());
    assert.equal(setup.market.sends.length, 0);
  });

  it('says what would come of taking', async () => {
    const preview = await previewed(new Setup().window().ledger, marginChange({ direction: 'reduce' }));
    assert.equal(preview.after.margin, '390');
    // 100 of 20000 is a maintenance rate of 0.5 %: the price moves by 10 / 0.995, taken up.
    assert.equal(preview.after.liquidationPrice, '19710.0502512562814071');
    assert.equal(preview.walletAfter, '1010');
  });

  it('cannot be changed, nor can the change behind it', async () => {
    const given = structuredClone(marginChange());
    const preview = await previewed(new Setup().window().ledger, given);
    Object.assign(given, { direction: 'reduce', amount: '7' });
    Object.assign(given.position, { slot: '2', side: 'short' });
    assert.deepEqual(preview.change, marginChange());
    for (const part of [preview, preview.change, preview.change.position, preview.account, preview.now, preview.after]) {
      assert.ok(Object.isFrozen(part));
    }
  });

  const intents: [string, object, RegExp][] = [
    ['neither loan nor position', { kind: undefined }, saysLike('change.incomplete')],
    ['no direction', { direction: '' }, saysLike('change.incomplete')],
    ['another word for the direction', { direction: 'remove' }, saysLike('change.incomplete')],
    ['another coin than that of the margin', { coin: 'BTC' }, saysLike('change.incomplete')],
    ['no amount', { amount: '' }, saysLike('change.incomplete')],
    ['an amount of zero', { amount: '0.00' }, saysLike('change.incomplete')],
    ['a negative amount', { amount: '-10' }, saysLike('change.incomplete')],
    ['a number', { amount: 10 }, saysLike('change.incomplete')],
    ...['positionId', 'instrument', 'market', 'slot', 'side', 'marginCoin'].flatMap((key): [string, object, RegExp][] => [
      [`an empty ${key}`, { position: { ...marginChange().position, [key]: '' } }, saysLike('change.incomplete')],
      [`no ${key}`, { position: { ...marginChange().position, [key]: undefined } }, saysLike('change.incomplete')],
    ]),
  ];
  for (const [name, facts, pattern] of intents) {
    it(`is refused with ${name}, before anything is read`, async () => {
      const asked: string[] = [];
      const window = new Setup().window({
        gate: async (what) => {
          asked.push(what);
        },
      });
      await assert.rejects(window.ledger.preview('a', { ...marginChange(), ...facts }), refused(pattern));
      assert.deepEqual(asked, []);
    });
  }

  type Shape = (given: MarginReadiness) => MarginReadiness;
  const both: [string, Shape, RegExp][] = [
    ...(
      [
        ['positionId', 'another'],
        ['instrument', 'ETHUSDT'],
        ['market', 'inverse'],
        ['slot', '2'],
        ['side', 'short'],
        ['marginCoin', 'USDC'],
      ] as const
    ).map(([key, value]): [string, Shape, RegExp] => [`another ${key}`, withPosition({ [key]: value }), saysLike('change.another-target')]),
    ['margin that is not its own', withPosition({ marginMode: 'cross' }), saysLike('margin.not-isolated')],
    [
      'fixed margin',
      withPosition({ fixedMargin: msg('test', 'Options have fixed margin.') }),
      saysLike('choose.margin-fixed', undefined, 'Options have fixed margin.'),
    ],
    ['a margin that is not told', withPosition({ margin: undefined }), saysLike('margin.unknown')],
    ['a margin that is not the one it would be measured against', withPosition({ margin: d('401') }), saysLike('margin.unknown')],
    ['a size that is not the one it would be measured against', withPosition({ size: d('2') }), saysLike('margin.unknown')],
    ['old figures', (given) => ({ ...given, asOf: given.asOf - 60_001 }), saysLike('refusal.preview-outdated')],
    ['figures from the future', (given) => ({ ...given, asOf: given.asOf + 5_001 }), saysLike('refusal.preview-outdated')],
    ['more decimals than the venue takes', (given) => ({ ...given, places: 0 }), saysLike('margin.decimals', '0', 'USDT')],
  ];
  const reductions: [string, Shape, RegExp][] = [
    [
      'distress',
      withPosition({ distress: msg('test', 'It is being liquidated.') }),
      saysInTurn(saysLike('change.none-removable', 'USDT'), 'It is being liquidated.'),
    ],
    ['no liquidation price', withPosition({ liquidationPrice: undefined }), saysLike('change.removal-unclear')],
    ['a liquidation price of zero', withPosition({ liquidationPrice: d('0') }), saysLike('change.removal-unclear')],
    ['no mark price', withPosition({ markPrice: undefined }), saysLike('change.removal-unclear')],
    ['no maintenance margin', withPosition({ maintenanceMargin: undefined }), saysLike('change.removal-unclear')],
    ['a contract that nobody can estimate', withPosition({ contract: 'other' }), saysLike('change.removal-unclear')],
    [
      'no limit',
      (given) => Object.fromEntries(Object.entries(given).filter(([key]) => key !== 'reducible')) as unknown as MarginReadiness,
      saysLike('change.removal-unclear'),
    ],
    [
      'a limit below it',
      (given) => ({ ...given, reducible: { amount: d('9.99999'), source: 'estimate' } }),
      saysLike('change.at-most', says('change.more-than-safe'), '9.9999', 'USDT'),
    ],
    [
      'nothing to be taken',
      (given) => ({ ...given, reducible: { amount: d('0'), source: 'venue' } }),
      saysLike('change.none-removable', 'USDT'),
    ],
    [
      'a negative limit',
      (given) => ({ ...given, reducible: { amount: d('-3.5'), source: 'venue' } }),
      saysLike('change.none-removable', 'USDT'),
    ],
    ['a mark price near liquidation', withPosition({ markPrice: d('19800') }), saysLike('change.none-removable', 'USDT')],
    ['a mark price beyond liquidation', withPosition({ markPrice: d('19600') }), saysLike('change.none-removable', 'USDT')],
  ];
  for (const direction of ['add', 'reduce'] as const) {
    for (const [name, shape, pattern] of [...both, ...(direction === 'reduce' ? reductions : [])]) {
      it(`is refused to ${direction} with ${name}`, async () => {
        const setup = new Setup();
        setup.market.shape = shape;
        await assert.rejects(setup.window().ledger.preview('a', marginChange({ direction, amount: d('10.0') })), refused(pattern));
      });
    }
  }

  const rescues = reductions.filter(([name]) => !name.includes('limit') && !name.includes('nothing'));
  for (const [name, shape] of rescues) {
    it(`lets margin be added with ${name}: that may be the last way to save it`, async () => {
      const setup = new Setup();
      setup.market.shape = shape;
      const preview = await previewed(setup.window().ledger, marginChange());
      assert.equal(preview.after.margin, '410');
    });
  }

  it('is refused above what the wallet holds, and names that in decimals that the venue takes', async () => {
    const setup = new Setup();
    setup.market.wallet = d('12.345678');
    await assert.rejects(
      setup.window().ledger.preview('a', marginChange({ amount: d('12.3457') })),
      refused(saysLike('change.more-than-held', says('okx.trading-account'), '12.3456', 'USDT')),
    );
    assert.equal((await previewed(setup.window().ledger, marginChange({ amount: d('12.3456') }))).walletAfter, '0.000078');
  });

  it('names the most that keeps liquidation away, and grants just that', async () => {
    for (const id of [long, short]) {
      const setup = new Setup();
      setup.market.shape = (given) => ({ ...given, reducible: { amount: d('390'), source: 'venue' } });
      const { ledger } = setup.window();
      for (const [amount, pattern] of [
        ['390', saysLike('margin.distance-after', /−?[\d.,]+%|unknown/, '1.0%')],
        ['120', saysLike('margin.distance-after', /0\.\d%/, '1.0%')],
      ] as const) {
        const error = await ledger
          .preview('a', marginChange({ direction: 'reduce', amount: d(amount) }, id))
          .catch((thrown: unknown) => thrown);
        assert.ok(error instanceof Refusal);
        assert.match(error.message, pattern);
        const named = /at most ([\d.]+\d) USDT/.exec(error.message)?.[1];
        const granted = await previewed(ledger, marginChange({ direction: 'reduce', amount: d(named!) }, id));
        assert.ok(compare(granted.after.distance!, d('0.01')) >= 0);
        // Just above it: one more step of the last decimal is too much.
        const more = decimal((Number(named) + 0.0001).toFixed(4));
        await assert.rejects(
          ledger.preview('a', marginChange({ direction: 'reduce', amount: more }, id)),
          refused(saysLike('margin.distance-after', undefined, '1.0%')),
        );
      }
    }
  });

  it('never grants a reduction that ends near liquidation, whatever figures come', async () => {
    const figure = (max: number) => fc.integer({ min: 0, max: max * 10_000 }).map((units) => d((units / 10_000).toFixed(4)));
    await holds(
      fc.asyncProperty(figure(500), figure(500), figure(40_000), fc.constantFrom(long, short), async (amount, reducible, mark, id) => {
        const setup = new Setup();
        setup.market.mark = mark;
        setup.market.shape = (given) => ({ ...given, reducible: { amount: reducible, source: 'venue' } });
        const preview = await setup
          .window()
          .ledger.preview('a', marginChange({ direction: 'reduce', amount }, id))
          .catch(() => undefined);
        if (preview?.kind !== 'margin') return;
        assert.ok(compare(preview.after.distance!, d('0.01')) >= 0);
        assert.ok(compare(preview.after.margin!, d('0')) > 0);
        assert.ok(compare(amount, reducible) <= 0);
      }),
      { numRuns: 150 },
    );
  });

  it('is refused when the position is gone, by what the venue says', async () => {
    const setup = new Setup();
    setup.market.held.delete(long);
    await assert.rejects(setup.window().ledger.preview('a', marginChange()), /The venue said refused/);
    await setup.window().ledger.preview('a', marginChange({}, short));
  });
});

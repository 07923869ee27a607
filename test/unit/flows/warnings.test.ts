import assert from 'node:assert/strict';
import { english } from '../../../src/core/message.ts';
import type { Notice } from '../../../src/engine/storage/warning-protocol.ts';
import { testWarnings } from '../../../src/flows/test-warnings.ts';
import { acknowledgeWarnings, composeWarning, snoozeWarnings, tellWarning } from '../../../src/flows/warnings.ts';
import { setWarningLevels } from '../../../src/flows/warning-levels.ts';
import { loansOutline } from '../../../src/views/loans.ts';
import { levelsText, says, saysInTurn, saysLike } from '../../texts.ts';
import { text } from '../views/samples.ts';
import { consider, pick, press, Scripted, type, type Answer } from './scripted.ts';
import { Trader, type SimulatedVenue } from './trader.ts';

const minute = 60_000;

/** What a window shows of warnings. */
class Screen {
  readonly notices: Notice[] = [];
  readonly #trader: Trader;
  quietHours = '';
  enabled = true;

  constructor(trader: Trader) {
    this.#trader = trader;
    trader.engine.warnings.attach({
      compose: async (told) => composeWarning(trader.app(new Scripted()), told),
      show: async (notice) => void this.notices.push(notice),
      settings: () => ({ enabled: this.enabled, quietHours: this.quietHours }),
    });
  }

  get texts(): readonly string[] {
    return this.notices.map(({ sentence }) => english(sentence));
  }

  get last(): string {
    return this.texts.at(-1) ?? '';
  }

  /** Answers the newest notice. */
  async answers(...answers: readonly Answer[]): Promise<Scripted> {
    const talk = new Scripted(...answers);
    await this.#trader.until(tellWarning(this.#trader.app(talk), this.notices.at(-1)!));
    return talk;
  }
}

describe('warnings at a simulated exchange', function () {
  this.timeout(60_000);
  let trader: Trader;
  let okx: SimulatedVenue;
  let screen: Screen;
  beforeEach(async () => {
    ({ trader, okx } = await Trader.atOkx());
    screen = new Screen(trader);
    await trader.passes(5_000);
  });
  afterEach(() => trader.end());

  const row = (target: string) => trader.engine.warnings.all().find((one) => one.target === target);

  it('tell what stands already in one message, and of a fall within two intervals what brings the loan back', async () => {
    assert.equal(screen.notices.length, 1);
    assert.equal(screen.notices[0]?.level, 'danger');
    assert.match(
      screen.last,
      saysInTurn(saysLike('warning.near', says('level.danger'), says('kinds.loan', '67890')), saysLike('warning.also')),
    );
    await trader.passes(2 * minute);
    assert.equal(screen.notices.length, 1, 'a warning is told once');

    okx.movePrice('BTC', '-18.5');
    await trader.passes(2 * minute);
    assert.equal(screen.notices.length, 2);
    const named = says('list.comma', 'Main', says('preview.simulated'));
    assert.match(
      screen.last,
      saysInTurn(
        saysLike('warning.near', says('level.danger'), says('kinds.loan', '12345'), named, /~?\d\.\d%/, says('preview.margin-call')),
        saysLike('warning.add-from', /~0\.0\d\d\d BTC/, says('level.watch'), 'funding account', '1.79214'),
        saysLike('warning.also', /BTC-USDT-SWAP long.*/),
      ),
    );
    assert.deepEqual(screen.notices[1]?.about[0], { account: 'main', target: 'level loan:12345', level: 'danger' });
  });

  it('of danger lead to the target, and are told again until they are acknowledged', async () => {
    okx.movePrice('BTC', '-25');
    await trader.passes(minute);
    const danger = screen.notices.find(({ level, about }) => level === 'danger' && about[0]?.target === 'level loan:12345');
    assert.match(english(danger!.sentence), saysLike('warning.reached', says('level.danger'), says('kinds.loan', '12345')));
    const before = screen.notices.length;
    await trader.passes(5 * minute);
    assert.ok(screen.notices.length > before, 'told again after five minutes');

    const talk = new Scripted(press(says('button.bring-ltv-target-more')));
    await trader.until(tellWarning(trader.app(talk), danger!));
    assert.deepEqual(talk.ran, [{ command: 'bringLtvToTarget', target: { accountId: 'main', on: { kind: 'loan', id: '12345' } } }]);
    assert.equal(talk.heard[0]?.kind, 'error');
    assert.equal(row('level loan:12345')?.acknowledged, 'marginCall');
    const others = trader.engine.warnings.all().filter(({ level, acknowledged }) => level !== 'warn' && acknowledged === undefined);
    assert.ok(danger!.about.length > 1 && others.length > 0, 'who goes to one loan has not dealt with the others');
  });

  it('pressed after it became worse acknowledge and snooze only what they told', async () => {
    okx.movePrice('BTC', '-18.5');
    await trader.passes(2 * minute);
    const danger = screen.notices.at(-1)!;
    assert.equal(danger.about[0]?.level, 'danger');
    okx.movePrice('BTC', '-8');
    await trader.passes(minute);
    assert.equal(row('level loan:12345')?.level, 'marginCall');
    for (const button of [says('button.open-gauges'), says('warning.snooze-hour')]) {
      await trader.until(tellWarning(trader.app(new Scripted(press(button))), danger));
      assert.equal(row('level loan:12345')?.snoozedUntil, undefined);
    }
    const before = screen.notices.length;
    await trader.passes(6 * minute);
    const told = screen.notices.slice(before).flatMap(({ about }) => about.map(({ target }) => target));
    assert.ok(told.includes('level loan:12345'), told.join());
  });

  it('say when they are over, after ten quiet minutes', async () => {
    // Existing warnings would be notified again meanwhile.
    await trader.until(acknowledgeWarnings(trader.app(new Scripted())));
    okx.movePrice('BTC', '-15');
    await trader.passes(2 * minute);
    assert.equal(row('level loan:12345')?.level, 'warn');
    okx.movePrice('BTC', '17.65');
    const before = screen.notices.length;
    await trader.passes(10 * minute);
    assert.equal(screen.notices.length, before, 'not before');
    await trader.passes(3 * minute);
    assert.equal(screen.notices.at(-1)?.level, 'note');
    assert.match(screen.texts.slice(before).join(' '), saysLike('warning.near', says('warning.recovered'), says('kinds.loan', '12345')));
    assert.equal(row('level loan:12345'), undefined);
  });

  it('keep an alarm while the exchange cannot be reached, tell it as last known, and warn once that nothing is seen', async () => {
    okx.movePrice('BTC', '-25');
    await trader.passes(minute);
    const before = screen.notices.length;
    const killed = await okx.kill();
    await trader.passes(20 * minute);
    const told = screen.texts.slice(before);
    const blind = saysLike('warning.blind', says('list.comma', 'Main', says('preview.simulated')));
    assert.equal(told.filter((one) => blind.test(one)).length, 1, told.join('\n'));
    assert.match(told.at(-1) ?? '', saysLike('warning.last-known'));
    assert.equal(row('level loan:12345')?.level, 'marginCall');
    await killed.revive();
    await trader.passes(6 * minute);
    assert.equal(row('blind'), undefined);
    assert.equal(row('level loan:12345')?.level, 'marginCall');
  });

  it('are told once by two windows, and acknowledged for both', async () => {
    const window = await trader.openWindow();
    const other = new Screen(window);
    await trader.passes(10_000);
    okx.movePrice('BTC', '-18.5');
    await trader.passes(2 * minute);
    await window.passes(2_000);
    const about = [...screen.notices, ...other.notices].filter((one) => one.about.some(({ target }) => target === 'level loan:12345'));
    assert.equal(about.length, 1);
    assert.equal(other.notices.length, 1, 'shown where the person was last');
    const talk = new Scripted();
    await trader.until(acknowledgeWarnings(trader.app(talk)));
    assert.match(talk.titles('notice')[0] ?? '', saysLike('warning.acknowledged-count'));
    await trader.passes(2_000);
    assert.ok(window.engine.warnings.all().length > 0);
    assert.ok(window.engine.warnings.all().every(({ acknowledged, level }) => acknowledged === level));
  });

  it('are snoozed by their button and by the command, which a tooltip tells', async () => {
    await screen.answers(press(says('warning.snooze-hour')));
    const until = trader.clock.now() + 60 * minute;
    assert.ok(Math.abs((row('level loan:67890')?.snoozedUntil ?? 0) - until) < minute);
    const talk = new Scripted(pick(says('list.brackets', says('term.loan', '67890'), 'Main')), pick(says('warning.until-tomorrow')));
    await trader.until(snoozeWarnings(trader.app(talk)));
    assert.equal(new Date(row('level loan:67890')?.snoozedUntil ?? 0).getHours(), 8);
    const [account] = loansOutline(trader.engine.store.all(), trader.viewContext());
    const loan = account?.children?.find(({ on }) => on?.id === '67890');
    const line = loan?.details?.().lines.find(({ value }) => saysLike('warning.snoozed-until').test(text(value)));
    assert.equal(text(line?.label), says('level.warning'));
  });

  it('that waited for a window tell their time', async () => {
    const waited = trader.clock.now();
    await trader.passes(3 * minute);
    const talk = new Scripted();
    await trader.until(tellWarning(trader.app(talk), screen.notices[0]!, waited));
    assert.ok(talk.titles('notice')[0]?.startsWith(`${new Date(waited).toISOString()}: `));
    const soon = new Scripted();
    await trader.until(tellWarning(trader.app(soon), screen.notices[0]!, trader.clock.now()));
    assert.equal(soon.titles('notice')[0], screen.texts[0]);
  });

  it('are acknowledged and snoozed one by one from their line', async () => {
    const place = { accountId: 'main', on: { kind: 'loan', id: '67890' }, warning: 'level loan:67890' } as const;
    await trader.until(snoozeWarnings(trader.app(new Scripted(pick(says('warning.one-hour')))), place));
    assert.ok(row('level loan:67890')?.snoozedUntil !== undefined);
    const talk = new Scripted();
    await trader.until(acknowledgeWarnings(trader.app(talk), place));
    assert.deepEqual(talk.titles('notice'), [says('warning.acknowledged-count', '1')]);
    const known = trader.engine.warnings.all().filter(({ acknowledged }) => acknowledged !== undefined);
    assert.deepEqual(
      known.map(({ target }) => target),
      ['level loan:67890'],
    );
    assert.ok(trader.engine.warnings.all().length > 1);
  });

  it('can be rehearsed, and acknowledge nothing then', async () => {
    const talk = new Scripted(press(says('button.bring-ltv-target-more')));
    await trader.until(testWarnings(trader.app(talk)));
    assert.match(talk.titles('notice')[0] ?? '', saysInTurn(saysLike('warning.test', saysLike('warning.near', says('level.danger')))));
    assert.equal(talk.ran[0]?.command, 'bringLtvToTarget');
    assert.ok(trader.engine.warnings.all().every(({ acknowledged }) => acknowledged === undefined));
  });

  it("go by levels of one's own, which a tooltip tells, until the defaults are taken again", async () => {
    const place = { accountId: 'main', on: { kind: 'loan', id: '12345' } } as const;
    const loan = () => loansOutline(trader.engine.store.all(), trader.viewContext())[0]?.children?.find(({ on }) => on?.id === '12345');
    assert.equal(row('level loan:12345'), undefined);
    const talk = new Scripted(consider('3'), type('8'), consider('8'), type('20'), type('40'));
    await trader.until(setWarningLevels(trader.app(talk), place));
    assert.match(talk.titles('notice')[0] ?? '', saysLike('levels.saved', says('kinds.loan', '12345'), levelsText('40', '20', '8')));
    await trader.passes(1_000);
    const line = loan()
      ?.details?.()
      .lines.find(({ value }) => text(value) === levelsText('40', '20', '8'));
    assert.equal(text(line?.label), says('levels.yours'));
    okx.movePrice('BTC', '-7');
    await trader.passes(minute);
    assert.equal(row('level loan:12345')?.level, 'warn', 'earlier than by default');

    await trader.until(setWarningLevels(trader.app(new Scripted(pick(says('levels.default')))), place));
    assert.equal(trader.engine.book.get('main')?.levels, undefined);
    await trader.passes(13 * minute);
    assert.equal(row('level loan:12345'), undefined);
  });

  it('say nothing while they are turned off, and what stands once they are on again', async () => {
    screen.enabled = false;
    okx.movePrice('BTC', '-25');
    await trader.passes(2 * minute);
    assert.equal(screen.notices.length, 1);
    screen.enabled = true;
    await trader.passes(minute);
    assert.match(screen.last, saysLike('warning.reached', says('level.danger')));
  });
});

describe('warnings of what an exchange says besides figures', function () {
  this.timeout(60_000);
  const day = 24 * 60 * minute;
  let trader: Trader;
  let bybit: SimulatedVenue;
  let screen: Screen;
  beforeEach(async () => {
    trader = await Trader.open();
    bybit = await trader.openBybit();
  });
  afterEach(() => trader.end());

  it('tell a cap of the collateral once, without what could not be added, and end with it', async () => {
    await trader.addAccount('b', 'Pool', bybit);
    screen = new Screen(trader);
    await trader.passes(15_000);
    const before = screen.notices.length;
    await trader.until(bybit.control('POST', 'cap', { level: '2' }));
    await trader.passes(minute);
    const capped = saysLike('warning.capped', says('level.warning'), 'Bybit', /BTC.*/, says('kinds.loan', 'pool'));
    assert.match(screen.texts.slice(before).join(' '), capped);
    const told = screen.notices.length;
    await trader.passes(10 * minute);
    assert.ok(!screen.texts.slice(told).some((one) => capped.test(one)), 'a warning is told once');
    bybit.movePrice('BTC', '-40');
    await trader.passes(minute);
    assert.doesNotMatch(screen.last, saysLike('warning.add'), 'what is capped cannot be added');
    await trader.until(bybit.control('POST', 'cap', { level: '0' }));
    await trader.passes(12 * minute);
    assert.equal(
      trader.engine.warnings.all().find(({ target }) => target.startsWith('capped')),
      undefined,
    );
  });

  it('do not flood when an account is added, nor at the next start', async () => {
    await trader.until(bybit.control('POST', 'cap', { level: '2' }));
    screen = new Screen(trader);
    const key = { asOf: trader.clock.now(), expiresAt: trader.clock.now() + 2 * day, unbound: true } as const;
    await trader.addAccount('b', 'Pool', bybit, { simulated: false, key });
    await trader.passes(minute);
    const [alarms = '', note = '', ...more] = screen.texts;
    assert.deepEqual(more, [], 'one message, and one notice');
    assert.deepEqual(
      screen.notices.map(({ level }) => level),
      ['danger', 'note'],
    );
    assert.match(alarms, saysLike('warning.also'));
    assert.equal(note, says('list.colon', 'Pool', says('key.bound-no-ip', 'Bybit')));
    const told = trader.engine.warnings.all().map(({ target }) => target);
    for (const target of ['capped loan:pool', 'key', 'unbound']) assert.ok(told.includes(target), told.join());
    // Danger goes on, the rest has been told.
    await trader.until(acknowledgeWarnings(trader.app(new Scripted())));
    const window = await trader.openWindow();
    const other = new Screen(window);
    await window.passes(5 * minute);
    assert.deepEqual([...screen.texts.slice(2), ...other.texts], []);
  });

  it('of a key lead to its update', async () => {
    screen = new Screen(trader);
    const expiresAt = trader.clock.now() + day;
    const about = [{ account: 'b', target: 'key', level: 'danger' }] as const;
    await trader.addAccount('b', 'Pool', bybit, { simulated: false, key: { asOf: trader.clock.now(), expiresAt } });
    await trader.passes(15_000);
    const talk = new Scripted(press(says('button.update-keys')));
    await trader.until(tellWarning(trader.app(talk), { level: 'danger', sentence: { template: 'x', args: [] }, about }));
    assert.deepEqual(talk.ran, [{ command: 'updateKeys', target: { accountId: 'b' } }]);
  });
});

describe('warnings without an account', function () {
  this.timeout(60_000);
  it('can be rehearsed as a marked text, and have nothing to acknowledge or snooze', async () => {
    const trader = await Trader.open();
    try {
      for (const [command, sentence] of [
        [testWarnings, 'warning.test-only'],
        [acknowledgeWarnings, 'warning.none'],
        [snoozeWarnings, 'warning.none'],
      ] as const) {
        const talk = new Scripted();
        await trader.until(command(trader.app(talk)));
        assert.deepEqual(talk.titles('notice'), [says(sentence)]);
      }
    } finally {
      await trader.end();
    }
  });
});

import type { Account } from '../../src/core/model.ts';
import type { DatabaseFault } from './folder.ts';
import { Market, stepMs, type AccountFacts, type FaultKind, type LoanFacts, type VenueFault } from './market.ts';
import { Past } from './past.ts';
import type { Random } from './random.ts';

// What happens in a world, drawn from its seed before it begins. Times are milliseconds since then.

const second = 1_000;
const minute = 60 * second;

/**
 * `crash` 35 % are lost within an hour, `jump` in one moment as much or less, `calm` little moves, `hovering` figures go to and fro over a
 * threshold, `blind` the venue can't be read for long, `dark` and meanwhile the price jumps.
 */
export type Weather = 'crash' | 'jump' | 'calm' | 'hovering' | 'blind' | 'dark';
const weathers = ['crash', 'jump', 'crash', 'calm', 'hovering', 'blind', 'dark'] as const satisfies readonly Weather[];

export type Happening =
  | { readonly at: number; readonly do: 'open' | 'close' | 'crash' | 'focus' }
  | { readonly at: number; readonly do: 'stop' | 'sleep'; readonly forMs: number }
  | { readonly at: number; readonly do: 'move' };

export interface World {
  readonly weather: Weather;
  readonly lastsMs: number;
  readonly intervalMs: number;
  readonly market: Market;
  readonly databaseFaults: readonly DatabaseFault[];
  readonly windows: number;
  readonly happenings: readonly Happening[];
  /** How often a window is stopped just when it was handed what it is to show. */
  readonly stopsAtClaim: number;
}

export function worldOf(number: number, random: Random, isShort: boolean): World {
  const weather = weathers[number % weathers.length]!;
  const lastsMs = (isShort ? random.whole(13, 17) : weather === 'crash' ? random.whole(70, 90) : random.whole(30, 60)) * minute;
  const accounts = Array.from({ length: random.chance(0.3) ? 2 : 1 }, (_, index) => accountOf(index, weather, random));
  const paths = Object.fromEntries(['BTC', 'ETH'].map((coin) => [coin, path(weather, lastsMs, random.for(coin))]));
  const happenings = happeningsOf(lastsMs, random.for('happenings'));
  return {
    weather,
    lastsMs,
    intervalMs: random.pick([10, 30, 30, 60]) * second,
    market: new Market(accounts, paths, venueFaults(weather, lastsMs, random.for('venue'))),
    databaseFaults: random.chance(0.25) ? spans(random.for('database'), lastsMs, 2, ['locked', 'full', 'slow'], 1, 90) : [],
    windows: random.pick([1, 1, 2, 2, 3, 4]),
    happenings,
    stopsAtClaim: random.chance(0.3) ? 0.4 : 0,
  };
}

/** Little moves, and now and then something fails or a window comes or goes. */
export function weekOf(random: Random): World {
  // Rows of a minute are kept for seven days: none of them is to go before it is looked at.
  const lastsMs = (7 * 24 * 60 - 10) * minute;
  const happenings = Array.from({ length: 7 }, (_, day) =>
    happeningsOf(lastsMs / 7, random.for(`day ${String(day)}`)).map((one) => ({ ...one, at: one.at + (day * lastsMs) / 7 })),
  );
  const faults: readonly FaultKind[] = ['outage', 'busy', 'limit', 'time', 'partial', 'flaky', 'slow'];
  const paths = Object.fromEntries(['BTC', 'ETH'].map((coin) => [coin, path('hovering', lastsMs, random.for(coin))]));
  const accounts = [accountOf(0, 'hovering', random), accountOf(1, 'calm', random)];
  const past = new Past(accounts, lastsMs, random.for('past'));
  return {
    weather: 'hovering',
    lastsMs,
    intervalMs: 30 * second,
    market: new Market(accounts, paths, spans(random.for('venue'), lastsMs, 60, faults, 3, 600), past),
    databaseFaults: spans(random.for('database'), lastsMs, 10, ['locked', 'full', 'slow'], 1, 90),
    windows: 2,
    happenings: happenings.flat(),
    stopsAtClaim: 0.1,
  };
}

/** A price of 100,000.00 at first, in cents. */
const first = 10_000_000;

function accountOf(index: number, weather: Weather, random: Random): AccountFacts {
  const id = `account${String(index)}`;
  const account: Account = { id, venue: 'okx', site: 'global', name: id, simulated: false, readOnly: false, uid: `user ${id}` };
  /** How far off its line it stands at first. */
  const distance = (): number =>
    weather === 'calm' || weather === 'blind'
      ? random.between(0.2, 0.6)
      : weather === 'hovering'
        ? random.pick([0.12, 0.05])
        : random.between(0.16, 0.45);
  const loan = (_: unknown, at: number): LoanFacts => {
    const liquidation = random.pick([830_000, 910_000]);
    const marginCall = random.chance(0.9) ? random.pick([700_000, 750_000, 773_700]) : undefined;
    const amount = random.whole(1, 20);
    const debt = Math.round(amount * first * ((marginCall ?? liquidation) / 1e6) * (1 - distance()));
    return {
      id: String(100 + at),
      coin: random.pick(['BTC', 'ETH']),
      amount,
      debt,
      liquidation,
      ...(marginCall === undefined ? {} : { marginCall }),
    };
  };
  return {
    account,
    loans: Array.from({ length: random.pick([1, 1, 2]) }, loan),
    positions: random.chance(0.4) ? [{ id: '7', coin: 'BTC', liquidationPrice: Math.round(first * (1 - distance())) }] : [],
  };
}

function path(weather: Weather, lastsMs: number, random: Random): readonly number[] {
  const steps = Math.ceil(lastsMs / stepMs) + 1;
  const begins = random.between(0.05, 0.15) * steps;
  const most = weather === 'crash' ? 0.35 : random.between(0.1, 0.4);
  const takes = weather === 'crash' ? Math.min((60 * minute) / stepMs, steps - begins) : 1;
  const rebounds = random.chance(0.3) ? random.between(0.02, 0.15) : 0;
  const bend = random.between(0.5, 2);
  const noise = weather === 'hovering' ? 0.006 : weather === 'jump' ? 0.0005 : 0.002;
  let drift = 0;
  return Array.from({ length: steps }, (_, step) => {
    const share = Math.min(Math.max((step - begins) / takes, 0), 1);
    const fall = weather === 'crash' || weather === 'jump' || weather === 'dark' ? most * share ** bend : 0;
    const back = share === 1 ? rebounds * Math.min((step - begins - takes) / 60, 1) : 0;
    drift = drift * 0.98 + (random.next() - 0.5) * 2 * noise;
    const hover = weather === 'hovering' ? 0.004 * Math.sin(step / random.between(20, 21)) : 0;
    return Math.round(first * (1 - fall) * (1 + back) * (1 + drift * (weather === 'hovering' ? 0.3 : 1) + hover));
  });
}

function venueFaults(weather: Weather, lastsMs: number, random: Random): readonly VenueFault[] {
  const kinds: readonly FaultKind[] = ['outage', 'busy', 'limit', 'time', 'partial', 'flaky', 'slow'];
  const bursts = spans(random, lastsMs, weather === 'crash' ? 8 : 3, kinds, 3, weather === 'crash' ? 90 : 60);
  if (weather !== 'blind' && weather !== 'dark' && !(weather === 'crash' && random.chance(0.3))) return bursts;
  const from = Math.round((weather === 'dark' ? random.between(0.02, 0.05) : random.between(0.1, 0.5)) * lastsMs);
  const long: VenueFault = {
    kind: random.pick(['outage', 'busy', 'limit', 'time', 'partial']),
    from,
    to: from + random.whole(6, 14) * minute,
  };
  return [long, ...bursts];
}

function spans<Kind extends string>(
  random: Random,
  lastsMs: number,
  most: number,
  kinds: readonly Kind[],
  least: number,
  longest: number,
): { readonly kind: Kind; readonly from: number; readonly to: number }[] {
  return Array.from({ length: random.whole(0, most) }, () => {
    const from = random.whole(20 * second, lastsMs);
    return { kind: random.pick(kinds), from, to: from + random.whole(least, longest) * second };
  });
}

function happeningsOf(lastsMs: number, random: Random): readonly Happening[] {
  const count = random.pick([0, 0, 2, 4, 8]);
  const sleeps = random.chance(0.15);
  return Array.from({ length: count }, (): Happening => {
    const at = random.whole(10 * second, lastsMs);
    const what = random.pick([
      'open',
      'open',
      'close',
      'crash',
      'focus',
      'stop',
      'stop',
      ...(sleeps ? (['sleep', 'move'] as const) : []),
    ] as const);
    if (what === 'stop') return { at, do: what, forMs: random.pick([2, 5, 8, 20, 60, 300]) * second };
    if (what === 'sleep') return { at, do: what, forMs: random.whole(1, 15) * minute };
    return { at, do: what };
  }).sort((a, b) => a.at - b.at);
}

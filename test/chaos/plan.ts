import { systems } from '../crash/systems.ts';
import type { Random } from '../watch/random.ts';
import { diskFaults, type DiskFault } from './disk.ts';
import { venueIds, type VenueId } from './exchange.ts';
import { networkFaults, type NetworkFault } from './network.ts';

const second = 1_000;
const minute = 60 * second;

type What =
  | { readonly do: 'open' | 'close' | 'crash' | 'focus' | 'refresh' | 'again' | 'resolve' | 'cancel' }
  | { readonly do: 'stop' | 'sleep'; readonly forMs: number }
  | { readonly do: 'price'; readonly venue: VenueId; readonly coin: string; readonly percent: number }
  /** Prices fall until the nearest loan has only so much of its distance left to fall. */
  | { readonly do: 'near'; readonly venue: VenueId; readonly left: number }
  | { readonly do: 'fault'; readonly venue: VenueId; readonly fault: string; readonly times: number }
  | { readonly do: 'network'; readonly venue: VenueId; readonly kind: NetworkFault['kind']; readonly forMs: number }
  | { readonly do: 'hold'; readonly venue: VenueId; readonly forMs: number }
  | { readonly do: 'clock'; readonly venue: VenueId; readonly offsetMs: number }
  | { readonly do: 'settle'; readonly venue: VenueId; readonly ms: number }
  | { readonly do: 'disk'; readonly kind: DiskFault['kind']; readonly forMs: number }
  | { readonly do: 'arm'; readonly venue: VenueId; readonly term: 'quarter' | 'restart' | 'always' }
  | { readonly do: 'disarm'; readonly venue: VenueId }
  | { readonly do: 'press'; readonly system: number; readonly turn: number; readonly thinkMs: number };

/** One thing that happens. Milliseconds since the world began; `window` from 0 to 1 picks one of those that are open. */
export type Step = What & { readonly at: number; readonly window: number };

export interface Plan {
  readonly lastsMs: number;
  readonly intervalMs: number;
  readonly windows: number;
  /** By coin, what the person lets move within a day. */
  readonly perDay: Readonly<Record<string, number>>;
  /** In the order of time. */
  readonly steps: readonly Step[];
}

/** Read by anything. */
const anyFaults = ['5xx', 'malformed', 'truncated', 'wrong-types', 'slow', 'timeout', 'reset', 'http-404', 'retry-after-date'] as const;
const listFaults = ['doubled-rows', 'rows-out-of-order'] as const;
const changeFaults = [
  'lost-after-acting',
  'lost-before-acting',
  '5xx-after-acting',
  'never-settled',
  'settled-late',
  'reversed-direction',
  'wrong-amount',
] as const;

export function planOf(random: Random, isShort: boolean): Plan {
  const lastsMs = (isShort ? random.whole(4, 8) : random.whole(20, 45)) * minute;
  const presses = random.whole(2, isShort ? 6 : 14);
  const troubles = random.whole(0, isShort ? 6 : 16);
  const at = (): number => random.whole(30 * second, lastsMs);
  const begun = venueIds.map((venue): Step => ({ at: 20 * second, window: 0, do: 'arm', venue, term: 'always' }));
  const pressed = Array.from({ length: presses }, () => pressesOf(at(), random)).flat();
  const troubled = Array.from({ length: troubles }, () => ({ at: at(), window: random.next(), ...troubleOf(random) }));
  const lived = Array.from({ length: random.whole(0, 6) }, () => ({ at: at(), window: random.next(), ...lifeOf(random) }));
  return {
    lastsMs,
    intervalMs: random.pick([30, 60, 60, 120]) * second,
    windows: random.pick([1, 2, 2, 3]),
    perDay: random.pick([
      { BTC: 0.015, USDT: 50 },
      { BTC: 0.035, USDT: 150 },
      { BTC: 1, USDT: 1_000 },
    ]),
    steps: [...begun, ...pressed, ...troubled, ...lived].sort((a, b) => a.at - b.at),
  };
}

/** What is pressed: what has most ways to go wrong most often. */
const pressed = [0, 0, 0, 2, 2, ...systems.keys()];

/** A person presses a button, and often another one soon, here or in another window, or something goes wrong with it. */
function pressesOf(at: number, random: Random): readonly Step[] {
  const system = random.pick(pressed);
  const turn = random.whole(0, 1);
  const press = (later: number, which = system): Step => ({
    at: at + later,
    ...{ window: random.next(), do: 'press', system: which, turn, thinkMs: random.pick([500, 500, 2_000, 5_000, 20_000, 90_000]) },
  });
  const soon = (what: What): Step => ({ at: at + random.whole(0, 20 * second), window: random.next(), ...what });
  const { venue } = systems[system]!;
  const others = pressed.filter((one) => systems[one]!.venue === venue);
  const goesWrong = (fault: string, later = 0): Step => ({ at: at + later - 1, window: 0, do: 'fault', venue, fault, times: 1 });
  const later = random.whole(60, 150) * second;
  const more = random.pick<() => readonly Step[]>([
    () => [],
    () => [press(random.whole(0, 4_000))],
    () => [press(later)],
    () => [press(later), press(2 * later)],
    // What went well once goes wrong the second time.
    () => [press(later), goesWrong(random.pick(changeFaults), later)],
    () => [press(later), goesWrong(random.pick(['lost-before-acting', 'never-settled']), later)],
    () => [goesWrong(random.pick(changeFaults))],
    // The exchange did something else, and the person goes on.
    () => [goesWrong(random.pick(['reversed-direction', 'wrong-amount'])), press(later, random.pick(others))],
    () => [goesWrong(random.pick(['lost-after-acting', 'lost-before-acting'])), press(later)],
    () => [{ at: at - 1, window: 0, do: 'hold', venue, forMs: random.whole(5, 90) * second }, soon({ do: 'again' })],
    () => [soon({ do: 'cancel' })],
    () => [soon({ do: 'crash' }), { at: at + 25 * second, window: 0, do: 'open' }],
    () => [soon({ do: 'disk', kind: random.pick(diskFaults), forMs: random.whole(1, 20) * second })],
    () => [soon({ do: 'disarm', venue }), { at: at + 60 * second, window: 0, do: 'arm', venue, term: 'quarter' }],
    () => [soon({ do: 'stop', forMs: random.whole(2, 60) * second })],
  ])();
  const asks = [10, 20, 30].map((after): Step => ({ at: at + after * second, window: random.next(), do: 'again' }));
  const resolves: Step = { at: at + random.whole(80, 200) * second, window: random.next(), do: 'resolve' };
  return [press(0), ...more, ...(random.chance(0.4) ? asks : []), ...(random.chance(0.5) ? [resolves] : [])];
}

function troubleOf(random: Random): What {
  const venue = random.pick(venueIds);
  return random.pick<() => What>([
    () => ({ do: 'fault', venue, fault: random.pick(anyFaults), times: random.whole(1, 20) }),
    () => ({ do: 'fault', venue, fault: random.pick(listFaults), times: random.whole(1, 20) }),
    () => ({ do: 'network', venue, kind: random.pick(networkFaults), forMs: random.whole(5, 240) * second }),
    () => ({ do: 'network', venue, kind: random.pick(networkFaults), forMs: random.whole(5, 60) * second }),
    () => ({ do: 'clock', venue, offsetMs: random.pick([-40_000, -3_000, 0, 2_000, 40_000]) }),
    () => ({ do: 'settle', venue, ms: random.pick([0, 1_500, 20_000, 90_000]) }),
    () => ({ do: 'disk', kind: random.pick(diskFaults), forMs: random.whole(1, 60) * second }),
    () => ({ do: 'price', venue, coin: random.pick(['BTC', 'ETH', 'SOL']), percent: random.whole(-15, 8) }),
    () => ({ do: 'near', venue, left: random.between(0, 0.14) }),
    () => ({ do: 'near', venue, left: random.between(0.01, 0.05) }),
  ])();
}

function lifeOf(random: Random): What {
  return random.pick<() => What>([
    () => ({ do: 'open' }),
    () => ({ do: 'open' }),
    () => ({ do: 'close' }),
    () => ({ do: 'crash' }),
    () => ({ do: 'focus' }),
    () => ({ do: 'refresh' }),
    () => ({ do: 'stop', forMs: random.pick([2, 8, 20, 60, 300]) * second }),
    () => ({ do: 'sleep', forMs: random.whole(1, 15) * minute }),
    () => ({ do: 'resolve' }),
  ])();
}

import { isFresh } from '../core/clock.ts';
import { compareUrgency, type Level } from '../core/risk/level.ts';
import type { NoLive } from '../core/risk/live-estimate.ts';
import { msg, type Message } from '../core/message.ts';
import { isCurrent } from '../engine/monitor/pace.ts';
import { liveIntervalMs, type AccountState } from '../engine/monitor/store.ts';
import { ageText } from './time.ts';
import type { Substitute } from '../core/risk/substitute.ts';
import { levelBy, levelWord } from './level.ts';
import { estimated, spaced } from './text.ts';

/** What newer prices make of a loan or position, where that is worth showing. An estimate: shown beside the venue's figure. */
export interface Since<Figures> {
  readonly figures: Figures;
  /** When the prices were read. Milliseconds since the Unix epoch. */
  readonly at: number;
  /** By the last reading alone. */
  readonly readLevel: Level;
  /** The estimate is worse than the last reading. It never makes anything better. */
  readonly raises: boolean;
}

/** Everything that the loans and positions of an account are seen from, besides its last reading. */
export const seenFrom = (state: AccountState, now: number, intervalMs: number): readonly unknown[] => {
  const { account, failure, reading, live } = state;
  return [
    account,
    failure,
    reading,
    live,
    isCurrent(state, now, intervalMs),
    live?.at !== undefined && isFresh(live.at, now, liveIntervalMs),
  ];
};

/** How figures are rated and shown. */
export interface Look {
  readonly level: Level;
  readonly text: string;
}

/**
 * @param readLevel by the last reading
 * @param readText the venue's figure as it is shown
 * @returns undefined where nothing is estimated, where the shown digits are the same, and where the prices are old. An alarm stays
 * until the next reading, however old its prices get.
 */
export function sinceReading<Figures extends object>(
  { live }: AccountState,
  estimated: Figures | NoLive | undefined,
  now: number,
  readLevel: Level,
  readText: string,
  look: (figures: Figures) => Look,
): Since<Figures> | undefined {
  const at = live?.at;
  if (at === undefined || estimated === undefined || typeof estimated === 'string') return undefined;
  const { level, text } = look(estimated);
  const raises = compareUrgency(level, readLevel) < 0;
  const isNews = isFresh(at, now, liveIntervalMs) && text !== readText;
  return raises || isNews ? { figures: estimated, at, readLevel, raises } : undefined;
}

/** What a level rests on. */
export interface Ground {
  readonly level: Level;
  /** What it comes from where the deciding figure is missing. */
  readonly by?: Substitute;
  readonly since?: Since<unknown>;
}

/** The level in a word, marked where only an estimate or a substitute makes it so. */
export function levelPhrase({ level, by, since }: Ground): Message {
  return since?.raises === true ? estimated(levelWord(level)) : levelBy(level, by);
}

/** The same after the level of the last reading alone: `Watch → Warning (estimate)`. */
export function bothLevels(ground: Ground): Message {
  const { by, since } = ground;
  return since?.raises === true ? spaced(levelBy(since.readLevel, by), spaced('→', levelPhrase(ground))) : levelPhrase(ground);
}

/** The estimate behind a label with the venue's figure and the level, short, because a narrow view cuts off the end. */
export function nowText({ raises }: Since<unknown>, figure: string): Message {
  const now = msg('estimate.now', 'now ~{0}', figure);
  return raises ? estimated(now) : now;
}

/** The venue's figure and the estimate. */
export const arrow = (then: string, now: string): string => `${then} → ~${now}`;

/** What an estimate is from. */
export function pricesText({ at }: Pick<Since<unknown>, 'at'>, now: number): Message {
  return msg('estimate.prices-read', 'prices {0}', ageText(at, now));
}

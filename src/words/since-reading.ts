import { isFresh } from '../core/clock.ts';
import { compareUrgency, type Level } from '../core/risk/level.ts';
import type { NoLive } from '../core/risk/live-estimate.ts';
import { msg, type Message } from '../core/message.ts';
import { liveIntervalMs, type AccountState } from '../engine/monitor/store.ts';
import { ageText } from './time.ts';
import type { Substitute } from '../core/risk/substitute.ts';
import { levelBy, levelWord } from './level.ts';

/** What prices since the reading make of a loan or position, where that is worth a word. An estimate: it stands beside the venue's figure. */
export interface Since<Figures> {
  readonly figures: Figures;
  /** When the prices were read. Milliseconds since the Unix epoch. */
  readonly at: number;
  /** By the last reading alone. */
  readonly readLevel: Level;
  /** The estimate is worse than the last reading. It never makes anything better. */
  readonly raises: boolean;
}

/** How figures of one kind are judged and read. */
interface Look<Figures> {
  readonly level: (figures: Figures) => Level;
  readonly text: (figures: Figures) => string;
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
  look: Look<Figures>,
): Since<Figures> | undefined {
  const at = live?.at;
  if (at === undefined || estimated === undefined || typeof estimated === 'string') return undefined;
  const raises = compareUrgency(look.level(estimated), readLevel) < 0;
  const isNews = isFresh(at, now, liveIntervalMs) && look.text(estimated) !== readText;
  return raises || isNews ? { figures: estimated, at, readLevel, raises } : undefined;
}

/** What a level rests on. */
export interface Ground {
  readonly level: Level;
  /** What made it one, where the figure that decides is missing. */
  readonly by?: Substitute;
  readonly since?: Since<unknown>;
}

/** The level in a word, and that only an estimate or a substitute makes it so. */
export function levelPhrase({ level, by, since }: Ground): Message {
  return since?.raises === true ? msg('term.by-estimate', '{0} (estimate)', levelWord(level)) : levelBy(level, by);
}

/** The same with what the last reading alone says. */
export function bothLevels({ level, by, since }: Ground): Message {
  return since?.raises === true
    ? msg('estimate.last-reading', '{0} by estimate, {1} by the last reading', levelWord(level), levelBy(since.readLevel, by))
    : levelBy(level, by);
}

/** The estimate behind a label with the venue's figure and the level, short, because a narrow view cuts off the end. */
export function nowText({ raises }: Since<unknown>, figure: string): Message | string {
  return raises ? msg('estimate.estimate', '→ ~{0} by estimate', figure) : `→ ~${figure}`;
}

/** The venue's figure and what it is about now. */
export const arrow = (then: string, now: string): string => `${then} → ~${now}`;

/** What an estimate is from. */
export function pricesText({ at }: Since<unknown>, now: number): Message {
  return msg('estimate.prices-read', 'prices read {0}', ageText(at, now));
}

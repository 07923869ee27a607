import { uptimeOf, type Clock } from '../../core/clock.ts';
import { urgency, type Purpose } from '../purpose.ts';
import { aborted } from './transport.ts';

/** What a request is stopped by, and what for and until when it is made. */
export interface Asker {
  readonly waiting: AbortSignal;
  readonly purpose: () => Purpose;
  /** By `uptimeOf`. */
  readonly until: () => number;
}

interface Read {
  readonly answer: Promise<unknown>;
  readonly askers: Set<Asker>;
  /** Of the most urgent of them. */
  readonly purpose: () => Purpose;
  readonly end: AbortController;
  /** By `uptimeOf`; absent while it waits for its turn. */
  leftAt?: number;
}

/** By how much the times of two may differ that share a request. Milliseconds. */
const mostApartMs = 1_000;

/** An answer that was asked for so long ago isn't taken for one of now. Milliseconds. */
const mostAgeMs = 1_000;

const reads = new WeakMap<Clock, Map<string, Read>>();

/**
 * Reads what is the same for everybody once for all accounts of a window that ask for it together: such requests count by machine, so that
 * fifty accounts would wait for each other. Joined while it waits for its turn, and within a second after it left.
 * @param read makes the request for all of them, and calls `left` when it leaves
 * @throws ExchangeError what the request throws, or `aborted` when this asker's signal is
 */
export async function shareRead(
  clock: Clock,
  key: string,
  asker: Asker,
  read: (all: Asker, left: () => void) => Promise<unknown>,
): Promise<unknown> {
  if (asker.waiting.aborted) throw aborted('none');
  const under = reads.get(clock) ?? new Map<string, Read>();
  reads.set(clock, under);
  const there = under.get(key);
  const one = there !== undefined && isFor(asker, there, uptimeOf(clock)) ? there : begin(clock, key, under, read);
  one.askers.add(asker);
  let stop = (): void => undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = () => {
      reject(aborted('none'));
    };
    asker.waiting.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([one.answer, stopped]);
  } finally {
    asker.waiting.removeEventListener('abort', stop);
    one.askers.delete(asker);
    if (one.askers.size === 0) {
      one.end.abort();
      if (under.get(key) === one) under.delete(key);
    }
  }
}

/**
 * What is more urgent than all that wait doesn't queue behind them. And as a request goes on until the last of its askers has no time left, all of
 * them have about as much.
 */
function isFor({ purpose, until }: Asker, { askers, purpose: mostUrgent, leftAt }: Read, now: number): boolean {
  const isInTime = leftAt === undefined ? urgency.indexOf(purpose()) >= urgency.indexOf(mostUrgent()) : now - leftAt < mostAgeMs;
  const own = until();
  return isInTime && [...askers].every((one) => one.until() === own || Math.abs(one.until() - own) <= mostApartMs);
}

function begin(clock: Clock, key: string, under: Map<string, Read>, read: Parameters<typeof shareRead>[3]): Read {
  const [askers, end] = [new Set<Asker>(), new AbortController()];
  const all: Asker = {
    waiting: end.signal,
    purpose: () => urgency.find((purpose) => [...askers].some((asker) => asker.purpose() === purpose)) ?? 'standing',
    until: () => Math.max(...[...askers].map(({ until }) => until())),
  };
  // After whoever asks is among them.
  const answer = Promise.resolve().then(() =>
    read(all, () => {
      one.leftAt = uptimeOf(clock);
    }),
  );
  const done = (): void => {
    if (under.get(key) === one) under.delete(key);
  };
  answer.then(done, done);
  const one: Read = { answer, askers, end, purpose: all.purpose };
  under.set(key, one);
  return one;
}

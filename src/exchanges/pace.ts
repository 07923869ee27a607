import type { Clock } from '../core/clock.ts';
import { aborted, type Answer } from './transport.ts';

/** What a venue said about being asked again. */
export interface Pace {
  /**
   * How long to wait before this endpoint is asked. Milliseconds, zero to go ahead.
   * @throws ExchangeError with the effect `none` when nothing may be sent there now.
   */
  before(path: string): number;
  after(path: string, answer: Answer): void;
}

/**
 * Waits as long as the venue wants. To be done before a request is signed: a timestamp must not grow old in a queue.
 * @throws ExchangeError what the pace throws, or `aborted`; nothing was sent then.
 */
export async function keepPace(pace: Pace | undefined, path: string, clock: Clock, signal: AbortSignal): Promise<void> {
  for (;;) {
    const ms = pace?.before(path) ?? 0;
    if (ms <= 0) return;
    try {
      await clock.sleep(ms, signal);
    } catch {
      throw aborted('none');
    }
  }
}

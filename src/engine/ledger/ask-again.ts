import { uptimeOf, type Clock } from '../../core/clock.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { Account } from '../../core/model.ts';
import type { Requests, Change } from '../../exchanges/exchange.ts';
import { requestOf } from '../actions.ts';
import type { Guard } from './guard.ts';
import type { LedgerOptions } from './ledger-options.ts';
import type { WriteRecord } from './record.ts';
import { notWritten, Refusal } from './refusal.ts';
import type { WriteEvent } from './write-states.ts';
import type { Writes } from './writes.ts';

// "Ask Again, Same ID": where a venue tells a copy of a request by an id of ours, a person may have the same bytes sent once more after a lost answer.
// It is the one exception to sending once, and never done by itself.

/** A venue knows an id for a minute; with the time that both requests may take, this is early enough. Milliseconds. */
const longestMs = 20_000;
/** For so long an answer is waited for. Milliseconds. */
const deadlineMs = 10_000;
/** By how much clocks may disagree on a span; more is sleep, or a clock that was set. Milliseconds. */
const slackMs = 2_000;

/** A moment by every clock there is. */
type Moment = readonly number[];

const momentOf = (clock: Clock): Moment => [clock.now(), uptimeOf(clock), clock.ticks?.() ?? uptimeOf(clock)];

/** What this window sent itself. Not kept anywhere else: after a restart nothing is asked again. */
export interface FirstSend {
  readonly account: Account;
  readonly at: Moment;
}

export const firstSend = (account: Account, clock: Clock): FirstSend => ({ account, at: momentOf(clock) });

export interface Asking {
  readonly options: LedgerOptions;
  readonly writes: Writes;
  readonly guard: Guard;
  /** By write. Whoever asks again takes it out: there is no third time. */
  readonly sends: Map<string, FirstSend>;
  readonly end: AbortSignal;
}

/**
 * Everything that must hold, checked at each wait. @returns how to ask
 * @throws Refusal when the same request must not be sent again
 */
async function askable(asking: Asking, shown: WriteRecord): Promise<Required<Requests<Change>>['again']> {
  const { options, sends } = asking;
  const first = sends.get(shown.id);
  if (first === undefined) throw never();
  mayStill(asking, shown, first);
  const connection = await options.connections.get(shown.accountId);
  const requests = requestOf(connection, shown.change);
  if (requests.again === undefined) throw never();
  // The same bytes, or the id would be another request's.
  if (JSON.stringify(requests.describe(shown.change)) !== JSON.stringify(shown.request)) throw never();
  mayStill(asking, shown, first);
  return requests.again.bind(requests);
}

function mayStill({ options: { clock }, writes, guard, end }: Asking, shown: WriteRecord, { account, at }: FirstSend): void {
  const record = writes.get(shown.id);
  if (record?.state !== 'unknown' || record.again !== undefined) throw never();
  if (JSON.stringify([record.change, record.request]) !== JSON.stringify([shown.change, shown.request])) throw never();
  mustBeInTime(clock, at);
  // It was decided on when it was first sent.
  guard.mustStillHold({ account, readAt: clock.now() }, end);
}

function mustBeInTime(clock: Clock, first: Moment): void {
  const spans = momentOf(clock).map((now, at) => now - (first[at] ?? Number.NaN));
  const isSteady = Math.max(...spans) - Math.min(...spans) <= slackMs;
  if (isSteady && spans.every((span) => span >= 0 && span <= longestMs)) return;
  throw new Refusal(
    msg(
      'again.too-late',
      'Too late to ask again: it was sent over 20 s ago, or this computer slept. Nothing was sent. Check the exchange.',
    ),
  );
}

const never = (): Refusal =>
  new Refusal(
    msg('again.never', "This can't be asked again: it was already, or its outcome is known, or another window sent it. Nothing was sent."),
  );

/** Whether a person may ask again now. */
export async function canAskAgain(asking: Asking, shown: WriteRecord): Promise<boolean> {
  try {
    await askable(asking, shown);
    return true;
  } catch {
    return false;
  }
}

/**
 * Puts the second send down, sends the same request once more, and notes the answer. That the venue has it is no proof: that is still read.
 * @param shown what the person decided on
 * @throws Refusal when nothing was sent
 */
export async function askAgain(asking: Asking, shown: WriteRecord): Promise<void> {
  const { options, writes, sends } = asking;
  const { id } = shown;
  const ask = await askable(asking, shown);
  const first = sends.get(id);
  // Of two at the same moment one gets here.
  if (first === undefined || !sends.delete(id)) throw never();
  const put = await writes.applyDurably(id, { type: 'askedAgain' }).catch(() => undefined);
  if (put?.state !== 'unknown' || put.again === undefined) throw notWritten();
  try {
    mustBeInTime(options.clock, first.at);
    asking.guard.mustStillHold({ account: first.account, readAt: options.clock.now() }, asking.end);
  } catch (error) {
    await writes.apply(id, { type: 'answeredAgain', kind: 'neverLeft' });
    throw error;
  }
  await writes.apply(id, await answerOf(ask, put.change, options.clock));
}

async function answerOf(ask: Required<Requests<Change>>['again'], change: Change, clock: Clock): Promise<WriteEvent> {
  const [enough, answered] = [new AbortController(), new AbortController()];
  clock.sleep(deadlineMs, answered.signal).then(
    () => {
      enough.abort();
    },
    () => undefined,
  );
  try {
    const { reference } = await ask(change, enough.signal);
    return { type: 'answeredAgain', kind: 'accepted', ...(reference === undefined ? {} : { reference }) };
  } catch (error) {
    if (!ExchangeError.is(error)) return { type: 'answeredAgain', kind: 'lost' };
    const { sentence: note, code, effect, kind } = error;
    // A refusal of the copy says nothing of the first one.
    const isRefused = effect === 'none' && kind !== 'network' && kind !== 'aborted';
    return {
      ...{ type: 'answeredAgain', kind: isRefused ? 'refused' : effect === 'none' ? 'neverLeft' : 'lost', note },
      ...(code === undefined ? {} : { code }),
    };
  } finally {
    answered.abort();
  }
}

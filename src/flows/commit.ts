import { msg, type Message } from '../core/message.ts';
import type { Text } from '../words/text.ts';
import type { Acting } from './acting.ts';
import type { Change, MarginChange } from '../exchanges/exchange.ts';
import { Refusal, type Preview, type WriteRecord } from '../engine/ledger/ledger.ts';
import { armWriting } from './arm.ts';
import { armedText } from '../words/arming.ts';
import type { Attended } from './open-change-news.ts';
import { confirm, showRequest } from './confirm.ts';
import { flowOf } from './kinds.ts';
import { askWayOn, explainFailure, sayOutcome, venueName } from './tell.ts';
import { placeOf } from '../views/place.ts';
import { progressText } from '../words/change.ts';
import { changeText } from '../words/kinds.ts';

const mostWaitForViewsMs = 3_000;

/** What the one who asks for a change brings along. */
export interface Carrying {
  /** Told what became of it just before the person is: the words may stand for long. */
  readonly settled?: (outcome: WriteRecord) => void;
  /** Said above the first preview. */
  readonly remark?: Text;
  /** There is no amount that could be asked anew. */
  readonly fixed?: boolean;
  /** There is a choice of coins to go back to. */
  readonly coins?: boolean;
  /** Asked after each reading, and so of all that was sent before it: why the change is not wanted any more. */
  readonly over?: () => Promise<Message | undefined>;
}

/** `again` the person wants to go back to the amount, `otherCoin` to the choice of the coin. */
export type CarriedOut = 'again' | 'otherCoin' | 'ended';

/**
 * Previews a change, lets the person confirm it, commits it, and says what became of it. Looking at the request and arming lead back to
 * a preview that is read afresh: what is confirmed is never older than the question.
 */
export function carryOut(
  app: Acting,
  attended: Attended,
  accountId: string,
  change: MarginChange,
  carrying?: Carrying,
): Promise<'again' | 'ended'>;
export function carryOut(app: Acting, attended: Attended, accountId: string, change: Change, carrying?: Carrying): Promise<CarriedOut>;
export async function carryOut(
  app: Acting,
  attended: Attended,
  accountId: string,
  change: Change,
  carrying: Carrying = {},
): Promise<CarriedOut> {
  const place = placeOf(accountId, change);
  let remark: Text | undefined = carrying.remark;
  let seen = false;
  let refused = false;
  for (;;) {
    let preview: Preview;
    let over: Message | undefined;
    try {
      preview = await readAfresh(app, accountId, change);
      over = await carrying.over?.();
    } catch (error) {
      const on = await askWayOn(app, error, place, {
        ...(carrying.fixed === true ? {} : { retry: msg('Change Amount…') }),
        coins: carrying.coins === true,
        readAgain: true,
        confirmed: refused,
      });
      if (on === 'readAgain') continue;
      return on === 'retry' ? 'again' : on;
    }
    if (over !== undefined) {
      await app.talk.tell({ kind: 'info', sentence: over });
      return 'ended';
    }
    // Read afresh, it could be another request than the one that was looked at.
    const rehearsed = seen && preview.requestShown === true;
    const decision = await confirm(app, preview, { remark, first: preview.firstChange === true, rehearsed });
    remark = undefined;
    refused = false;
    switch (decision) {
      case 'leave':
        return 'ended';
      case 'readAgain':
        continue;
      case 'showRequest':
        try {
          await showRequest(app, preview);
          seen = true;
        } catch (error) {
          await explainFailure(app, error, place);
          return 'ended';
        }
        continue;
      case 'arm':
        if (await armWriting(app, preview.account)) remark = armedText(preview.account.name, app.arming.state(accountId));
        continue;
      case 'act':
      case 'actWithoutEstimate':
        break;
    }
    const wait = { stopped: false };
    // Not waited for: what was confirmed is sent now.
    void app.talk.closePages();
    try {
      await commit(app, attended, preview, { wait, withoutEstimate: decision === 'actWithoutEstimate' }, carrying.settled);
      return 'ended';
    } catch (error) {
      if (!(error instanceof Refusal) || error.openWrite !== undefined || wait.stopped) {
        await explainFailure(app, error, place);
        return 'ended';
      }
      // Nothing was sent, most often because the figures had grown too old or something else moved them: read afresh, and let the person see and decide anew.
      remark = msg('{0}\nThe figures below have just been read afresh. Please look at them again.', error.sentence);
      refused = true;
    }
  }
}

function readAfresh(app: Acting, accountId: string, change: Change): Promise<Preview> {
  return app.talk.progress(flowOf(change).reading, (signal) => app.ledger.preview(accountId, change, signal));
}

/** Commits, and says the outcome. Rejects when nothing was sent. */
async function commit(
  app: Acting,
  attended: Attended,
  preview: Preview,
  { wait, withoutEstimate }: { readonly wait: { stopped: boolean }; readonly withoutEstimate: boolean },
  settled?: (outcome: WriteRecord) => void,
): Promise<void> {
  const { account, change } = preview;
  const leave = attended.attend(account.id, change);
  let last: WriteRecord | undefined;
  let outcome: WriteRecord;
  try {
    outcome = await app.talk.progress(flowOf(change).changing, (signal, say) => {
      signal.addEventListener('abort', () => {
        wait.stopped = true;
      });
      return app.ledger.commit(
        preview,
        (record) => {
          last = record;
          const text = progressText(record, venueName(app, account.venue));
          if (text === undefined) return;
          say(msg('{0}: {1}. Cancel only stops the waiting.', changeText(record, account.simulated), text));
        },
        { signal, withoutEstimate },
      );
    });
  } catch (error) {
    // A refusal is certain: nothing was sent.
    if (error instanceof Refusal || last === undefined || last.state === 'planned') throw error;
    // Something of ours failed after the send: what counts is what the journal says.
    app.log.error(error instanceof Error ? error : new Error(String(error)));
    outcome = last;
  } finally {
    leave();
  }
  // The views show it before the words say it; but the words do not wait for a venue that has become slow.
  const shown = readSince(app, account.id, outcome.updatedAt);
  await Promise.race([shown, app.clock.sleep(mostWaitForViewsMs)]);
  settled?.(outcome);
  await Promise.all([sayOutcome(app, outcome), shown]);
}

/** A refresh may join a reading that had begun before the change took effect; then one more is needed. */
async function readSince(app: Acting, accountId: string, since: number): Promise<void> {
  await app.poller.refresh(accountId);
  const asOf = app.store.get(accountId)?.snapshot?.asOf;
  if (asOf !== undefined && asOf < since) await app.poller.refresh(accountId);
}

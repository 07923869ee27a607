import { namedWithSide } from '../words/position.ts';
import { msg, type Message } from '../core/message.ts';
import type { Text } from '../words/text.ts';
import type { Acting } from './acting.ts';
import type { Change, MarginChange, RequestView } from '../exchanges/exchange.ts';
import { Refusal, type Preview, type WriteRecord } from '../engine/ledger/ledger.ts';
import type { UndoRefused } from '../engine/ledger/refusal.ts';
import { stakesOf } from '../engine/accounts/stakes.ts';
import { armWriting } from './arm.ts';
import { offerToAskAgain } from './ask-again.ts';
import { armedText } from '../words/arming.ts';
import type { Attended } from './open-change-news.ts';
import { walletOf } from '../exchanges/registry.ts';
import { flowOf, readingText } from './kinds.ts';
import { askWayOn, explainFailure, sayOutcome, venueName, isDemo } from './tell.ts';
import { placeOf } from '../views/place.ts';
import { changeTarget } from '../engine/ledger/write-states.ts';
import { targetKey } from '../core/model.ts';
import { progressText, changeText } from '../words/kinds.ts';
import { back, type Conversation } from './conversation.ts';
import { stakesLine, type PreviewText } from '../words/collateral-preview.ts';
import { confirmButtons, confirmNotes, type ConfirmButton, type ConfirmFacts, requestLines } from '../words/confirm.ts';
import { ageText } from '../words/time.ts';
import type { Less } from '../words/undo.ts';

const mostWaitForViewsMs = 3_000;

/** What the caller of a change provides. */
export interface Carrying {
  /** Called with the outcome just before it is shown, because the notice may stay for long. */
  readonly settled?: (outcome: WriteRecord) => void;
  /** Shown above the first preview. */
  readonly remark?: Text;
  /** The amount is fixed: there is no step to go back to. */
  readonly fixed?: boolean;
  /** Another coin can be chosen. */
  readonly coins?: boolean;
  /** It undoes an addition. */
  readonly undo?: Undoing;
  /** What else ends if this is refused: said with the reason, and then nothing is tried again. */
  readonly stops?: () => Text;
}

export interface Undoing {
  /** Id of the write that is undone. */
  readonly of: string;
  /** Called if a reading shows that this is no longer an undo: returns what to do instead, or undefined to stop. */
  readonly refused: (why: UndoRefused) => Promise<Less | undefined>;
}

/** `again`: back to the amount. `otherCoin`: back to the choice of coin. */
export type CarriedOut = 'again' | 'otherCoin' | 'ended';

/**
 * Previews a change, asks for confirmation, commits it, and tells the outcome. After looking at the request or arming there is a new
 * preview: the figures confirmed are never older than the question.
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
  asked: Change,
  carrying: Carrying = {},
): Promise<CarriedOut> {
  const place = placeOf(accountId, asked);
  let change = asked;
  let remark: Text | undefined = carrying.remark;
  let seen = false;
  let refused = false;
  for (;;) {
    let preview: Preview;
    try {
      preview = await readFresh(app, accountId, change, carrying.undo?.of);
    } catch (error) {
      if (carrying.undo !== undefined && error instanceof Refusal && error.undo !== undefined) {
        const instead = await carrying.undo.refused(error.undo);
        if (instead === undefined) return 'ended';
        change = instead.change;
        remark = refused ? msg('change.nothing-sent', 'Nothing was sent. {0}', instead.remark) : instead.remark;
        continue;
      }
      const on = await askWayOn(app, error, place, {
        ...(carrying.fixed === true ? {} : { retry: msg('button.change-amount', 'Change Amount…') }),
        coins: carrying.coins === true,
        refresh: carrying.stops === undefined,
        confirmed: refused,
        ...(carrying.stops === undefined ? {} : { stops: carrying.stops }),
      });
      if (carrying.stops !== undefined) return 'ended';
      if (on === 'refresh') continue;
      return on === 'retry' ? 'again' : on;
    }
    // After this reading the request may differ from the one shown.
    const rehearsed = seen && preview.requestShown === true;
    const decision = await confirm(app, preview, { remark, first: preview.firstChange === true, rehearsed });
    remark = undefined;
    refused = false;
    switch (decision) {
      case 'leave':
        return 'ended';
      case 'refresh':
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
        if (await armWriting(app, preview.account))
          remark = armedText(preview.account.name, app.arming.state(accountId), app.viewContext().when);
        continue;
      case 'act':
      case 'actWithoutEstimate':
        break;
    }
    const refusal = await committed(app, attended, preview, decision === 'actWithoutEstimate', carrying.settled);
    if (refusal === undefined) return 'ended';
    remark = msg('change.new-figures', '{0}\nThe figures below are new: check them again.', refusal.sentence);
    refused = true;
  }
}

function readFresh(app: Acting, accountId: string, change: Change, undoOf: string | undefined): Promise<Preview> {
  return app.talk.progress(readingText, (signal) => app.ledger.preview(accountId, change, { signal, undoOf }));
}

/**
 * Commits what was confirmed, and tells the outcome, or why nothing was sent.
 * @returns the refusal if a new preview helps: nothing was sent, usually because figures were too old or had moved
 */
async function committed(
  app: Acting,
  attended: Attended,
  preview: Preview,
  withoutEstimate: boolean,
  settled?: (outcome: WriteRecord) => void,
): Promise<Refusal | undefined> {
  const wait = { stopped: false };
  // Not awaited: the confirmed change is sent now.
  void app.talk.closePages();
  try {
    await commit(app, attended, preview, { wait, withoutEstimate }, settled);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal && error.openWrite === undefined && !wait.stopped) return error;
    await explainFailure(app, error, placeOf(preview.account.id, preview.change));
    return undefined;
  }
}

/** Commits, and tells the outcome. Rejects if nothing was sent. */
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
    outcome = await app.talk.progress(msg('change.carrying-out', 'Carrying out the change'), (signal, say) => {
      signal.addEventListener('abort', () => {
        wait.stopped = true;
      });
      return app.ledger.commit(
        preview,
        (record) => {
          last = record;
          if (record.state === 'unknown' && record.again === undefined) void offerToAskAgain(app, record);
          const text = progressText(record, venueName(app, account.venue));
          if (text === undefined) return;
          say(
            msg('change.cancel-only-stops', '{0}: {1}. Cancel stops waiting, not the change.', changeText(record, account.simulated), text),
          );
        },
        { signal, withoutEstimate },
      );
    });
  } catch (error) {
    // A refusal is certain proof that nothing was sent.
    if (error instanceof Refusal || last === undefined || last.state === 'planned') throw error;
    // An internal error after sending: the journal decides.
    app.log.error(error instanceof Error ? error : new Error(String(error)));
    outcome = last;
  } finally {
    leave();
  }
  // The views show it before the notice does, but the notice doesn't wait for a slow venue.
  const shown = readSince(app, account.id, outcome.updatedAt);
  await Promise.race([shown, app.clock.sleep(mostWaitForViewsMs)]);
  settled?.(outcome);
  await Promise.all([sayOutcome(app, outcome), shown]);
}

/** A refresh may join a reading that began before the change took effect; then one more is needed. */
async function readSince(app: Acting, accountId: string, since: number): Promise<void> {
  await app.poller.refresh(accountId);
  const asOf = app.store.get(accountId)?.snapshot?.asOf;
  if (asOf !== undefined && asOf < since) await app.poller.refresh(accountId);
}

/** The person's decision on a preview. */
export type Decision = ConfirmButton | 'leave';

/** What the dialog shows besides the preview. */
export interface Confirming {
  /** Shown above everything else. */
  readonly remark: Text | undefined;
  /** Nothing was ever sent from this account, and real money can move. */
  readonly first: boolean;
  /** The request of this exact change was shown. */
  readonly rehearsed: boolean;
}

/**
 * Shows the preview and asks. Live and simulated differ in the title, the line about money, the order of buttons and, unless there is
 * danger, the kind of dialog.
 */
export async function confirm(app: Acting, preview: Preview, { remark, first, rehearsed }: Confirming): Promise<Decision> {
  const { account, change } = preview;
  const text = textOf(app, preview);
  const facts: ConfirmFacts = {
    armed: app.arming.state(account.id).armed,
    first,
    rehearsed,
    doubt: flowOf(change).isDoubtful(preview),
    direction: change.direction,
    live: stakesOf(account) === 'live',
    // A note above, such as why nothing was sent, must be read first.
    calm: text.tone === 'calm' && remark === undefined,
  };
  const above = [...(remark === undefined ? [] : [remark]), ...confirmNotes(facts)];
  const detail = [...above.flatMap((note) => [note, '']), ...text.lines];
  const chosen = await app.talk.confirm({
    kind: account.simulated && text.tone !== 'alarming' ? 'info' : 'warning',
    title: text.title,
    detail,
    buttons: confirmButtons(facts).map((id) => ({ id, label: buttonLabel(id, text.act) })),
  });
  if (chosen === undefined) return 'leave';
  return chosen;
}

/** The preview as shown for confirmation. */
export function textOf(app: Acting, preview: Preview): PreviewText {
  const { account, change } = preview;
  const flow = flowOf(change);
  const venue = app.exchanges.find((exchange) => exchange.id === account.venue);
  const site = venue?.sites.find((one) => one.id === account.site);
  const around = {
    venueName: venue?.name ?? account.venue,
    siteLabel: site?.label ?? account.site,
    demo: isDemo(app, account),
    wallet: walletOf(account, change.kind),
    readAt: new Date(preview.readAt).toLocaleTimeString(app.language),
    age: ageText(preview.readAt, app.clock.now()),
    cross: (app.store.get(account.id)?.snapshot?.positions ?? []).filter(({ marginMode }) => marginMode === 'cross').map(namedWithSide),
  };
  return flow.text(preview, around);
}

function buttonLabel(button: ConfirmButton, act: Message): Message {
  switch (button) {
    case 'refresh':
      return msg('button.refresh', 'Refresh');
    case 'showRequest':
      return msg('button.show-request', 'Show Request');
    case 'arm':
      return msg('button.arm-account', 'Arm Account…');
    case 'act':
      return act;
    case 'actWithoutEstimate':
      return msg('change.without-estimate', '{0} Without Estimate', act);
  }
}

/**
 * Opens the exact request of a preview as a page to read and copy, and waits until the person goes back. Sends nothing. Rejects if there is
 * no such request.
 * @returns the request that was shown
 */
export async function showRequest(app: Acting, preview: Preview): Promise<RequestView> {
  const { account, change } = preview;
  const request = await app.ledger.rehearse(preview);
  const { title } = textOf(app, preview);
  const stakes = stakesLine(account.simulated, isDemo(app, account));
  const text = `${requestLines(request, { title, accountName: account.name, stakes })
    .map((line) => app.talk.localize(line))
    .join('\n')}\n`;
  await app.talk.show({ title: msg('change.request-not-sent', 'Request, not sent'), text });
  app.log.info(`request shown, nothing sent: ${change.direction} ${change.amount} ${change.coin}, ${targetKey(changeTarget(change))}`);
  await waitBeside(app.talk, title, text);
  return request;
}

/** A list, because a dialog would cover the page. Escape goes back too, because nothing was decided. */
async function waitBeside(talk: Conversation, title: Text, text: string): Promise<void> {
  let copied = false;
  for (;;) {
    const chosen = await talk.pick({
      title,
      placeholder: copied
        ? msg('change.copied-nothing-sent', 'Copied. Nothing was sent.')
        : msg('change.request-nothing-sent', 'Request only. Nothing was sent.'),
      items: [
        { label: msg('button.back-to-preview', 'Back to Preview'), value: 'back' },
        { label: msg('button.copy-request', 'Copy Request'), value: 'copy' },
      ],
      canGoBack: false,
    });
    if (chosen === back || chosen !== 'copy') return;
    await talk.copy(text);
    copied = true;
  }
}

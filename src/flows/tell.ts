import { msg, type Message } from '../core/message.ts';
import { ExchangeError } from '../core/errors.ts';
import { Refusal, type WriteRecord } from '../engine/ledger/ledger.ts';
import { reverseOf } from '../engine/ledger/undo.ts';
import { StateTrouble } from '../engine/storage/shared-state.ts';
import { placeOf, type Place } from '../views/place.ts';
import type { Acting } from './acting.ts';
import { failureButtons, type FailureButton, outcomeButtons, outcomeText, type OutcomeButton } from '../words/outcome.ts';
import { remediesOf, type Obstacle, type Remedy } from './choose.ts';
import { flowOf } from './kinds.ts';
import type { Account } from '../core/model.ts';
import { stakesMark } from '../words/collateral-preview.ts';
import { bracketed, labelled, spaced, type Text } from '../words/text.ts';

/** The venue's name for sentences. */
export function venueName(app: Acting, venueId: string): string {
  return app.exchanges.find((exchange) => exchange.id === venueId)?.name ?? venueId;
}

/**
 * Tells the outcome of a change, as prominently as needed, with a way to find out more.
 * @param isNews false for one found at startup and told before: then an alarm is no dialog
 */
export async function sayOutcome(app: Acting, record: WriteRecord, isNews = true): Promise<void> {
  const simulated = app.book.get(record.accountId)?.simulated ?? false;
  const priceCoin = flowOf(record.change).priceCoin(record.change, app.store.get(record.accountId)?.snapshot);
  const outcome = outcomeText(record, venueName(app, record.venue), simulated, priceCoin);
  const sentence = outcome.sentence;
  const undoable = reverseOf(record, app.clock.now()) !== undefined;
  const buttons = outcomeButtons(outcome, record, undoable).map((id) => ({ id, label: buttonLabel(id) }));
  const chosen =
    outcome.loudness === 'alarm' && isNews
      ? await app.talk.confirm({
          kind: 'error',
          title: sentence,
          detail: [msg('outcome.look-there', 'Check the exchange before you change anything.')],
          buttons,
        })
      : await app.talk.tell({ kind: outcome.loudness === 'alarm' ? 'error' : outcome.loudness, sentence, buttons });
  if (chosen !== undefined) await follow(app, chosen, record);
}

async function follow(app: Acting, button: OutcomeButton, record: WriteRecord): Promise<void> {
  const { change, accountId, id } = record;
  const place = placeOf(accountId, change);
  switch (button) {
    case 'openGauges':
      return app.talk.run('openGauges');
    case 'undo':
      return app.talk.run('undoAdd', { ...place, writeId: id });
    case 'resolve':
      return app.talk.run('resolveWrite', place);
    case 'otherCoin':
    case 'otherAmount':
      return app.talk.run(flowOf(change).commands[change.direction], place);
    case 'addMargin':
      return app.talk.run('addMargin', place);
    case 'showLog':
      app.talk.openLog();
  }
}

function buttonLabel(button: OutcomeButton): Message {
  switch (button) {
    case 'openGauges':
      return msg('button.open-gauges', 'Open Gauges');
    case 'undo':
      return msg('button.undo', 'Undo…');
    case 'resolve':
      return msg('gauge.resolve-unfinished-change', 'Resolve Unfinished Change…');
    case 'otherCoin':
      return msg('button.choose-another-coin', 'Choose Another Coin…');
    case 'otherAmount':
      return msg('button.change-amount', 'Change Amount…');
    case 'addMargin':
      return msg('term.add-margin', 'Add Margin…');
    case 'showLog':
      return msg('button.show-log', 'Show Log');
  }
}

/** Tells why nothing can be done, with a button for each remedy. @returns whether to try again */
export async function explainObstacle(app: Pick<Acting, 'talk'>, obstacle: Obstacle, place: Place | undefined): Promise<boolean> {
  const buttons = obstacle.remedies.map((id) => ({ id, label: remedyLabel(id) }));
  const chosen = await app.talk.tell({ kind: 'warning', sentence: obstacle.sentence, buttons });
  if (chosen === 'tryAgain') return true;
  if (chosen === 'reloadWindow') await app.talk.reloadWindow();
  else if (chosen !== undefined) await app.talk.run(chosen, place);
  return false;
}

/** What the caller can continue with after a failure. */
export interface WaysOn {
  /** Label of a button that lets the person try again. */
  readonly retry?: Message;
  /** Another coin can be chosen. */
  readonly coins?: boolean;
  readonly refresh?: boolean;
  /** The person had confirmed it, and may think it was sent. */
  readonly confirmed?: boolean;
  /** What else it ends. */
  readonly stops?: () => Text;
}

/** The person's choice; everything else is handled here. */
export type WayOn = 'retry' | 'otherCoin' | 'refresh' | 'ended';

/**
 * Tells what went wrong before anything was sent. Errors that aren't ours go to the log only.
 * @param retry label of a button to try again
 * @returns whether the person chose it
 */
export async function explainFailure(app: Acting, error: unknown, place: Place, retry?: Message): Promise<boolean> {
  return (await askWayOn(app, error, place, retry === undefined ? {} : { retry })) === 'retry';
}

/** The same, with every remedy that the failure names and the caller supports. */
export async function askWayOn(app: Acting, error: unknown, place: Place, ways: WaysOn): Promise<WayOn> {
  if (ExchangeError.is(error, 'aborted')) return 'ended';
  const text = failureText(app, error);
  const buttons = failureButtons({
    unfinished: error instanceof Refusal && error.openWrite !== undefined,
    remedy: error instanceof Refusal ? error.remedy : undefined,
    instead: error instanceof Refusal || ExchangeError.is(error) ? error.instead : undefined,
    window: ExchangeError.is(error) ? remediesOf(error, app.keepsOwnKeys) : [],
    unread: ExchangeError.is(error),
    canRetry: ways.retry !== undefined,
    hasCoins: ways.coins === true,
    hasMargin: place.on?.kind === 'position',
    canRefresh: ways.refresh === true,
  }).map((id) => ({ id, label: failureLabel(id, ways.retry ?? msg('button.try-again', 'Try Again')) }));
  const why = ways.confirmed === true ? msg('change.nothing-sent', 'Nothing was sent. {0}', text) : text;
  const sentence = ways.stops === undefined ? why : spaced(why, ways.stops());
  const chosen = await app.talk.tell({ kind: 'error', sentence, buttons });
  return chosen === undefined ? 'ended' : followFailure(app, chosen, place);
}

async function followFailure(app: Acting, button: FailureButton, place: Place): Promise<WayOn> {
  switch (button) {
    case 'retry':
    case 'otherCoin':
    case 'refresh':
      return button;
    case 'tryAgain':
      return 'refresh';
    case 'reloadWindow':
      await app.talk.reloadWindow();
      break;
    case 'updateKeys':
      await app.talk.run('updateKeys', { accountId: place.accountId });
      break;
    case 'resolve':
      await app.talk.run('resolveWrite', place);
      break;
    case 'arm':
      await app.talk.run('armWriting', { accountId: place.accountId });
      break;
    case 'addMargin':
      await app.talk.run('addMargin', place);
      break;
    case 'settings':
      await app.talk.openLimits();
      break;
    case 'showLog':
      app.talk.openLog();
      break;
  }
  return 'ended';
}

function failureText(app: Acting, error: unknown): Message {
  if (error instanceof Refusal || error instanceof StateTrouble || ExchangeError.is(error)) return error.sentence;
  app.log.error(error instanceof Error ? error : new Error(String(error)));
  return msg('tell.something-went-wrong', 'Something went wrong. Nothing was sent. See the log.');
}

function failureLabel(button: FailureButton, retry: Message): Message {
  switch (button) {
    case 'retry':
      return retry;
    case 'otherCoin':
      return msg('button.choose-another-coin', 'Choose Another Coin…');
    case 'refresh':
      return msg('button.refresh', 'Refresh');
    case 'resolve':
      return remedyLabel('resolveWrite');
    case 'tryAgain':
    case 'reloadWindow':
    case 'updateKeys':
      return remedyLabel(button);
    case 'arm':
      return msg('button.arm-account', 'Arm Account…');
    case 'addMargin':
      return msg('term.add-margin', 'Add Margin…');
    case 'settings':
      return msg('button.open-settings', 'Open Settings');
    case 'showLog':
      return msg('button.show-log', 'Show Log');
  }
}

function remedyLabel(remedy: Remedy): Message {
  switch (remedy) {
    case 'addAccount':
      return msg('term.add-account', 'Add Account…');
    case 'trySimulated':
      return msg('gauges.try-simulated-exchange', 'Try the Simulated Exchange');
    case 'reloadWindow':
      return msg('button.reload-window', 'Reload Window');
    case 'updateKeys':
      return msg('button.update-keys', 'Update Keys…');
    case 'resolveWrite':
      return msg('gauge.resolve-unfinished-change', 'Resolve Unfinished Change…');
    case 'tryAgain':
      return msg('button.try-again', 'Try Again');
    case 'addMargin':
      return msg('term.add-margin', 'Add Margin…');
    case 'bringLiquidationToTarget':
      return msg('button.bring-liquidation-price-target', 'Move Liquidation Price to Target…');
  }
}

/** Whether no real money is at stake, and why, for titles. */
export function markOf(app: Pick<Acting, 'exchanges'>, account: Account): Message {
  return stakesMark(account.simulated, isDemo(app, account));
}

/** The title of a question about an account: `SIMULATED: Add BTC to loan 12345 (Main)`. */
export function titleOn(app: Pick<Acting, 'exchanges'>, account: Account, what: Text): Message {
  return bracketed(labelled(markOf(app, account), what), account.name);
}

/** Whether the account is on the venue's own demo trading. */
export function isDemo(app: Pick<Acting, 'exchanges'>, account: Account): boolean {
  const venue = app.exchanges.find((exchange) => exchange.id === account.venue);
  return venue?.sites.find((site) => site.id === account.site)?.demo ?? false;
}

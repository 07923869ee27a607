import { msg } from '../core/message.ts';
import {
  isAcknowledged,
  levelOfAlarm,
  type KnownWarning,
  type Notice,
  type Warning,
  type WarningKey,
} from '../engine/storage/warning-protocol.ts';
import { rescueOf } from '../engine/rescue.ts';
import { readWarningTarget, type Told } from '../engine/watch/warnings.ts';
import { asPlace, type Place } from '../views/place.ts';
import { levelWord } from '../words/level.ts';
import { dotted, labelled } from '../words/text.ts';
import { alertsOf } from '../words/outlet.ts';
import { titleOf, warningName, warningSentence, worstFirst } from '../words/warning.ts';
import { handledText } from '../words/warning-mark.ts';
import type { Acting } from './acting.ts';
import { back, type Button, type Item } from './conversation.ts';

const hourMs = 60 * 60_000;
/** A notice shown within this time needs no time of its own. Milliseconds. */
const soonMs = 60_000;

type WarningButton =
  | 'bringLtvToTarget'
  | 'bringLiquidationToTarget'
  | 'openRescue'
  | 'openGauges'
  | 'updateKeys'
  | 'snooze'
  | 'manageOutlets';

/** All that is told at one moment, in one message. */
export function composeWarning(app: Acting, told: readonly Told[]): Pick<Notice, 'sentence' | 'about' | 'outside'> {
  const [states, viewContext] = [app.store.all(), app.viewContext()];
  const sorted = worstFirst(told, states, viewContext);
  // Events that are over can be neither acknowledged nor snoozed.
  const about = sorted
    .filter(({ says }) => says !== 'gone' && says !== 'event')
    .map(({ account, target, level }) => ({ account, target, level }));
  const outside = {
    sentence: warningSentence(sorted, states, { ...viewContext, hidesAmounts: true }),
    alerts: alertsOf(sorted, states, viewContext),
  };
  return { sentence: warningSentence(sorted, states, viewContext), about, outside };
}

const kinds = { danger: 'error', warn: 'warning', note: 'info' } as const;

/**
 * Shows a notice with its buttons. Pressing one acknowledges what it leads to; closing or ignoring the notice acknowledges nothing. A
 * notice that waited for a window shows its time, because its figures are from then.
 * @param composedAt milliseconds since the Unix epoch
 */
export async function tellWarning(app: Acting, { level, sentence, about, outlet }: Notice, composedAt = app.clock.now()): Promise<void> {
  const [worst] = about;
  const place = worst === undefined ? undefined : placeOf(worst);
  const buttons = outlet !== undefined ? [manageOutlets] : level === 'note' ? [] : buttonsFor(app, about, place);
  const isLate = app.clock.now() - composedAt > soonMs;
  const shown = isLate ? labelled(app.viewContext().when(composedAt), sentence) : sentence;
  const pressed = await app.talk.tell({ kind: kinds[level], sentence: shown, buttons });
  if (pressed === undefined) return;
  if (pressed === 'snooze') return app.warnings.snooze(about, app.clock.now() + hourMs);
  // Opening one loan doesn't acknowledge the others.
  await app.warnings.acknowledge(pressed === 'openGauges' ? about : about.slice(0, 1));
  await app.talk.run(pressed, place);
}

const manageOutlets: Button<WarningButton> = { id: 'manageOutlets', label: msg('button.manage-outlets', 'Manage Warning Outlets…') };

function placeOf({ account: accountId, target }: WarningKey): Place {
  const { on } = readWarningTarget(target);
  return on === undefined ? { accountId } : { accountId, on };
}

function buttonsFor(app: Acting, about: readonly WarningKey[], place: Place | undefined): readonly Button<WarningButton>[] {
  const isOfKey = about[0] !== undefined && readWarningTarget(about[0].target).facet === 'key';
  return [
    ...(isOfKey
      ? [{ id: 'updateKeys' as const, label: msg('button.update-keys', 'Update Keys…') }]
      : (rescueButton(app, place) ?? targetButton(app, place))),
    { id: 'openGauges', label: msg('button.open-gauges', 'Open Gauges') },
    ...(about.length === 0 ? [] : [{ id: 'snooze' as const, label: msg('warning.snooze-hour', 'Snooze 1 h') }]),
  ];
}

/** What the person prepared, instead of what could be computed. */
function rescueButton({ store }: Acting, place: Place | undefined): readonly Button<'openRescue'>[] | undefined {
  const account = place && store.get(place.accountId)?.account;
  const isPrepared = account !== undefined && place?.on !== undefined && rescueOf(account, place.on) !== undefined;
  return isPrepared ? [{ id: 'openRescue', label: msg('button.open-rescue', 'Open Prepared Rescue…') }] : undefined;
}

/** Only if it still exists and can be changed. */
export function targetButton(
  { store }: Acting,
  place: Place | undefined,
): readonly Button<'bringLtvToTarget' | 'bringLiquidationToTarget'>[] {
  const { loans = [], positions = [] } = (place === undefined ? undefined : store.get(place.accountId)?.snapshot) ?? {};
  const on = place?.on;
  if (on?.kind === 'loan' && loans.some(({ id }) => id === on.id)) {
    return [{ id: 'bringLtvToTarget', label: msg('button.bring-ltv-target-more', 'Bring LTV to Target…') }];
  }
  const found = positions.find(({ positionId }) => on?.kind === 'position' && positionId === on.id);
  if (found?.marginMode !== 'isolated' || found.fixedMargin !== undefined) return [];
  return [{ id: 'bringLiquidationToTarget', label: msg('button.bring-liquidation-price-target', 'Move Liquidation Price to Target…') }];
}

/** The warning of a row in the Warnings view, otherwise all active ones, in all windows. */
function warningsAt({ warnings }: Acting, argument: unknown): readonly Warning[] {
  const place = asPlace(argument);
  const rows = warnings.all();
  return place?.warning === undefined
    ? rows
    : rows.filter(({ account, target }) => account === place.accountId && target === place.warning);
}

export async function acknowledgeWarnings(app: Acting, argument?: unknown): Promise<void> {
  const standing = warningsAt(app, argument).filter((row) => !isAcknowledged(row));
  await app.warnings.acknowledge(standing);
  const sentence =
    standing.length === 0
      ? msg('warning.none', 'No warnings now.')
      : msg('warning.acknowledged-count', 'Warnings acknowledged: {0}. A worse level notifies again.', standing.length.toString());
  void app.talk.tell({ kind: 'info', sentence });
}

/** Asks which warning to snooze, and for how long. */
export async function snoozeWarnings(app: Acting, argument?: unknown): Promise<void> {
  const rows = warningsAt(app, argument);
  if (rows.length === 0) {
    void app.talk.tell({ kind: 'info', sentence: msg('warning.none', 'No warnings now.') });
    return;
  }
  const which = asPlace(argument)?.warning === undefined ? await askWhich(app, rows) : rows;
  if (which === undefined || which === back) return;
  const until = await askUntil(app);
  if (until === undefined || until === back) return;
  await app.warnings.snooze(which, until);
  const sentence = msg('warning.snoozed', 'Snoozed until {0}. A worse level still notifies at once.', app.viewContext().when(until));
  void app.talk.tell({ kind: 'info', sentence });
}

async function askWhich(app: Acting, rows: readonly Warning[]): ReturnType<typeof app.talk.pick<readonly KnownWarning[]>> {
  const { now, when } = app.viewContext();
  const items = rows.map((row): Item<readonly KnownWarning[]> => {
    const handled = handledText([row], now, when);
    const word = levelWord(levelOfAlarm(row.level));
    return {
      label: warningName(row, app.store.all(), titleOf),
      description: handled === undefined ? word : dotted(word, handled),
      value: [row],
    };
  });
  const all: Item<readonly KnownWarning[]> = { label: msg('warning.all', 'All warnings'), value: rows };
  return app.talk.pick({
    placeholder: msg('warning.which', 'Which warning?'),
    items: rows.length === 1 ? items : [...items, all],
    canGoBack: false,
  });
}

function askUntil(app: Acting): ReturnType<typeof app.talk.pick<number>> {
  const now = app.clock.now();
  const tomorrow = new Date(now);
  tomorrow.setDate(tomorrow.getDate() + 1);
  tomorrow.setHours(8, 0, 0, 0);
  return app.talk.pick({
    placeholder: msg('warning.how-long', 'For how long?'),
    items: [
      { label: msg('warning.one-hour', '1 hour'), value: now + hourMs },
      { label: msg('warning.until-tomorrow', 'Until tomorrow, 8:00'), value: tomorrow.getTime() },
    ],
    canGoBack: false,
  });
}

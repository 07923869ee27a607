import { compare, decimal, divide, multiply, negate, one, subtract, type Decimal } from '../core/decimal.ts';
import { msg } from '../core/message.ts';
import type { Account, Target } from '../core/model.ts';
import { isAlarm } from '../core/risk/level.ts';
import { loanDistance } from '../core/risk/loan-model.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { warningTarget } from '../engine/watch/warnings.ts';
import type { Place } from '../views/place.ts';
import { modelOfView } from '../words/loan-estimates.ts';
import { loanViews } from '../words/loan.ts';
import { warningSentence } from '../words/warning.ts';
import type { Acting } from './acting.ts';
import { targetButton } from './warnings.ts';

/** A price fall that brings a simulated loan close to its margin call. */
interface Rehearsal {
  readonly account: Account;
  readonly on: Target;
  readonly coin: string;
  /** Fraction. */
  readonly fall: Decimal;
}

/** The share of the way to its margin call that the loan is moved. */
const almost = decimal('0.98');
const patienceMs = 60_000;
const percentPlaces = 8;
const hundred = decimal('100');

/**
 * Shows what Danger looks like, with the simulated exchange if there is one. Acknowledges nothing. The built-in exchange can really move a
 * price, so that the whole path of a warning is tested.
 */
export async function testWarnings(app: Acting): Promise<void> {
  if (app.ownSettings.read('warnings.sound') === true) app.alarm.tell(undefined);
  const states = app.store.all();
  const rehearsal = rehearsalOf(app);
  const state = states.find(({ account, snapshot }) =>
    rehearsal === undefined ? account.simulated && firstOf(snapshot) !== undefined : account.id === rehearsal.account.id,
  );
  const on = rehearsal?.on ?? firstOf(state?.snapshot);
  if (state === undefined || on === undefined) {
    const sentence = msg('warning.test-only', 'TEST: a danger warning looks like this. Nothing is wrong.');
    await app.talk.tell({ kind: 'error', sentence });
    return;
  }
  const key = { account: state.account.id, target: warningTarget('level', on) };
  const shown = warningSentence([{ ...key, says: 'alarm', level: 'danger', since: app.clock.now() }], states, app.viewContext());
  const place: Place = { accountId: state.account.id, on };
  const pressed = await app.talk.tell({
    kind: 'error',
    sentence: msg('warning.test', 'TEST, not a real warning. {0}', shown),
    buttons: [
      ...(rehearsal === undefined ? [] : [{ id: 'rehearse' as const, label: msg('button.move-simulated-price', 'Move Simulated Price') }]),
      ...targetButton(app, place),
      { id: 'openGauges', label: msg('button.open-gauges', 'Open Gauges') },
    ],
  });
  if (pressed === 'rehearse') {
    if (rehearsal !== undefined) await rehearse(app, rehearsal);
  } else if (pressed !== undefined) await app.talk.run(pressed, place);
}

function firstOf(snapshot: AccountState['snapshot']): Target | undefined {
  const [loan] = snapshot?.loans ?? [];
  const [position] = snapshot?.positions ?? [];
  if (loan !== undefined) return { kind: 'loan', id: loan.id };
  return position && { kind: 'position', id: position.positionId };
}

/** A loan at the built-in exchange that doesn't alarm yet. */
function rehearsalOf({ simulated, store, viewContext }: Acting): Rehearsal | undefined {
  const account = simulated.account();
  const state = account && store.get(account.id);
  if (account === undefined || state === undefined) return undefined;
  const { now, intervalMs } = viewContext();
  for (const view of loanViews(state, now, intervalMs)) {
    const model = isAlarm(view.level) ? 'stale' : modelOfView(view);
    if (typeof model === 'string' || view.loan.marginCall === undefined) continue;
    const falls = [...loanDistance(model, view.loan.marginCall.ltv).fallOf].sort(([, a], [, b]) => compare(a.fall, b.fall));
    const [nearest] = falls;
    if (nearest !== undefined) {
      const [coin, { fall }] = nearest;
      return { account, on: { kind: 'loan', id: view.loan.id }, coin, fall: multiply(fall, almost) };
    }
  }
  return undefined;
}

async function rehearse(app: Acting, { account, on, coin, fall }: Rehearsal): Promise<void> {
  const { simulated, poller, talk, clock } = app;
  const percent = (part: Decimal): Decimal => divide(multiply(part, hundred), one, percentPlaces, 'half-up');
  const target = warningTarget('level', on);
  const isTold = (): boolean =>
    app.warnings.all().some((row) => row.account === account.id && row.target === target && row.level !== 'warn' && row.told !== undefined);
  const from = clock.now();
  const move = async (by: Decimal): Promise<void> => {
    await simulated.movePrice(account, coin, by);
    await poller.refresh(account.id);
  };
  const seen = await talk.progress(msg('warning.rehearsing', 'SIMULATED: the {0} price falls…', coin), async (signal) => {
    await move(negate(percent(fall)));
    try {
      while (!isTold() && !signal.aborted && clock.now() - from < patienceMs) await clock.sleep(1_000, signal).catch(() => undefined);
      return isTold() ? 'told' : signal.aborted ? 'stopped' : 'untold';
    } finally {
      await move(percent(divide(fall, subtract(one, fall), percentPlaces, 'half-up')));
    }
  });
  const seconds = Math.round((clock.now() - from) / 1_000).toString();
  if (seen === 'stopped') return;
  void talk.tell(
    seen === 'told'
      ? {
          kind: 'info',
          sentence: msg(
            'warning.rehearsed',
            'SIMULATED: the warning came. The {0} price is back; the warning ends after ten calm minutes.',
            coin,
          ),
        }
      : {
          kind: 'warning',
          sentence: msg(
            'warning.rehearsed-not',
            'SIMULATED: no warning within {0} s. Check the warning settings. The {1} price is back.',
            seconds,
            coin,
          ),
        },
  );
}

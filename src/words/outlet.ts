import { msg, type Message } from '../core/message.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { kinds } from '../engine/outlets/kinds.ts';
import type { Outlet, OutletSettings } from '../engine/storage/outlet-protocol.ts';
import type { OutsideAlert } from '../engine/storage/warning-protocol.ts';
import type { Told } from '../engine/watch/warnings.ts';
import type { ViewContext } from './account.ts';
import { bracketed, labelled, type Text } from './text.ts';
import { ageText } from './time.ts';
import { viewsOf } from './warning.ts';

/** Warnings in machine-readable form. */
export function alertsOf(told: readonly Told[], states: readonly AccountState[], viewContext: ViewContext): readonly OutsideAlert[] {
  return told.map((one) => {
    const { account: id, target, level, says, since } = one;
    const state = states.find(({ account }) => account.id === id);
    const { name = id, venue = '', simulated = false } = state?.account ?? {};
    const what = { venue, account: name, simulated, target, level, state: says, since: new Date(since).toISOString() };
    if (state === undefined) return what;
    const { loan, position } = viewsOf(one, state, viewContext);
    const view = loan ?? position;
    if (view === undefined) return what;
    const ltv = loan?.since?.figures.ltv ?? loan?.loan.ltv;
    const distance =
      loan === undefined ? (position?.since?.figures.distance ?? position?.distance) : (loan.since?.figures.toMarginCall ?? loan.distance);
    return {
      ...what,
      figures: view.since !== undefined ? 'estimate' : view.current ? 'current' : 'lastKnown',
      ...(ltv === undefined ? {} : { ltv }),
      ...(distance === undefined ? {} : { distance }),
    };
  });
}

/** `ntfy (ntfy.sh)` */
export const outletName = ({ kind, host }: Pick<OutletSettings, 'kind' | 'host'>): Message => bracketed(kinds[kind].label, host);

/** Whether it's on, and what was last sent; trouble first. */
export function outletStanding({ enabled, dead, success, failure }: Outlet, now: number): readonly Text[] {
  const isFailing = failure !== undefined && failure.at >= (success ?? 0);
  const arrived =
    success === undefined ? msg('outlet.never', 'nothing sent yet') : msg('outlet.last', 'last sent {0}', ageText(success, now));
  if (!enabled) return [msg('outlet.off', 'off'), arrived];
  return [...(dead || isFailing ? [msg('outlet.failing', 'failing')] : []), arrived];
}

/** Why the last one failed, with its age. */
export const outletTrouble = ({ failure }: Outlet, now: number): Message | undefined =>
  failure && labelled(msg('outlet.failed', 'Failed {0}', ageText(failure.at, now)), failure.reason);

/** What it gets. */
export function outletShare({ kind, least, amounts }: Pick<OutletSettings, 'kind' | 'least' | 'amounts'>): readonly Message[] {
  return kind === 'ping' ? [kinds.ping.detail] : [leastText(least), amountsText(amounts)];
}

export function leastText(least: OutletSettings['least']): Message {
  switch (least) {
    case 'danger':
      return msg('outlet.danger', 'Danger only');
    case 'warn':
      return msg('outlet.warn', 'Danger and Warning');
    case 'note':
      return msg('outlet.note', 'Danger, Warning and recovery');
  }
}

export const amountsText = (amounts: boolean): Message =>
  amounts ? msg('outlet.with-amounts', 'Amounts of coins too') : msg('outlet.percent', 'Percent and prices only');

import { msg, type Message } from '../core/message.ts';
import type { StressedLoan, StressedPosition } from '../core/stress.ts';
import type { AccountState } from '../monitor/store.ts';
import { loanKey, moneyMark, positionKey } from './gauge-frame.ts';
import { venueName, type Scene } from './presentation/condition.ts';
import { modelOfView, type NoEstimate } from './presentation/loan-estimates.ts';
import { loanName, loanViews, type LoanView } from './presentation/loan-words.ts';
import type { Text } from './presentation/outline.ts';
import { positionViews, sideWord, type PositionView } from './presentation/position-words.ts';

interface Named {
  readonly title: Message;
  /** Within a sentence. */
  readonly name: Message;
  /** Venue and account. */
  readonly place: string;
}

/** A loan or position that can be computed. */
export type Member = Named &
  (
    | { readonly kind: 'loan'; readonly view: LoanView; readonly stressed: StressedLoan; readonly averaged: boolean }
    | { readonly kind: 'position'; readonly view: PositionView; readonly stressed: StressedPosition }
  );

/** What cannot be computed, and why. */
export interface LeftOut {
  readonly what: Text;
  readonly reason: Message;
}

/** All that is about one kind of money: real and simulated are never reckoned together. */
export interface Exposure {
  /** Absent for real money. */
  readonly mark?: Message;
  readonly members: readonly Member[];
  readonly leftOut: readonly LeftOut[];
}

/** Everything that prices can harm, real money first. In the order of the gauges. */
export function exposures(accounts: readonly AccountState[], scene: Scene): readonly Exposure[] {
  const byMark = new Map<string, AccountState[]>();
  for (const state of accounts) {
    const kind = moneyMark(state, scene)?.template ?? '';
    byMark.set(kind, [...(byMark.get(kind) ?? []), state]);
  }
  return [...byMark.entries()]
    .sort(([a], [b]) => Number(a !== '') - Number(b !== ''))
    .map(([, states]) => {
      const mark = states[0] === undefined ? undefined : moneyMark(states[0], scene);
      const found = states.flatMap((state) => foundIn(state, scene, states.length > 1));
      return {
        ...(mark === undefined ? {} : { mark }),
        members: found.filter((one) => 'stressed' in one),
        leftOut: found.filter((one) => 'reason' in one),
      };
    })
    .filter(({ members, leftOut }) => members.length > 0 || leftOut.length > 0);
}

function foundIn(state: AccountState, scene: Scene, several: boolean): readonly (Member | LeftOut)[] {
  const place = `${venueName(state, scene)} · ${state.account.name}`;
  const named = (title: Message, name: Message): Named => ({ title, name: several ? msg('{0} ({1})', name, place) : name, place });
  const { snapshot } = state;
  const incomplete = snapshot?.loansTrouble !== undefined || snapshot?.positionsTrouble !== undefined;
  return [
    ...loanViews(state, scene.now, scene.intervalMs).map((view) => {
      const id = loanName(view.loan);
      return loanIn(view, named(msg('Loan {0}', id), msg('loan {0}', id)));
    }),
    ...positionViews(state, scene.now, scene.intervalMs).map((view) => {
      const title = msg('{0} {1}', view.position.instrument, sideWord(view.position));
      return positionIn(view, named(title, title));
    }),
    ...(snapshot === undefined ? [{ what: place, reason: msg('not read yet') }] : []),
    ...(incomplete ? [{ what: place, reason: msg('not read in full') }] : []),
  ];
}

function loanIn(view: LoanView, named: Named): Member | LeftOut {
  const { state, loan } = view;
  const model = modelOfView(view);
  if (typeof model === 'string') return { what: named.name, reason: loanReason(model) };
  const stressed: StressedLoan = {
    key: loanKey(state.account.id, loan.id),
    model,
    ...(loan.marginCall === undefined ? {} : { marginCall: loan.marginCall.ltv }),
    ...(loan.liquidation === undefined ? {} : { liquidation: loan.liquidation.ltv }),
  };
  return { ...named, kind: 'loan', view, stressed, averaged: model.haircuts === 'averaged' };
}

function positionIn(view: PositionView, named: Named): Member | LeftOut {
  const { state, position } = view;
  const out = (reason: Message): LeftOut => ({ what: named.name, reason });
  if (position.marginMode !== 'isolated') return out(msg('cross margin: liquidated with the rest of its account'));
  if (!view.vouched) return out(loanReason('stale'));
  if (view.liquidation.kind === 'unreachable') return out(msg('no price liquidates it'));
  if (view.distance === undefined) return out(msg('liquidation price or mark price unknown'));
  if (position.baseCoin === undefined || position.contract === 'other') return out(msg('not known what moves its price'));
  return {
    ...named,
    kind: 'position',
    view,
    stressed: { key: positionKey(state.account.id, position.positionId), position, coin: position.baseCoin },
  };
}

function loanReason(why: NoEstimate): Message {
  switch (why) {
    case 'stale':
      return msg('figures not current');
    case 'definitions':
      return msg('definitions differ');
    case 'price':
      return msg('a price is unknown');
    case 'ltv':
      return msg('LTV unknown');
  }
}

import { msg, type Message } from '../core/message.ts';
import type { GaugeView, PageState } from '../core/protocol.ts';
import { gapsOf, type AccountState } from '../engine/monitor/store.ts';
import { isSame, loanAt, positionAt, type Place, type PlaceOn } from './place.ts';
import { loanKey, moneyMark, positionKey, type Say } from './gauge-frame.ts';
import { loanGauge } from './loan-gauge.ts';
import { positionGauge } from './position-gauge.ts';
import { venueName, type ViewContext } from '../words/account.ts';
import { loanViews } from '../words/loan.ts';
import { positionViews } from '../words/position.ts';
import { labelled } from '../words/text.ts';
import { vanishedSentence } from '../words/vanished.ts';
import { stressView } from './stress.ts';

/** What the page shows, and which loan or position each of its gauges stands for. */
export interface GaugePage {
  readonly state: PageState;
  readonly places: ReadonlyMap<string, PlaceOn>;
  /** There are gauges, and none of them is about real money. */
  readonly simulatedOnly: boolean;
}

interface Drawn {
  readonly state: AccountState;
  readonly place: PlaceOn;
  readonly gauge: GaugeView;
}

/** The whole page as a function of the store. Gauges keep the order of accounts, loans and positions: buttons must not jump. */
export function gaugePage(accounts: readonly AccountState[], viewContext: ViewContext, say: Say): GaugePage {
  const drawn = accounts.flatMap((state) => gaugesOf(state, viewContext, say));
  const stress = drawn.length === 0 ? undefined : stressView(accounts, viewContext, say);
  return {
    state: {
      heading: say(msg('term.ltv-gauges', 'LTV Gauges')),
      silent: {
        notice: say(msg('gauges.silent', "Figures out of date: LTV Gauge isn't responding. Reload the window.")),
        age: say(msg('gauges.not-current', 'Out of date')),
      },
      gauges: drawn.map(({ gauge }) => gauge),
      ...(stress === undefined ? {} : { stress }),
      notices: accounts.flatMap((state) => notices(state, drawn, viewContext, say)),
      emptyText: say(emptyText(accounts)),
      emptyActions:
        accounts.length > 0
          ? []
          : [
              { id: 'addAccount', label: say(msg('term.add-account', 'Add Account…')) },
              { id: 'trySimulated', label: say(msg('gauges.try-simulated-exchange', 'Try the Simulated Exchange')) },
            ],
    },
    places: new Map(drawn.map(({ gauge, place }) => [gauge.key, place])),
    simulatedOnly: drawn.length > 0 && drawn.every(({ state }) => moneyMark(state, viewContext) !== undefined),
  };
}

/** Loans, then positions. A position with cross margin has no gauge: it isn't liquidated alone. */
function gaugesOf(state: AccountState, viewContext: ViewContext, say: Say): readonly Drawn[] {
  const accountId = state.account.id;
  return [
    ...loanViews(state, viewContext.now, viewContext.intervalMs).map((view) => {
      const key = loanKey(accountId, view.loan.id);
      return { state, place: loanAt(accountId, view.loan.id), gauge: loanGauge(key, view, viewContext, say) };
    }),
    ...positionViews(state, viewContext.now, viewContext.intervalMs)
      .filter(({ position }) => position.marginMode === 'isolated')
      .map((view) => {
        const { positionId } = view.position;
        const key = positionKey(accountId, positionId);
        return { state, place: positionAt(accountId, positionId), gauge: positionGauge(key, view, viewContext, say) };
      }),
  ];
}

/** Which gauge to show for a place: the loan's or position's own, or the account's first. */
export function keyOfPlace(places: GaugePage['places'], { accountId, on }: Place): string | undefined {
  return [...places].find(([, one]) => one.accountId === accountId && (on === undefined || isSame(on, one.on)))?.[0];
}

/** The trouble of an account without gauges, what couldn't be read beside the gauges it has, and what is gone. */
function notices(state: AccountState, drawn: readonly Drawn[], viewContext: ViewContext, say: Say): string[] {
  const { failure, snapshot } = state;
  const mark = moneyMark(state, viewContext);
  const name = `${venueName(state, viewContext)} · ${state.account.name}${mark === undefined ? '' : ` (${say(mark)})`}`;
  const isShown = drawn.some((one) => one.state === state);
  const gone = (snapshot?.vanished ?? []).map((one) => vanishedSentence(one, viewContext));
  return [...(failure === undefined || isShown ? [] : [failure.error.sentence]), ...gapsOf(snapshot), ...gone].map((sentence) =>
    say(labelled(name, sentence)),
  );
}

function emptyText(accounts: readonly AccountState[]): Message {
  if (accounts.length === 0) return msg('gauges.no-account', 'Add an account to see its loans and positions.');
  const isBroken = ({ failure, snapshot }: AccountState): boolean => failure !== undefined || gapsOf(snapshot).length > 0;
  if (accounts.some(isBroken)) return msg('gauges.not-everything-read', "Some accounts couldn't be read. Retrying…");
  if (accounts.some((state) => state.snapshot === undefined)) return msg('gauges.loading', 'Loading…');
  return msg('gauges.none', 'No loans or isolated positions');
}

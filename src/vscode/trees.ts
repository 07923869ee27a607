import * as vscode from 'vscode';
import { msg } from '../core/message.ts';
import { localize } from './localize.ts';
import { Emitter } from '../core/emitter.ts';
import type { ActivityFeed } from '../views/activity.ts';
import { type LazyPages, loadViews, withViews } from '../views/lazy-pages.ts';
import type * as Views from '../views/outlines.ts';
import type { ViewState } from '../views/view-state.ts';
import { asPlace } from '../views/place.ts';
import { commandIds } from './command-ids.ts';
import type { App } from './front.ts';
import { registerGuarded } from './guarded-command.ts';
import { showOutline } from './outline-view.ts';

/** The views of the container. */
export function registerTrees(app: App, pages: LazyPages): vscode.Disposable {
  const [loans, positions] = [registerLoansView(app, pages), registerPositionsView(app, pages)];
  return vscode.Disposable.from(
    loans,
    positions,
    registerGuarded(app, commandIds.revealRow, async (argument) => {
      const place = asPlace(argument);
      if (place !== undefined) await (place.on?.kind === 'position' ? positions : loans).reveal(place);
    }),
    registerWarningsView(app, pages),
    registerCollateralView(app, pages),
    registerActivityView(app, pages),
  );
}

/** The Loans view, its badge, and the context keys that choose its welcome text and those of all views. */
function registerLoansView(app: App, pages: LazyPages): ReturnType<typeof showOutline> {
  const setContext = contextKeys();
  return showOutline(app, pages, {
    id: 'ltvGauge.loans',
    figure: msg('term.ltv', 'LTV'),
    load: async () => (await loadViews()).loansOutline,
    alarms: (views, states, viewContext) => views.loanAlarms(states, viewContext),
    badgeText,
    onUpdate: ({ states, scene }) => {
      withState(
        app,
        ({ loansState }) => loansState(states, scene),
        (state) => {
          setContext('ltvGauge.loansState', state);
        },
      );
      setContext('ltvGauge.hasAccounts', states.length > 0);
      setContext('ltvGauge.hasSimulated', app.simulated.account() !== undefined);
    },
  });
}

/** Without an account there is nothing to load. */
function withState(app: App, of: (views: typeof Views) => ViewState, set: (state: ViewState) => void): void {
  if (app.store.all().length === 0) {
    set('noAccount');
    return;
  }
  withViews(
    (views) => {
      set(of(views));
    },
    (error) => {
      app.log.warn(`state of a view: ${String(error)}`);
    },
  );
}

const badgeText = (alarms: number): string => localize(msg('view.loan-alarms', 'Loans near margin call: {0}', alarms.toString()));

/** The Positions view, its badge, and the context key that chooses its welcome text. */
function registerPositionsView(app: App, pages: LazyPages): ReturnType<typeof showOutline> {
  const setContext = contextKeys();
  return showOutline(app, pages, {
    id: 'ltvGauge.positions',
    figure: msg('line.distance', 'Distance to {0}', msg('preview.liquidation', 'liquidation')),
    load: async () => (await loadViews()).positionsOutline,
    alarms: (views, states, viewContext) => views.positionAlarms(states, viewContext),
    badgeText: positionsBadgeText,
    onUpdate: ({ states, scene }) => {
      withState(
        app,
        ({ positionsState }) => positionsState(states, scene),
        (state) => {
          setContext('ltvGauge.positionsState', state);
        },
      );
    },
  });
}

const positionsBadgeText = (alarms: number): string =>
  localize(msg('view.position-alarms', 'Positions near liquidation: {0}', alarms.toString()));

/** The Warnings view: active warnings, in all windows. */
function registerWarningsView(app: App, pages: LazyPages): vscode.Disposable {
  return showOutline(app, pages, {
    id: 'ltvGauge.warnings',
    load: async () => {
      const { outletEntries, warningsOutline } = await loadViews();
      // Outlets below the warnings.
      return (states, viewContext) => [...warningsOutline(states, viewContext), ...outletEntries(app.warnings.outlets(), viewContext.now)];
    },
    onDidChange: app.warnings.onDidChange,
  });
}

/** The Collateral view: what can be used as collateral and what can be borrowed. */
function registerCollateralView(app: App, pages: LazyPages): vscode.Disposable {
  return showOutline(app, pages, {
    id: 'ltvGauge.collateral',
    load: async () => (await loadViews()).collateralOutline,
  });
}

/** The Activity view. The journal is read only while the view is seen. */
function registerActivityView(app: App, pages: LazyPages): vscode.Disposable {
  let feed: ActivityFeed | undefined;
  const again = new Emitter<undefined>();
  const outline = showOutline(app, pages, {
    id: 'ltvGauge.activity',
    load: async () => {
      const part = await loadViews();
      const made = new part.ActivityFeed(app.ledger, (error) => {
        app.log.error(error instanceof Error ? error : String(error));
      });
      await made.read();
      feed = made;
      const acts = {
        times: part.shortTimes(vscode.env.language),
        more: (accountId: string) => {
          made.more(accountId);
          again.fire(undefined);
        },
      };
      return (states, viewContext) => part.activityOutline(states, viewContext, made.view(), acts);
    },
    read: () => feed?.read(),
    onDidChange: again.on,
  });
  return vscode.Disposable.from(outline, again);
}

/** Sets context keys of the manifest, each only when it has changed. */
export function contextKeys(): (key: string, value: unknown) => void {
  const known = new Map<string, unknown>();
  return (key, value) => {
    if (known.get(key) === value) return;
    known.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  };
}

import { randomBytes } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import * as vscode from 'vscode';
import { msg } from '../core/message.ts';
import {
  aliveMs,
  type FromPage,
  type HistoryQuestion,
  type PageAction,
  type PageChanges,
  type PageState,
  type ToPage,
} from '../core/protocol.ts';
import { uptimeOf } from '../core/clock.ts';
import { type App, type Frame, sceneOf } from './front.ts';
import { commandIds, type CommandId } from './command-ids.ts';
import type { Place } from '../views/place.ts';
import { gaugeHtml, parseFromPage } from '../views/gauge-page.ts';
import { gaugePage, keyOfPlace, preparePage, type GaugePage } from '../views/gauges.ts';
import { keyOfTarget } from '../views/gauge-frame.ts';
import type { HistoryDesk } from '../views/history.ts';
import { changesOf, isNothing } from '../views/page-changes.ts';
import { exposures } from '../views/stress.ts';
import { Trials } from '../views/trials.ts';
import { readTrends, type Trends } from '../views/trend.ts';
import type { Slices } from '../views/what-if.ts';
import { bracketed } from '../words/text.ts';
import { localize, onScreen } from './localize.ts';
import { onDidChangeSetting } from './ports.ts';

/** How often the history is read for the trends. */
const trendEveryMs = 5 * 60_000;

const commandOfAction: Readonly<Record<PageAction, CommandId>> = {
  history: commandIds.showHistory,
  add: commandIds.addCollateral,
  reduce: commandIds.reduceCollateral,
  repay: commandIds.repayLoan,
  ltvTarget: commandIds.bringLtvToTarget,
  addMargin: commandIds.addMargin,
  reduceMargin: commandIds.reduceMargin,
  liquidationTarget: commandIds.bringLiquidationToTarget,
  resolve: commandIds.resolveWrite,
  rescue: commandIds.openRescue,
  reveal: commandIds.revealRow,
  venue: commandIds.openAtVenue,
  refresh: commandIds.refresh,
};

function pageFolder(app: App): vscode.Uri {
  return vscode.Uri.joinPath(app.context.extensionUri, 'dist', 'webview');
}

/** One panel with its page: follows the store, posts whole states, and runs what the page asks for. */
export class GaugePanel implements vscode.Disposable {
  readonly #app: App;
  readonly #panel: vscode.WebviewPanel;
  readonly #onGone: () => void;
  readonly #subscriptions: { dispose(): void }[] = [];
  #places: GaugePage['places'] = new Map();
  /** What the page shows now; undefined while no page listens. */
  #shown: PageState | undefined;
  /** Of the last message with figures. */
  #number = 0;
  #ready = false;
  /** The person's own shocks, as typed; the page keeps them. Undefined while their section is closed. */
  #shocks: string | undefined;
  #trends: Trends = new Map();
  /** In which stretch of time they were read. */
  #trendsOf = 0;
  #readsTrends = false;
  readonly #trials: Trials;
  readonly #turns: Omit<Slices, 'isOvertaken'> = {
    ticks: () => this.#app.clock.ticks?.() ?? uptimeOf(this.#app.clock),
    pause: () => breathe(),
  };
  #reveal: Place | undefined;
  #opensHistory = false;
  /** Whose history is to be shown, whatever the page asks for next. */
  #whose: string | undefined;
  #desk: Promise<HistoryDesk> | undefined;
  #worst: string | undefined;
  #ages: NodeJS.Timeout | undefined;
  /** Whether the page has not heard for a while that the extension is alive. */
  #owesSign = false;
  #gone = false;

  constructor(app: App, panel: vscode.WebviewPanel, onGone: () => void) {
    this.#app = app;
    this.#panel = panel;
    this.#onGone = onGone;
    this.#trials = new Trials({
      exposures: () => exposures(app.store.all(), sceneOf(app)),
      say: onScreen,
      ...this.#turns,
      answer: (round, view) => {
        this.#send({ type: 'whatIf', round, view });
      },
      failed: (error) => {
        app.log.error(`A trial failed: ${error instanceof Error ? error.message : 'unknown'}`);
      },
    });
    panel.iconPath = new vscode.ThemeIcon('dashboard');
    this.#subscriptions.push(
      panel.onDidDispose(() => {
        this.#release();
      }),
      panel.onDidChangeViewState(() => {
        this.#followVisibility();
      }),
      panel.webview.onDidReceiveMessage((message: unknown) => {
        const known = parseFromPage(message);
        if (known !== undefined) this.#receive(known);
      }),
      app.painter.follow(this.#draw),
      // A hidden panel has no page to play it.
      app.alarm.on(() => {
        if (this.#ready) this.#send({ type: 'sound' });
      }),
      onDidChangeSetting('hideAmounts', () => {
        this.#drawSoon();
        this.#ask((desk) => desk.again());
      }),
    );
    const uri = (file: string): string => panel.webview.asWebviewUri(vscode.Uri.joinPath(pageFolder(app), file)).toString();
    panel.webview.html = gaugeHtml({
      nonce: randomBytes(18).toString('base64'),
      cspSource: panel.webview.cspSource,
      script: uri('main.js'),
      style: uri('page.css'),
      language: vscode.env.language,
      title: localize(msg('term.ltv-gauges', 'LTV Gauges')),
    });
    this.#followVisibility();
  }

  /** Brings the panel to the front, and the gauge of a loan or position into view when one is named. */
  show(place: Place | undefined): void {
    this.#panel.reveal();
    this.#reveal = place;
    this.#revealWhenReady();
  }

  /** Brings the panel to the front and opens the history of a loan or position, if one is named. */
  showHistory(place: Place | undefined): void {
    this.#panel.reveal();
    this.#opensHistory = true;
    this.#whose = place && (keyOfTarget(place) ?? keyOfPlace(this.#places, place));
    this.#revealWhenReady();
  }

  dispose(): void {
    this.#release();
    this.#panel.dispose();
  }

  #release(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#trials.end();
    clearInterval(this.#ages);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#onGone();
  }

  /** The editor discards a hidden page; when seen again it asks again. */
  #followVisibility(): void {
    clearInterval(this.#ages);
    if (this.#panel.visible) {
      this.#ages = setInterval(() => {
        this.#owesSign = true;
        this.#drawSoon();
        this.#ask((desk) => desk.tick());
      }, aliveMs);
      this.#drawSoon();
    } else {
      this.#ready = false;
      this.#shocks = undefined;
      this.#trials.end();
    }
  }

  #receive(message: FromPage): void {
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#shown = undefined;
        this.#drawSoon();
        return;
      case 'action': {
        // Only a gauge that was shown has a place; the command still asks its own questions.
        const place = this.#places.get(message.key);
        if (place !== undefined) this.#run(commandOfAction[message.action], place);
        return;
      }
      case 'shocks':
        this.#shocks = message.text;
        this.#drawSoon();
        return;
      case 'history':
        this.#answer(this.#meant(message.question));
        return;
      case 'whatIf':
        this.#trials.ask(message);
        return;
      case 'useTried': {
        const place = this.#places.get(message.key);
        const { coin, amount } = message;
        if (place !== undefined) this.#run(commandOfAction[message.action], { ...place, coin, amount });
        return;
      }
      case 'emptyAction':
        this.#run(commandIds[message.action]);
    }
  }

  #meant(question: HistoryQuestion): HistoryQuestion {
    if (question.do !== 'show' || this.#whose === undefined) return question;
    const key = this.#whose;
    this.#whose = undefined;
    return { ...question, key };
  }

  /** Loads the desk of histories when it is first asked something. */
  #answer(question: HistoryQuestion): void {
    const app = this.#app;
    this.#desk ??= import('../views/history.ts').then(
      ({ HistoryDesk }) =>
        new HistoryDesk({
          ...{ shared: app.shared, store: app.store, clock: app.clock, language: vscode.env.language },
          say: (text) => onScreen()(text),
          activity: (accountId) => app.ledger.activity(accountId),
          scene: () => sceneOf(app),
          send: (message) => {
            if (this.#ready) this.#send(message);
          },
          worst: () => this.#worst,
          copy: (text, rows) => {
            void vscode.env.clipboard.writeText(text).then(() => {
              void vscode.window.showInformationMessage(localize(msg('history.copied', 'Rows copied: {0}.', rows.toString())));
            });
          },
          report: (error) => {
            this.#report(error);
          },
          export: (what) => {
            this.#run(commandIds[what]);
          },
        }),
    );
    this.#ask((desk) => desk.answer(question));
  }

  #ask(what: (desk: HistoryDesk) => Promise<void>): void {
    this.#desk?.then(what).catch((error: unknown) => {
      this.#report(error);
    });
  }

  #report(error: unknown): void {
    this.#app.log.error(error instanceof Error ? error : String(error));
  }

  #run(command: CommandId, place?: Place): void {
    vscode.commands.executeCommand(command, ...(place === undefined ? [] : [place])).then(undefined, (error: unknown) => {
      this.#app.log.error(`${command} from the gauges failed: ${error instanceof Error ? error.message : 'unknown'}`);
    });
  }

  readonly #isSeen = (): boolean => !this.#gone && this.#ready && this.#panel.visible;

  #drawSoon(): void {
    if (this.#isSeen()) this.#app.painter.soon(this.#draw);
  }

  /** What takes long is made in slices before the rest. */
  readonly #draw = async ({ states, scene }: Frame): Promise<void> => {
    if (!this.#isSeen()) return;
    const [say, shocks] = [onScreen(), this.#shocks];
    await preparePage(states, scene, say, shocks, { ...this.#turns, isOvertaken: () => !this.#isSeen() });
    if (!this.#isSeen()) return;
    const page = gaugePage(states, scene, say, { shocks, trends: this.#trends });
    this.#places = page.places;
    this.#worst = page.state.gauges[page.state.orders.worst[0] ?? -1]?.key;
    const title = msg('term.ltv-gauges', 'LTV Gauges');
    this.#panel.title = localize(page.simulatedOnly ? bracketed(title, msg('term.simulated', 'simulated')) : title);
    await breathe();
    const before = this.#shown;
    const changes = before === undefined ? undefined : changesOf(before, page.state);
    await breathe();
    if (!this.#isSeen()) return;
    this.#post(page.state, before === this.#shown ? changes : undefined);
    this.#revealWhenReady();
    void this.#readTrends();
  };

  /** @param changes what the page has to be told of it; undefined where only the whole will do */
  #post(state: PageState, changes: PageChanges | undefined): void {
    if (changes !== undefined && isNothing(changes)) {
      // Only after it was drawn: a page that is told nothing else must not take its figures for those of now.
      if (this.#owesSign) this.#send({ type: 'alive' });
      this.#owesSign = false;
      return;
    }
    this.#owesSign = false;
    this.#shown = state;
    this.#number += 1;
    this.#send({ number: this.#number, ...(changes === undefined ? { type: 'state', state } : { type: 'changes', ...changes }) });
    this.#trials.renew();
  }

  /** Reads anew what is not of this stretch of time, and what is new. */
  async #readTrends(): Promise<void> {
    const now = this.#app.clock.now();
    const stretch = Math.floor(now / trendEveryMs);
    const due = [...this.#places].filter(([key]) => stretch !== this.#trendsOf || !this.#trends.has(key));
    if (this.#readsTrends || due.length === 0) return;
    this.#readsTrends = true;
    const read = await readTrends(this.#app.shared, due, now, localize);
    this.#readsTrends = false;
    if (this.#gone) return;
    this.#trends = new Map([...this.#trends, ...read]);
    this.#trendsOf = stretch;
    this.#drawSoon();
  }

  #revealWhenReady(): void {
    if (!this.#isSeen() || this.#shown === undefined) return;
    const key = this.#reveal && keyOfPlace(this.#places, this.#reveal);
    this.#reveal = undefined;
    if (key !== undefined) this.#send({ type: 'reveal', key });
    if (this.#opensHistory) this.#send({ type: 'history', open: true });
    this.#opensHistory = false;
  }

  /** As a text: the editor would write an object down far more slowly. */
  #send(message: ToPage): void {
    void this.#panel.webview.postMessage(JSON.stringify(message));
  }
}

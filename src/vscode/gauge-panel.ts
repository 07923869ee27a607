import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { msg } from '../core/message.ts';
import { aliveMs, type FromPage, type PageAction, type ToPage } from '../core/protocol.ts';
import { type App, sceneOf } from './front.ts';
import { commandIds, type CommandId } from './command-ids.ts';
import type { Place } from '../views/place.ts';
import { gaugeHtml, parseFromPage } from '../views/gauge-page.ts';
import { gaugePage, keyOfPlace, type GaugePage } from '../views/gauges.ts';
import { readTrends, type Trends } from '../views/trend.ts';
import { bracketed } from '../words/text.ts';
import { localize, onScreen } from './localize.ts';
import { onDidChangeSetting } from './ports.ts';

/** Several accounts may report at once; they are drawn together. */
const coalesceMs = 50;
/** How often the history is read for the trends. */
const trendEveryMs = 5 * 60_000;

const commandOfAction: Readonly<Record<PageAction, CommandId>> = {
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
  #shown: string | undefined;
  #ready = false;
  /** The person's own shocks, as typed; the page keeps them. */
  #shocks = '';
  #trends: Trends = new Map();
  /** In which stretch of time they were read. */
  #trendsOf = 0;
  #readsTrends = false;
  #reveal: Place | undefined;
  #soon: NodeJS.Timeout | undefined;
  #ages: NodeJS.Timeout | undefined;
  #gone = false;

  constructor(app: App, panel: vscode.WebviewPanel, onGone: () => void) {
    this.#app = app;
    this.#panel = panel;
    this.#onGone = onGone;
    panel.iconPath = new vscode.ThemeIcon('dashboard');
    const later = (): void => {
      this.#postSoon();
    };
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
      app.store.onDidChange(later),
      app.ledger.onDidChange(later),
      onDidChangeSetting('hideAmounts', later),
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

  dispose(): void {
    this.#release();
    this.#panel.dispose();
  }

  #release(): void {
    if (this.#gone) return;
    this.#gone = true;
    clearTimeout(this.#soon);
    clearInterval(this.#ages);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#onGone();
  }

  /** The editor discards a hidden page; when seen again it asks again. */
  #followVisibility(): void {
    clearInterval(this.#ages);
    if (this.#panel.visible) {
      // Updates the ages, and tells the page that the extension is alive.
      this.#ages = setInterval(() => {
        if (!this.#post()) this.#send({ type: 'alive' });
      }, aliveMs);
      this.#post();
    } else {
      this.#ready = false;
    }
  }

  #receive(message: FromPage): void {
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#shown = undefined;
        this.#post();
        this.#revealWhenReady();
        return;
      case 'action': {
        // Only a gauge that was shown has a place; the command still asks its own questions.
        const place = this.#places.get(message.key);
        if (place !== undefined) this.#run(commandOfAction[message.action], place);
        return;
      }
      case 'shocks':
        this.#shocks = message.text;
        this.#post();
        return;
      case 'emptyAction':
        this.#run(commandIds[message.action]);
    }
  }

  #run(command: CommandId, place?: Place): void {
    vscode.commands.executeCommand(command, ...(place === undefined ? [] : [place])).then(undefined, (error: unknown) => {
      this.#app.log.error(`${command} from the gauges failed: ${error instanceof Error ? error.message : 'unknown'}`);
    });
  }

  #postSoon(): void {
    if (this.#soon !== undefined) return;
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      this.#post();
    }, coalesceMs);
  }

  /** @returns whether the page was sent something */
  #post(): boolean {
    if (!this.#ready || !this.#panel.visible) return false;
    const page = gaugePage(this.#app.store.all(), sceneOf(this.#app), onScreen(), { shocks: this.#shocks, trends: this.#trends });
    this.#places = page.places;
    void this.#readTrends();
    const title = msg('term.ltv-gauges', 'LTV Gauges');
    this.#panel.title = localize(page.simulatedOnly ? bracketed(title, msg('term.simulated', 'simulated')) : title);
    const text = JSON.stringify(page.state);
    if (text === this.#shown) return false;
    this.#shown = text;
    this.#send({ type: 'state', state: page.state });
    return true;
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
    this.#postSoon();
  }

  #revealWhenReady(): void {
    if (!this.#ready || this.#reveal === undefined) return;
    const key = keyOfPlace(this.#places, this.#reveal);
    this.#reveal = undefined;
    if (key !== undefined) this.#send({ type: 'reveal', key });
  }

  #send(message: ToPage): void {
    void this.#panel.webview.postMessage(message);
  }
}

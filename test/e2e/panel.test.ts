// The page of the panel in each of its states, without an editor around it: the package's own files, and states made by the views.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { decimal } from '../../src/core/decimal.ts';
import { filled, type Message } from '../../src/core/message.ts';
import type { Snapshot } from '../../src/core/model.ts';
import type { FromPage } from '../../src/core/protocol.ts';
import { withFigures } from '../../src/engine/history/figures.ts';
import type { AccountState } from '../../src/engine/monitor/store.ts';
import { StateFile } from '../../src/engine/storage/state-file.ts';
import type { StateAsked } from '../../src/engine/storage/state-protocol.ts';
import { loanKey } from '../../src/views/gauge-frame.ts';
import { gaugePage } from '../../src/views/gauges.ts';
import { HistoryDesk, type DeskOptions } from '../../src/views/history.ts';
import { exposures } from '../../src/views/stress.ts';
import { Trials } from '../../src/views/trials.ts';
import type { ViewContext } from '../../src/words/account.ts';
import { newTab, openStage, tell, wear, type Stage, type Theme } from '../host/panel-page.ts';
import { screenshotFolder } from '../host/places.ts';
import { memoryFolder } from '../memory-folder.ts';
import { templateOf } from '../texts.ts';
import { account, failure, loan, now, position, snapshot, state, viewContext, write } from '../unit/views/samples.ts';
import { faultsFor } from './screen-reader.ts';
import { isLongRound } from './session.ts';

const minute = 60_000;
const prices = { BTC: decimal('87000'), ETH: decimal('3000'), USDT: decimal('1') };
const loans = [
  loan({ ltv: decimal('0.57421') }),
  loan({ id: '67890', orderId: '67890', ltv: decimal('0.7051') }),
  loan({ id: '24680', orderId: '24680', ltv: decimal('0.31') }),
  loan({ id: '13579', ltv: decimal('0.66'), marginCall: undefined, liquidation: undefined, liquidationPrice: undefined } as never),
];
const positions = [
  position({ baseCoin: 'BTC' }),
  position({ positionId: 'p2', instrument: 'ETH-USDT-SWAP', baseCoin: 'ETH', side: 'short' }),
];
const read = snapshot({ loans, positions, prices });
const main = state({
  snapshot: read,
  reading: true,
  live: {
    at: now - 500,
    loans: { '12345': { ltv: decimal('0.5841'), toMarginCall: decimal('0.2078'), averaged: false } },
    positions: {},
    off: { '12345': decimal('0.0003') },
    doubted: [],
  },
});
const old = (ageMs: number): Snapshot => ({ ...read, asOf: now - ageMs });
const practice = state({
  account: account({ id: 'two', name: 'A simulated account with a long name', site: 'loopback', simulated: true }),
});

interface Scene {
  readonly states: readonly AccountState[];
  readonly hides?: boolean;
  /** With card and sections open. */
  readonly opened?: boolean;
}

const scenes: Readonly<Record<string, Scene>> = {
  empty: { states: [] },
  loading: { states: [{ account: account(), reading: true }] },
  simulated: { states: [practice] },
  stale: { states: [{ ...main, live: undefined, reading: false, snapshot: old(20 * minute) } as never] },
  unreachable: { states: [state({ snapshot: old(3 * minute), failure: failure() }), practice], opened: true },
  opened: { states: [main, practice], opened: true },
  hidden: { states: [main, practice], opened: true, hides: true },
};

const chinese = new Map(
  Object.entries(JSON.parse(readFileSync('l10n/bundle.l10n.zh-cn.json', 'utf8')) as Record<string, string>).map(([id, text]) => [
    templateOf(id),
    text,
  ]),
);

/** In the place of the extension, for one tab. */
class Host {
  readonly #file: StateFile;
  scene: Scene = { states: [] };
  language = 'en';

  constructor(file: StateFile) {
    this.#file = file;
  }

  readonly #say = (message: Message | string): string =>
    typeof message === 'string'
      ? message
      : filled(message, (template) => (this.language === 'en' ? template : (chinese.get(template) ?? template)), this.scene.hides);

  get #context(): ViewContext {
    return viewContext({
      openWrites: (id) => (id === 'one' ? [write({ change: { ...write().change, loan: { loanId: '67890' } } as never })] : []),
      ...(this.scene.hides === true ? { hidesAmounts: true } : {}),
    });
  }

  async hear(message: FromPage, page: Page): Promise<void> {
    const { states } = this.scene;
    if (message.type === 'ready')
      await tell(page, { type: 'state', number: 1, state: gaugePage(states, this.#context, this.#say, { shocks: '' }).state });
    if (message.type === 'history') await this.#desk(page).answer(message.question);
    if (message.type === 'whatIf') {
      new Trials({
        exposures: () => exposures(states, this.#context),
        say: () => this.#say,
        ticks: () => performance.now(),
        pause: () => breathe(),
        answer: (round, view) => void tell(page, { type: 'whatIf', round, view }),
        failed: assert.ifError,
      }).ask(message);
    }
  }

  #desk(page: Page): HistoryDesk {
    return new HistoryDesk({
      ...{
        shared: { ask: async (asked: StateAsked) => this.#file.answer(asked) } as DeskOptions['shared'],
        store: { all: () => this.scene.states },
      },
      ...{ activity: async () => [write()], clock: { now: () => now, sleep: async () => undefined }, scene: () => this.#context },
      ...{ language: this.language, say: this.#say, worst: () => undefined, copy: String, export: String, report: assert.ifError },
      send: (answer) => void tell(page, answer),
    });
  }
}

/** A morning of readings with an hour of silence, and rows of the exchange. */
function recorded(folder: string): StateFile {
  const file = new StateFile(DatabaseSync, { folder, busyMs: 1_000, pragmas: [] });
  file.change({ do: 'add', id: 'one', record: account() });
  for (let ago = 400; ago > 0; ago -= 5) {
    if (ago > 120 && ago < 180) continue;
    const asOf = now - ago * minute;
    const text = JSON.stringify({ ...read, loans: [loan({ ltv: decimal((0.55 + (ago % 37) / 500).toFixed(4)) })], asOf });
    file.share(
      withFigures({ do: 'keepReading', reading: { account: 'one', at: asOf, asOf, text, staleMs: 15 * minute }, now: asOf, pass: {} }),
    );
  }
  const rows = Array.from({ length: 60 }, (_, place) => ({
    ...{
      id: String(place),
      at: now - (60 - place) * 6 * minute,
      type: 'repaid',
      forced: place === 40,
      coin: 'USDT',
      amount: decimal('120.5'),
    },
  }));
  file.share({
    do: 'keepVenuePage',
    page: { account: 'one', uid: undefined, kind: 'event', loan: '12345', rows, rates: [] },
    now,
    pass: {},
  });
  return file;
}

const themes: readonly Theme[] = ['light', 'dark', 'high-contrast', 'high-contrast-light'];
/** A window at 200 % is half as wide to its page. */
const widths = [320, 400, 800, 1600];
/** As a page that was left so: a fall of BTC and collateral tried, a year of history, and everything open. */
const left = {
  open: [loanKey('one', '12345'), loanKey('one', '67890')],
  sections: ['whatIf', 'stress', 'history'],
  bySection: {
    whatIf: { all: '0', prices: { BTC: '-20' }, changes: { [loanKey('one', '12345')]: [{ action: 'add', coin: 'BTC', amount: '0.1' }] } },
    history: { key: loanKey('one', '12345'), range: '24h' },
  },
};

describe('the page of the panel in a plain browser', function () {
  this.timeout(120_000);
  let stage: Stage;
  let folder: string;
  let file: StateFile;

  before(async () => {
    folder = memoryFolder('panel');
    [file, stage] = [recorded(folder), await openStage()];
  });
  after(async () => {
    await stage.close();
    file.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function shown(host: Host, name: string, language = 'en'): Promise<Page> {
    const scene = scenes[name]!;
    [host.scene, host.language] = [scene, language];
    const page = await newTab(stage, (message, tab) => void host.hear(message, tab));
    if (scene.opened === true) await page.addInitScript(`stage.kept = ${JSON.stringify(left)}`);
    await page.goto(`${stage.url}?language=${language}`);
    await wear(page, 'light');
    await page
      .locator(scene.states.length === 0 || name === 'loading' ? '.empty' : '.gauge')
      .first()
      .waitFor();
    if (scene.opened !== true) return page;
    // Nothing is calculated from old figures.
    for (const part of name === 'unreachable' ? ['.whatIf section'] : ['.tried', '.stress table'])
      await page.locator(part).first().waitFor();
    await page.locator('details.history path.main').first().waitFor();
    await page.locator('details.history section details > summary').first().press('Enter');
    await page.locator('details.history section details table').waitFor();
    await page.locator('details.history .totals').waitFor();
    return page;
  }

  /** Parts of the page whose content is wider than they are, but for those that scroll and those that say so by dots. */
  const cutOff = (page: Page): Promise<readonly string[]> => page.evaluate('stage.cutOff()');

  for (const name of Object.keys(scenes)) {
    it(`${name}: is no barrier in any theme, and fits windows of any width`, async () => {
      const page = await shown(new Host(file), name);
      assert.deepEqual(await faultsFor(page.mainFrame()), []);
      for (const theme of themes.slice(1)) {
        await wear(page, theme);
        assert.deepEqual(await faultsFor(page.mainFrame(), ['color-contrast']), [], theme);
      }
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        assert.deepEqual(await cutOff(page), [], `at ${width.toString()} px`);
      }
      await page.close();
    });
  }

  for (const language of isLongRound ? ['en', 'zh-cn'] : []) {
    for (const name of Object.keys(scenes)) {
      it(`${name}: looks so in ${language}`, async () => {
        mkdirSync(path.join(screenshotFolder, 'panel'), { recursive: true });
        const page = await shown(new Host(file), name, language);
        for (const theme of themes) {
          await wear(page, theme);
          for (const width of widths) {
            // So high that all of it is drawn.
            await page.setViewportSize({ width, height: 6_000 });
            const file = path.join(screenshotFolder, 'panel', `${name}-${language}-${theme}-${width.toString()}.png`);
            await page.screenshot({ path: file, animations: 'disabled' });
            assert.deepEqual(await cutOff(page), [], `at ${width.toString()} px`);
          }
        }
        await page.close();
      });
    }
  }
});

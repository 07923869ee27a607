import type { Clock } from '../core/clock.ts';
import { compare, multiply, zero, type Decimal } from '../core/decimal.ts';
import { msg } from '../core/message.ts';
import { targetKey, type Target } from '../core/model.ts';
import {
  historyRanges,
  type HistoryChart,
  type HistoryList,
  type HistoryPage,
  type HistoryQuestion,
  type HistoryRange,
  type HistoryTable,
  type HistoryView,
  type ToPage,
} from '../core/protocol.ts';
import { historySeries, historyTargets, interestSums, venueSorted, venueTotals } from '../engine/history/queries.ts';
import { Refusal } from '../engine/ledger/refusal.ts';
import { changeTarget } from '../engine/ledger/write-states.ts';
import type { AccountState, Store } from '../engine/monitor/store.ts';
import type { Spans } from '../engine/storage/history-protocol.ts';
import { StateTrouble } from '../engine/storage/shared-state.ts';
import type { ViewContext } from '../words/account.ts';
import { madeAt, shortTimes, stateWord } from '../words/activity.ts';
import { coinsOf } from '../words/amount.ts';
import { changeLabel } from '../words/kinds.ts';
import { loanName } from '../words/loan.ts';
import { rowText } from '../words/loan-history-row.ts';
import { namedWithSide } from '../words/position.ts';
import { bracketed, dotted, spaced, type Text } from '../words/text.ts';
import { keyOfTarget, moneyMark, type Say } from './gauge-frame.ts';
import {
  chartSpan,
  entriesOf,
  figureChart,
  interestChart,
  interestWidth,
  priceChart,
  rateChart,
  type ChartScene,
  type ChartSpan,
  type Mark,
  type Watched,
} from './history-chart.ts';
import { listAsText, listLabels, listPage, type ListSource } from './history-lists.ts';

const dayMs = 24 * 60 * 60_000;
/** What is recorded for less than that would not be seen in a day. */
const newMs = 6 * 60 * 60_000;
/** Most events of the exchange that are marked in a chart. */
const mostMarks = 200;

/** What the desk is given. */
export interface DeskOptions {
  readonly shared: Parameters<typeof historySeries>[0];
  readonly store: Pick<Store, 'all'>;
  /** The account's changes, newest first. */
  readonly activity: ListSource['activity'];
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly scene: () => ViewContext;
  /** BCP 47. */
  readonly language: string;
  readonly say: Say;
  readonly send: (message: ToPage) => void;
  /** The key of what needs attention most. */
  readonly worst: () => string | undefined;
  readonly copy: (text: string, rows: number) => void;
  /** Told of errors that have no sentence for a person. */
  readonly report: (error: unknown) => void;
  readonly export: (what: 'exportLoanHistory' | 'exportActivity') => void;
}

/** What has a history. */
interface Choice {
  readonly key: string;
  readonly label: string;
  readonly state: AccountState;
  readonly on: Target;
  /** Absent if nothing is recorded yet, or it can't be read. */
  readonly watched?: Watched;
  readonly trouble?: Text;
  /** As in `RowsOf`. */
  readonly loans: readonly string[];
}

type Listed = Extract<HistoryQuestion, { readonly key: string; readonly of: HistoryPage }>;

/** Answers what the section of histories asks: everything is read by the database's own thread, and made into text here. */
export class HistoryDesk {
  readonly #options: DeskOptions;
  readonly #times;
  /** What the page shows, and the stretch of time that its charts end with. */
  #shown: { readonly key: string; readonly range: HistoryRange; readonly stretch: number } | undefined;
  #list: Listed | undefined;
  /** Only the newest question is answered. */
  #asked = 0;
  #listed = 0;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#times = shortTimes(options.language);
  }

  async answer(question: HistoryQuestion): Promise<void> {
    switch (question.do) {
      case 'show':
        return this.#show(question.key, question.range);
      case 'list':
        this.#list = question;
        return this.#showList(question);
      case 'copy':
        return this.#copy(question.key, question.of);
      case 'export':
        this.#options.export(question.list === 'activity' ? 'exportActivity' : 'exportLoanHistory');
        return;
      case 'close':
        this.#shown = undefined;
        this.#asked += 1;
    }
  }

  /** Shows the charts anew once a stretch of time has begun. */
  async tick(): Promise<void> {
    const shown = this.#shown;
    if (shown !== undefined && chartSpan(shown.range, this.#options.clock.now()).to !== shown.stretch)
      await this.#show(shown.key, shown.range);
  }

  /** Shows everything anew: texts have changed. */
  async again(): Promise<void> {
    if (this.#shown === undefined) return;
    await this.#show(this.#shown.key, this.#shown.range);
    if (this.#list !== undefined) await this.#showList(this.#list);
  }

  async #show(wanted: string | undefined, wantedRange: HistoryRange | undefined): Promise<void> {
    const asked = (this.#asked += 1);
    const { clock, send, worst } = this.#options;
    const choices = await this.#choices();
    const choice = choiceOf(choices, wanted) ?? choiceOf(choices, this.#shown?.key) ?? choiceOf(choices, worst()) ?? choices[0];
    if (asked !== this.#asked || choice === undefined) return;
    const isNew = choice.watched === undefined || clock.now() - choice.watched.since < newMs;
    const range = wantedRange ?? (isNew ? '1h' : '24h');
    const span = chartSpan(range, clock.now());
    if (this.#shown?.key !== choice.key) {
      const notice = this.#options.say(msg('gauges.loading', 'Loading…'));
      send({ type: 'history', view: this.#view(choices, choice, range, span, { charts: [], notice }) });
    }
    this.#shown = { key: choice.key, range, stretch: span.to };
    const made = await this.#charts(choice, span);
    if (asked === this.#asked) send({ type: 'history', view: this.#view(choices, choice, range, span, made) });
  }

  #view(
    choices: readonly Choice[],
    { key, on, state }: Choice,
    range: HistoryRange,
    { from, to }: ChartSpan,
    made: Pick<HistoryView, 'charts' | 'notice'>,
  ): HistoryView {
    const { say, scene } = this.#options;
    const mark = moneyMark(state, scene());
    const lists: readonly HistoryList[] = on.kind === 'loan' ? ['event', 'collateral', 'interest', 'activity'] : ['activity'];
    return {
      ...{ key, range, ...made },
      ...(mark === undefined ? {} : { simulatedMark: say(mark) }),
      choices: choices.map((one) => ({ key: one.key, label: one.label })),
      ranges: historyRanges.map((id) => ({ id, label: this.#rangeLabel(id) })),
      lists: lists.map((id) => ({ id, label: say(listLabels[id]) })),
      times: [this.#time(from), this.#time(to)],
      words: {
        choose: say(msg('status.loan-position', 'Loan or position')),
        range: say(msg('history.range', 'Time range')),
        table: say(msg('history.table', 'Table')),
        lists: say(msg('history.lists', 'Records')),
        filter: say(msg('overview.filter', 'Filter')),
        previous: say(msg('history.previous', 'Previous')),
        next: say(msg('history.next', 'Next')),
        copy: say(msg('button.copy', 'Copy')),
        export: say(msg('history.export', 'Export…')),
      },
    };
  }

  #rangeLabel(range: HistoryRange): string {
    const [, count = '', letter = ''] = /^(\d+)(.)$/.exec(range) ?? [];
    const unit = letter === 'h' ? 'hour' : letter === 'd' ? 'day' : 'year';
    return new Intl.NumberFormat(this.#options.language, { style: 'unit', unit }).format(Number(count));
  }

  #time(ms: number): string {
    return this.#times.minute(ms, this.#options.clock.now());
  }

  /** Loans and positions of all accounts, then those that are gone. */
  async #choices(): Promise<readonly Choice[]> {
    const choices: Choice[] = [];
    const gone: Choice[] = [];
    for (const state of this.#options.store.all()) {
      const { account, snapshot } = state;
      const read = await historyTargets(this.#options.shared, account.id).catch((error: unknown) => ({ trouble: this.#sentenceOf(error) }));
      const recorded = 'trouble' in read ? [] : read;
      const present = [
        ...(snapshot?.loans ?? []).map((loan) => ({
          on: { kind: 'loan', id: loan.id } as const,
          name: msg('term.loan', 'Loan {0}', loanName(loan)),
        })),
        ...(snapshot?.positions ?? []).map((one) => ({ on: { kind: 'position', id: one.positionId } as const, name: namedWithSide(one) })),
      ];
      const alone = recorded.filter(({ target }) => target.startsWith('loan:')).length <= 1;
      const choice = (on: Target, name: Text): Choice => {
        const row = recorded.find(({ target }) => target === targetKey(on));
        const hasId = snapshot?.loans.find(({ id }) => id === on.id)?.orderId !== undefined;
        return {
          ...{ state, on },
          key: keyOfTarget({ accountId: account.id, on }) ?? '',
          label: this.#options.say(dotted(name, account.name)),
          // Rows without a loan are those of a loan without an id, or of the only one.
          loans: alone ? [on.id, ''] : [hasId || !present.some((one) => one.on.id === on.id) ? on.id : ''],
          ...(row === undefined ? {} : { watched: { since: row.since, until: row.seen } }),
          ...('trouble' in read ? { trouble: read.trouble } : {}),
        };
      };
      choices.push(...present.map(({ on, name }) => choice(on, name)));
      const known = new Set(present.map(({ on }) => targetKey(on)));
      gone.push(
        ...recorded
          .filter(({ target }) => !known.has(target))
          .map(({ target }) => {
            const on = targetIn(target);
            return choice(on, bracketed(on.kind === 'loan' ? msg('term.loan', 'Loan {0}', on.id) : on.id, msg('status.closed', 'closed')));
          }),
      );
    }
    return [...choices, ...gone];
  }

  async #charts(choice: Choice, span: ChartSpan): Promise<Pick<HistoryView, 'charts' | 'notice'>> {
    const { say } = this.#options;
    if (choice.trouble !== undefined) return { charts: [], notice: say(choice.trouble) };
    try {
      const charts = choice.watched === undefined ? [] : await this.#read(choice, choice.watched, span);
      return charts.length > 0 ? { charts } : { charts, notice: say(msg('history.nothing', 'Nothing recorded in this time.')) };
    } catch (error) {
      return { charts: [], notice: say(this.#sentenceOf(error)) };
    }
  }

  async #read(choice: Choice, watched: Watched, span: ChartSpan): Promise<readonly HistoryChart[]> {
    const { shared, say, clock } = this.#options;
    const { on, loans, state } = choice;
    const account = state.account.id;
    const newest = await historySeries(shared, account, on, watched.until - dayMs, watched.until + 1, 1);
    const figures = newest.buckets.at(-1)?.figures ?? {};
    const [pledged, owed] = [mainCoin(figures, 'collateral'), mainCoin(figures, 'debt')];
    const isLoan = on.kind === 'loan';
    const price = isLoan ? `price ${pledged ?? ''}` : 'mark';
    const wanted = isLoan ? ['ltv', 'marginCall', 'liquidation', price, `rate ${owed ?? ''}`] : ['distance', 'mark', 'liquidationPrice'];
    const series = await historySeries(shared, account, on, span.from, span.to, (span.to - span.from) / span.width, wanted);
    const marks = [...(isLoan ? await this.#events(account, loans, span) : []), ...(await this.#changes(account, on))];
    const scene: ChartScene = {
      ...{ span, watched, marks, say },
      ...{ entries: entriesOf(series, watched, span), gaps: series.gaps, moved: series.moved },
      time: (ms) => this.#time(ms),
    };
    const charts: HistoryChart[] = [];
    const draw = async (made: () => HistoryChart | undefined): Promise<void> => {
      const chart = made();
      if (chart !== undefined) charts.push(chart);
      // Others have their turn between two charts.
      await clock.sleep(0);
    };
    await draw(() => figureChart(scene, on.kind));
    await draw(() =>
      priceChart(scene, price, isLoan ? msg('history.price', 'Price of {0}', pledged ?? '') : msg('position.mark-price', 'Mark price')),
    );
    if (owed !== undefined && isLoan) {
      await draw(() => rateChart(scene, owed));
      const width = interestWidth(span);
      const from = span.from - (span.from % width);
      const sums = await interestSums(shared, { account, loans, coin: owed, from, to: span.to, width });
      const totals = sums.length === 0 ? [] : await venueTotals(shared, { account, loans, kind: 'interest' });
      await draw(() => interestChart(scene, owed, sums, totals.find(({ coin }) => coin === owed)?.amount));
    }
    return charts;
  }

  async #events(account: string, loans: readonly string[], { from, to }: ChartSpan): Promise<readonly Mark[]> {
    const { shared } = this.#options;
    const rows = await venueSorted(shared, { account, kind: 'event', loans, by: 'at', descending: true, offset: 0, limit: mostMarks });
    return rows
      .filter(({ at }) => at >= from && at < to)
      .map(({ at, type, forced, coin, amount }): Mark => {
        const text = spaced(rowText({ kind: 'event', type }), coinsOf({ amount, coin }));
        return { at, kind: forced ? 'forced' : 'venue', text };
      })
      .reverse();
  }

  async #changes(accountId: string, on: Target): Promise<readonly Mark[]> {
    const own = await this.#options.activity(accountId);
    return own
      .filter(({ change }) => targetKey(changeTarget(change)) === targetKey(on))
      .map((record): Mark => ({ at: madeAt(record), kind: 'own', text: dotted(changeLabel(record.change), stateWord(record)) }))
      .reverse();
  }

  async #source(key: string): Promise<ListSource | undefined> {
    const choice = choiceOf(await this.#choices(), key);
    if (choice === undefined) return undefined;
    const { shared, activity, say, clock } = this.#options;
    return {
      ...{ shared, activity, say, on: choice.on, loans: choice.loans },
      accountId: choice.state.account.id,
      time: (ms) => this.#times.second(ms, clock.now()),
      rest: () => clock.sleep(0),
    };
  }

  async #showList({ key, of }: Listed): Promise<void> {
    const listed = (this.#listed += 1);
    const { say, send } = this.#options;
    const source = await this.#source(key);
    if (source === undefined) return;
    const table = await listPage(source, of).catch((error: unknown): HistoryTable => ({
      ...{ of, columns: [], rows: [], place: '', isLast: true, totals: [] },
      notice: say(this.#sentenceOf(error)),
    }));
    if (listed === this.#listed) send({ type: 'history', key, table });
  }

  async #copy(key: string, of: HistoryPage): Promise<void> {
    const source = await this.#source(key);
    if (source === undefined) return;
    const { text, rows } = await listAsText(source, of);
    this.#options.copy(text, rows);
  }

  #sentenceOf(error: unknown): Text {
    if (error instanceof StateTrouble || error instanceof Refusal) return error.sentence;
    this.#options.report(error);
    return msg('command.something-went-wrong', 'Something went wrong. See the log for details.');
  }
}

const choiceOf = (choices: readonly Choice[], key: string | undefined): Choice | undefined => choices.find((one) => one.key === key);

/** The inverse of `targetKey`. */
function targetIn(text: string): Target {
  const colon = text.indexOf(':');
  return { kind: text.slice(0, colon) === 'position' ? 'position' : 'loan', id: text.slice(colon + 1) };
}

/** The coin that most is owed or pledged of, by its price. */
function mainCoin(figures: Spans, what: 'debt' | 'collateral'): string | undefined {
  const worth = (coin: string): Decimal => multiply(figures[`${what} ${coin}`]?.last ?? zero, figures[`price ${coin}`]?.last ?? zero);
  const coins = Object.keys(figures).flatMap((name) => (name.startsWith(`${what} `) ? [name.slice(what.length + 1)] : []));
  return coins.reduce<string | undefined>(
    (most, coin) => (most === undefined || compare(worth(coin), worth(most)) > 0 ? coin : most),
    undefined,
  );
}

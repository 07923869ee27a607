import assert from 'node:assert/strict';
import { english, filled } from '../../../src/core/message.ts';
import type { Account, Snapshot } from '../../../src/core/model.ts';
import type { CollateralAction, Connection, Keys, LoanReads } from '../../../src/exchanges/exchange.ts';
import { exchanges } from '../../../src/exchanges/registry.ts';
import type { ArmingTerm } from '../../../src/engine/ledger/arming.ts';
import type { Acting } from '../../../src/flows/acting.ts';
import {
  back,
  type Back,
  type Button,
  type ChosenFile,
  type Command,
  type Conversation,
  type Dialog,
  type InputQuestion,
  type Item,
  type NamedFile,
  type Notice,
  type PickQuestion,
  type PickSeveralQuestion,
  type ReadOnlyPage,
  type SaveQuestion,
} from '../../../src/flows/conversation.ts';
import type { Place } from '../../../src/views/place.ts';
import type { Text } from '../../../src/words/text.ts';
import { connectionTo, type Setup } from '../engine/ledger/support.ts';

/** What the person does at one question. A label, a text or a button that is not there fails the test. */
export type Answer =
  | { readonly does: 'pick'; readonly label: string }
  | { readonly does: 'type' | 'consider'; readonly text: string }
  | { readonly does: 'press'; readonly label: string }
  | { readonly does: 'pickSeveral'; readonly labels: readonly string[] }
  | { readonly does: 'name'; readonly file: NamedFile }
  | { readonly does: 'choose'; readonly file: ChosenFile }
  | { readonly does: 'after'; readonly act: () => unknown; readonly then: Answer }
  | { readonly does: 'leave' | 'goBack' };

export const pick = (label: string): Answer => ({ does: 'pick', label });
export const type = (text: string): Answer => ({ does: 'type', text });
/** Types without pressing Enter: only judged. */
export const consider = (text: string): Answer => ({ does: 'consider', text });
export const press = (label: string): Answer => ({ does: 'press', label });
export const pickSeveral = (...labels: readonly string[]): Answer => ({ does: 'pickSeveral', labels });
export const name = (file: NamedFile): Answer => ({ does: 'name', file });
export const choose = (file: ChosenFile): Answer => ({ does: 'choose', file });
/** What happens elsewhere while the question is open, and then the answer. */
export const after = (act: () => unknown, then: Answer): Answer => ({ does: 'after', act, then });
export const leave: Answer = { does: 'leave' };
export const goBack: Answer = { does: 'goBack' };

/** One thing that was asked or told. */
export interface Heard {
  readonly what: 'pick' | 'input' | 'dialog' | 'notice' | 'page' | 'file';
  readonly title: string;
  /** Small print of a dialog, the prompt of a box, the text of a page. */
  readonly detail: string;
  /** Labels to choose from. */
  readonly choices: readonly string[];
  /** Of a list: each choice with all that is said about it. */
  readonly lines?: readonly string[];
  /** Of a dialog or a notice: how loud it is. */
  readonly kind?: 'info' | 'warning' | 'error';
  /** For a box: its initial text. */
  readonly value?: string;
  /** Of a box: hidden while it is typed. */
  readonly secret?: boolean;
  readonly canGoBack?: boolean;
}

const say = (text: Text): string => (typeof text === 'string' ? text : english(text));

/** A person who gives the answers of a list, one a question, and leaves notices alone unless the next answer is one of their buttons. */
export class Scripted implements Conversation {
  readonly heard: Heard[] = [];
  readonly did: string[] = [];
  /** What was run of `did`, with what it was run on. */
  readonly ran: { readonly command: Command; readonly target: Place | undefined }[] = [];
  /** What was shown to go on, and what was said of it meanwhile. */
  readonly worked: string[] = [];
  /** What is stopped as soon as it is shown to go on: a part of its title, or of what is said of it meanwhile. */
  stops: string | undefined;
  /** The person hides amounts. */
  hidesAmounts = false;
  readonly copied: string[] = [];
  /** What was said to be wrong with what was typed. */
  readonly faults: string[] = [];
  /** What was said of what was typed and taken. */
  readonly remarks: { readonly sentence: string; readonly caution: boolean }[] = [];
  readonly #answers: Answer[];

  constructor(...answers: readonly Answer[]) {
    this.#answers = [...answers];
  }

  /** How often the person was not asked after all. */
  get left(): number {
    return this.#answers.length;
  }

  titles(what: Heard['what']): readonly string[] {
    return this.heard.filter((one) => one.what === what).map(({ title }) => title);
  }

  localize(text: Text): string {
    return say(text);
  }

  onScreen(text: Text): string {
    return this.hidesAmounts && typeof text !== 'string' ? filled(text, (template) => template, true) : say(text);
  }

  async pick<T>({ title, placeholder, items, prompt, canGoBack }: PickQuestion<T>): Promise<T | Back | undefined> {
    const all = typeof items === 'function' ? await items(new AbortController().signal) : items;
    const lines = linesOf(all);
    const answer = await this.#next('pick', `${say(title ?? '')} | ${say(placeholder)}`, say(prompt ?? ''), choicesOf(all), {
      lines,
      canGoBack,
    });
    if (answer.does === 'leave') return undefined;
    if (answer.does === 'goBack') return wentBack(canGoBack, placeholder);
    assert.ok(answer.does === 'pick', `asked to pick, not to ${answer.does}: ${say(placeholder)}`);
    const item = all.find(({ label, separator }) => separator !== true && say(label) === answer.label);
    assert.ok(item?.value !== undefined, `“${answer.label}” cannot be picked of ${choicesOf(all).join(', ')}`);
    return item.value;
  }

  async pickSeveral<T>({ title, items }: PickSeveralQuestion<T>): Promise<readonly T[] | undefined> {
    const answer = await this.#next('pick', say(title), '', choicesOf(items), { lines: linesOf(items) });
    if (answer.does === 'leave') return undefined;
    assert.ok(answer.does === 'pickSeveral', `asked to pick several, not to ${answer.does}: ${say(title)}`);
    for (const label of answer.labels) assert.ok(choicesOf(items).includes(label), `no “${label}” among ${choicesOf(items).join(', ')}`);
    return items.filter(({ label }) => answer.labels.includes(say(label))).map(({ value }) => value);
  }

  async input<T>(question: InputQuestion<T>): Promise<T | Back | undefined> {
    const terms = question.later === undefined ? question : await question.later(new AbortController().signal).catch(() => question);
    if (terms === undefined) {
      this.heard.push({ what: 'input', title: say(question.title), detail: 'withdrawn', choices: [] });
      return undefined;
    }
    for (;;) {
      const { value = '', secret = false, canGoBack } = question;
      const answer = await this.#next('input', say(question.title), say(terms.prompt), [], { value, secret, canGoBack });
      if (answer.does === 'leave') return undefined;
      if (answer.does === 'goBack') return wentBack(canGoBack, question.title);
      assert.ok(answer.does === 'type' || answer.does === 'consider', `asked to type, not to ${answer.does}: ${say(question.title)}`);
      const verdict = terms.judge(answer.text);
      if ('value' in verdict) {
        const { remark } = verdict;
        if (remark !== undefined) this.remarks.push({ sentence: say(remark.sentence), caution: remark.caution });
        if (answer.does === 'type') return verdict.value;
      } else this.faults.push(say(verdict.problem ?? ''));
    }
  }

  async confirm<Id extends string>({ kind, title, detail, buttons }: Dialog<Id>): Promise<Id | undefined> {
    const answer = await this.#next('dialog', say(title), detail.map(say).join('\n'), labelsOf(buttons), { kind });
    if (answer.does === 'leave') return buttons.find(({ closes }) => closes === true)?.id;
    assert.ok(answer.does === 'press', `asked to press a button, not to ${answer.does}: ${say(title)}`);
    const button = buttons.find(({ label }) => say(label) === answer.label);
    assert.ok(button !== undefined, `no “${answer.label}” among ${labelsOf(buttons).join(', ')}`);
    return button.id;
  }

  async tell<Id extends string>({ kind, sentence, buttons = [] }: Notice<Id>): Promise<Id | undefined> {
    this.heard.push({ what: 'notice', title: this.onScreen(sentence), detail: '', choices: labelsOf(buttons), kind });
    const [next] = this.#answers;
    let last = next;
    while (last?.does === 'after') last = last.then;
    const button = buttons.find(({ label }) => last?.does === 'press' && say(label) === last.label);
    if (button === undefined) return undefined;
    this.#answers.shift();
    for (let done = next; done?.does === 'after'; done = done.then) await done.act();
    return button.id;
  }

  progress<T>(title: Text, work: (signal: AbortSignal, say: (text: Text) => void) => Promise<T>): Promise<T> {
    const stop = new AbortController();
    const hear = (text: Text): void => {
      this.worked.push(say(text));
      if (this.stops !== undefined && say(text).includes(this.stops)) stop.abort(new DOMException('Stopped by the person', 'AbortError'));
    };
    const done = work(stop.signal, hear);
    hear(title);
    return done;
  }

  steadily<T>(title: Text, work: () => Promise<T>): Promise<T> {
    this.worked.push(say(title));
    return work();
  }

  async show({ title, text }: ReadOnlyPage): Promise<void> {
    this.heard.push({ what: 'page', title: say(title), detail: text, choices: [] });
  }

  async closePages(): Promise<void> {
    this.did.push('closePages');
  }

  async save({ title, name, kinds }: SaveQuestion): Promise<NamedFile | undefined> {
    const answer = await this.#next('file', say(title), name, Object.keys(kinds));
    if (answer.does === 'leave') return undefined;
    assert.ok(answer.does === 'name', `asked to name a file, not to ${answer.does}: ${say(title)}`);
    return answer.file;
  }

  async open({ title, kinds }: Omit<SaveQuestion, 'name'>): Promise<ChosenFile | undefined> {
    const answer = await this.#next('file', say(title), '', Object.keys(kinds));
    if (answer.does === 'leave') return undefined;
    assert.ok(answer.does === 'choose', `asked to choose a file, not to ${answer.does}: ${say(title)}`);
    return answer.file;
  }

  async copy(text: string): Promise<void> {
    this.copied.push(text);
  }

  async run(command: Command, target?: Place): Promise<void> {
    this.did.push(command);
    this.ran.push({ command, target });
  }

  async openLimits(): Promise<void> {
    this.did.push('openLimits');
  }

  openPage(url: string): Promise<void> {
    this.did.push(`openPage ${url}`);
    return Promise.resolve();
  }

  openLog(): void {
    this.did.push('openLog');
  }

  async showLoans(): Promise<void> {
    this.did.push('showLoans');
  }

  async reloadWindow(): Promise<void> {
    this.did.push('reloadWindow');
  }

  async #next(
    what: Heard['what'],
    title: string,
    detail: string,
    choices: readonly string[],
    more: Partial<Heard> = {},
  ): Promise<Exclude<Answer, { readonly does: 'after' }>> {
    this.heard.push({ what, title, detail, choices, ...more });
    let answer = this.#answers.shift();
    while (answer?.does === 'after') {
      await answer.act();
      answer = answer.then;
    }
    assert.ok(answer !== undefined, `nothing was to be asked any more: ${title} (${choices.join(', ')})`);
    return answer;
  }
}

const choicesOf = (items: readonly Item<unknown>[]): string[] => items.map(({ label }) => say(label));
const linesOf = (items: readonly Item<unknown>[]): string[] =>
  items.map(({ label, description, detail }) =>
    [label, description, detail]
      .filter((part) => part !== undefined)
      .map(say)
      .join(' | '),
  );
const labelsOf = (buttons: readonly Button<string>[]): string[] => buttons.map(({ label }) => say(label));

/** There is a button for it only where there is something to go back to. */
function wentBack(canGoBack: boolean, question: Text): Back {
  assert.ok(canGoBack, `one cannot go back from: ${say(question)}`);
  return back;
}

/** What `actingAt` makes, with what a test may look at or change. */
export interface ActingHere {
  readonly app: Acting;
  readonly keys: Map<string, Keys>;
  readonly armed: ArmingTerm[];
}

/** What the venue answers besides what the ledger's tests need. */
interface Answers extends Partial<Pick<Connection, 'inspect' | 'read'>> {
  readonly loans?: Partial<LoanReads>;
  readonly collateral?: Partial<CollateralAction>;
}

const unused = (): never => {
  throw new Error('not to be used here');
};

/** A person at a setup of the ledger's tests: its venue and its journal, figures read once, no editor. */
export function actingAt(setup: Setup, talk: Conversation, snapshot: Partial<Snapshot> = {}, answers: Answers = {}): ActingHere {
  const keys = new Map<string, Keys>();
  const armed: ArmingTerm[] = [];
  const { accounts, clock } = setup;
  // Reading anything without a scripted answer fails in `connectionTo`.
  const { loans, collateral, ...more } = answers;
  const plain = connectionTo(setup.venue, setup.market);
  const connection: Connection = {
    ...plain,
    ...more,
    loans: { booksInterest: true, history: unused, interest: unused, borrowableCoins: unused, maximumLoan: unused, ...loans },
    actions: { ...plain.actions, collateral: { ...plain.actions.collateral!, ...collateral } },
  };
  const { ledger } = setup.window({ options: { connections: { get: async () => connection } } });
  let latest: Snapshot = { asOf: clock.now(), loans: [], positions: [], wallet: [], prices: {}, ...snapshot };
  const stateOf = (account: Account) => ({ account, reading: false, snapshot: latest });
  const app: Acting = {
    talk,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    clock,
    exchanges,
    alarm: { tell: () => undefined },
    book: {
      list: () => [...accounts.values()],
      get: (id) => accounts.get(id),
      add: async (account) => void accounts.set(account.id, account),
      update: async (id, update) => void accounts.set(id, { ...accounts.get(id)!, ...(update as Partial<Account>) }),
      allowBorrowing: async (id, perDayUsd) => {
        const borrowing = perDayUsd === undefined ? {} : { borrowing: { perDayUsd, whose: '' } };
        accounts.set(id, { ...accounts.get(id)!, ...borrowing });
      },
      remove: async (id) => void accounts.delete(id),
    },
    vault: {
      has: async (id) => keys.has(id),
      store: async (id, stored) => void keys.set(id, stored),
      delete: async (id) => void keys.delete(id),
    },
    connections: {
      get: async () => connection,
      probe: async () => connection,
      exchange: (venue) => exchanges.find(({ id }) => id === venue),
    },
    store: {
      all: () => [...accounts.values()].map(stateOf),
      get: (id) => (accounts.has(id) ? stateOf(accounts.get(id)!) : undefined),
      succeed: (_id, read) => (latest = read),
      forget: () => undefined,
    },
    poller: { refresh: async () => undefined },
    ledger,
    arming: {
      state: () => setup.armed,
      arm: async (_id, term) => {
        armed.push(term);
        setup.armed = { armed: true, until: 'restart' };
      },
      disarm: async () => void (setup.armed = { armed: false }),
    },
    warnings: { all: () => [], acknowledge: unused, snooze: unused },
    newId: unused,
    outlets: { shared: { ask: unused }, secrets: { get: unused, store: unused, delete: unused }, clock },
    shared: { ask: unused },
    simulated: { account: () => undefined, create: unused, coins: unused, movePrice: unused },
    viewContext: () => ({
      exchanges,
      now: clock.now(),
      intervalMs: 60_000,
      when: (ms) => new Date(ms).toISOString(),
      zoned: (ms) => new Date(ms).toISOString(),
      openWrites: (id) => ledger.open(id),
      frozen: (id) => ledger.frozen(id),
      arming: () => setup.armed,
      warnings: () => [],
    }),
    readLimits: async () => setup.limits,
    ownSettings: { read: () => undefined, write: unused },
    language: 'en',
    keepsOwnKeys: false,
  };
  return { app, keys, armed };
}

/** Lets time pass, and the venue do what it took, until the person is done. */
export async function throughTime<T>(setup: Setup, done: Promise<T>): Promise<T> {
  const state = new Set(['waiting']);
  void done.then(
    () => {
      state.clear();
    },
    () => {
      state.clear();
    },
  );
  for (let step = 0; step < 200 && state.has('waiting'); step += 1) {
    await setup.clock.advance(2_000);
    setup.venue.settle();
    setup.market.settle();
  }
  if (state.has('waiting')) throw new Error('still waiting for an answer or the clock');
  return done;
}

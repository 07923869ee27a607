import assert from 'node:assert/strict';
import { english } from '../../../src/core/message.ts';
import type { Account, Snapshot } from '../../../src/core/model.ts';
import type { CollateralAction, Connection, Keys, LoanReads } from '../../../src/exchanges/exchange.ts';
import { exchanges } from '../../../src/exchanges/registry.ts';
import type { ArmingTerm } from '../../../src/engine/ledger/arming.ts';
import type { Acting } from '../../../src/flows/acting.ts';
import {
  back,
  type Back,
  type Button,
  type Conversation,
  type Dialog,
  type InputQuestion,
  type Item,
  type NamedFile,
  type Notice,
  type PickQuestion,
  type PickSeveralQuestion,
  type ReadOnlyPage,
} from '../../../src/flows/conversation.ts';
import type { Text } from '../../../src/words/text.ts';
import { connectionTo, type Desk } from '../engine/ledger/support.ts';

/** What the person does at one question. A label, a text or a button that is not there fails the test. */
export type Answer =
  | { readonly does: 'pick'; readonly label: string }
  | { readonly does: 'type'; readonly text: string }
  | { readonly does: 'press'; readonly label: string }
  | { readonly does: 'leave' | 'goBack' };

export const pick = (label: string): Answer => ({ does: 'pick', label });
export const type = (text: string): Answer => ({ does: 'type', text });
export const press = (label: string): Answer => ({ does: 'press', label });
export const leave: Answer = { does: 'leave' };
export const goBack: Answer = { does: 'goBack' };

/** One thing that was asked or told. */
export interface Heard {
  readonly what: 'pick' | 'input' | 'dialog' | 'notice' | 'page';
  readonly title: string;
  /** Small print of a dialog, the prompt of a box, the text of a page. */
  readonly detail: string;
  /** Labels to choose from. */
  readonly choices: readonly string[];
}

const say = (text: Text): string => (typeof text === 'string' ? text : english(text));

/** A person who gives the answers of a list, one a question, and leaves notices alone unless the next answer is one of their buttons. */
export class Scripted implements Conversation {
  readonly heard: Heard[] = [];
  readonly did: string[] = [];
  readonly copied: string[] = [];
  /** What was said to be wrong with what was typed. */
  readonly faults: string[] = [];
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

  async pick<T>({ title, placeholder, items }: PickQuestion<T>): Promise<T | Back | undefined> {
    const all = typeof items === 'function' ? await items(new AbortController().signal) : items;
    const answer = this.#next('pick', `${say(title ?? '')} | ${say(placeholder)}`, '', choicesOf(all));
    if (answer.does === 'leave') return undefined;
    if (answer.does === 'goBack') return back;
    assert.ok(answer.does === 'pick', `asked to pick, not to ${answer.does}: ${say(placeholder)}`);
    const item = all.find(({ label, separator }) => separator !== true && say(label) === answer.label);
    assert.ok(item?.value !== undefined, `“${answer.label}” cannot be picked of ${choicesOf(all).join(', ')}`);
    return item.value;
  }

  async pickSeveral<T>({ title, items }: PickSeveralQuestion<T>): Promise<readonly T[] | undefined> {
    const answer = this.#next('pick', say(title), '', choicesOf(items));
    return answer.does === 'leave' ? undefined : items.map(({ value }) => value);
  }

  async input<T>(question: InputQuestion<T>): Promise<T | Back | undefined> {
    const terms = question.later === undefined ? question : await question.later(new AbortController().signal).catch(() => question);
    if (terms === undefined) {
      this.heard.push({ what: 'input', title: say(question.title), detail: 'withdrawn', choices: [] });
      return undefined;
    }
    for (;;) {
      const answer = this.#next('input', say(question.title), say(terms.prompt), []);
      if (answer.does === 'leave') return undefined;
      if (answer.does === 'goBack') return back;
      assert.ok(answer.does === 'type', `asked to type, not to ${answer.does}: ${say(question.title)}`);
      const verdict = terms.judge(answer.text);
      if ('value' in verdict) return verdict.value;
      this.faults.push(say(verdict.problem ?? ''));
    }
  }

  async confirm<Id extends string>({ title, detail, buttons }: Dialog<Id>): Promise<Id | undefined> {
    const answer = this.#next('dialog', say(title), detail.map(say).join('\n'), labelsOf(buttons));
    if (answer.does === 'leave') return buttons.find(({ closes }) => closes === true)?.id;
    assert.ok(answer.does === 'press', `asked to press a button, not to ${answer.does}: ${say(title)}`);
    const button = buttons.find(({ label }) => say(label) === answer.label);
    assert.ok(button !== undefined, `no “${answer.label}” among ${labelsOf(buttons).join(', ')}`);
    return button.id;
  }

  async tell<Id extends string>({ sentence, buttons = [] }: Notice<Id>): Promise<Id | undefined> {
    this.heard.push({ what: 'notice', title: say(sentence), detail: '', choices: labelsOf(buttons) });
    const [next] = this.#answers;
    const button = buttons.find(({ label }) => next?.does === 'press' && say(label) === next.label);
    if (button !== undefined) this.#answers.shift();
    return button?.id;
  }

  progress<T>(_title: Text, work: (signal: AbortSignal, say: (text: Text) => void) => Promise<T>): Promise<T> {
    return work(new AbortController().signal, () => undefined);
  }

  steadily<T>(_title: Text, work: () => Promise<T>): Promise<T> {
    return work();
  }

  async show({ title, text }: ReadOnlyPage): Promise<void> {
    this.heard.push({ what: 'page', title: say(title), detail: text, choices: [] });
  }

  async closePages(): Promise<void> {
    this.did.push('closePages');
  }

  async save(): Promise<NamedFile | undefined> {
    return undefined;
  }

  async copy(text: string): Promise<void> {
    this.copied.push(text);
  }

  async run(command: string): Promise<void> {
    this.did.push(command);
  }

  async openLimits(): Promise<void> {
    this.did.push('openLimits');
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

  #next(what: Heard['what'], title: string, detail: string, choices: readonly string[]): Answer {
    this.heard.push({ what, title, detail, choices });
    const answer = this.#answers.shift();
    assert.ok(answer !== undefined, `nothing was to be asked any more: ${title} (${choices.join(', ')})`);
    return answer;
  }
}

const choicesOf = (items: readonly Item<unknown>[]): string[] => items.map(({ label }) => say(label));
const labelsOf = (buttons: readonly Button<string>[]): string[] => buttons.map(({ label }) => say(label));

/** What `actingAt` makes, with what a test may look at or change. */
export interface Scene {
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

/** A person at a desk of the ledger's tests: its venue and its journal, figures read once, no editor. */
export function actingAt(desk: Desk, talk: Conversation, snapshot: Partial<Snapshot> = {}, answers: Answers = {}): Scene {
  const keys = new Map<string, Keys>();
  const armed: ArmingTerm[] = [];
  const { accounts, clock } = desk;
  // Reading what is asked by no test fails in `connectionTo`.
  const { loans, collateral, ...more } = answers;
  const plain = connectionTo(desk.venue, desk.market);
  const connection: Connection = {
    ...plain,
    ...more,
    loans: { history: unused, interest: unused, borrowableCoins: unused, maximumLoan: unused, ...loans },
    actions: { ...plain.actions, collateral: { ...plain.actions.collateral!, ...collateral } },
  };
  const { ledger } = desk.window({ options: { connections: { get: async () => connection } } });
  let latest: Snapshot = { asOf: clock.now(), loans: [], positions: [], wallet: [], prices: {}, ...snapshot };
  const stateOf = (account: Account) => ({ account, reading: false, snapshot: latest });
  const app: Acting = {
    talk,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    clock,
    exchanges,
    book: {
      list: () => [...accounts.values()],
      get: (id) => accounts.get(id),
      add: async (account) => void accounts.set(account.id, account),
      update: async (id, update) => void accounts.set(id, { ...accounts.get(id)!, ...(update as Partial<Account>) }),
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
      state: () => desk.armed,
      arm: async (_id, term) => {
        armed.push(term);
        desk.armed = { armed: true, until: 'restart' };
      },
      disarm: async () => void (desk.armed = { armed: false }),
    },
    simulated: { account: () => undefined, coins: unused, movePrice: unused },
    scene: () => ({
      exchanges,
      now: clock.now(),
      intervalMs: 60_000,
      when: (ms) => new Date(ms).toISOString(),
      zoned: (ms) => new Date(ms).toISOString(),
      openWrites: (id) => ledger.open(id),
      frozen: (id) => ledger.frozen(id),
      arming: () => desk.armed,
    }),
    readLimits: async () => desk.limits,
    language: 'en',
    keepsOwnKeys: false,
  };
  return { app, keys, armed };
}

/** Lets time pass, and the venue do what it took, until the person is done. */
export async function throughTime<T>(desk: Desk, done: Promise<T>): Promise<T> {
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
    await desk.clock.advance(2_000);
    desk.venue.settle();
    desk.market.settle();
  }
  if (state.has('waiting')) throw new Error('still waiting for an answer or the clock');
  return done;
}

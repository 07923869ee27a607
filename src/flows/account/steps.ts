import { msg, type Message } from '../../core/message.ts';
import type { Exchange, Keys, Site } from '../../exchanges/exchange.ts';
import { decimal, type Decimal } from '../../core/decimal.ts';
import { checkAccountName, checkKeyPart, checkLoopbackAddress, freeAccountName, type Checked } from '../../words/key.ts';
import type { Text } from '../../words/text.ts';
import {
  type Conversation,
  type Item,
  type Frame,
  back,
  type Back,
  type InputQuestion,
  type Judged,
  type PickQuestion,
} from '../conversation.ts';
import { loopbackOnly } from '../../exchanges/http/address.ts';
import { spaced } from '../../words/text.ts';

/** The answers so far. Nothing is stored before the end. */
export interface AccountAnswers {
  readonly exchange?: Exchange;
  readonly site?: Site;
  /** Only for a site without an address of its own. */
  readonly baseUrl?: string;
  readonly name?: string;
  readonly keys: Keys;
}

/** Exchange, site, and the address if the site has none. */
export function placeSteps(talk: Conversation, title: Text, exchanges: readonly Exchange[]): readonly Step<AccountAnswers>[] {
  return [
    {
      ask: async (answers, frame) => {
        const items = exchanges.map((exchange) => ({ label: exchange.name, value: exchange }));
        const isActive = (exchange: Exchange): boolean => exchange === answers.exchange;
        const outcome = await askPick(talk, frame, {
          title,
          placeholder: msg('account.exchange', 'Exchange'),
          items,
          isActive,
        });
        if (outcome.kind !== 'next') return outcome;
        // Another exchange has other sites and other keys.
        return { kind: 'next', value: outcome.value === answers.exchange ? answers : { exchange: outcome.value, keys: {} } };
      },
    },
    {
      ask: async (answers, frame) => {
        const sites = answers.exchange?.sites ?? [];
        // The venue's own addresses first.
        const items = [...sites.filter(isOfficial), ...sites.filter((site) => !isOfficial(site))].map((site) => siteItem(talk, site));
        const isActive = (site: Site): boolean => site === answers.site;
        const outcome = await askPick(talk, frame, {
          title,
          placeholder: msg('account.key-site', 'Site of the key'),
          items,
          isActive,
        });
        if (outcome.kind !== 'next') return outcome;
        const { exchange, name, keys } = answers;
        if (outcome.value === answers.site || exchange === undefined) return { kind: 'next', value: answers };
        return { kind: 'next', value: { exchange, site: outcome.value, keys, ...(name === undefined ? {} : { name }) } };
      },
    },
    {
      applies: ({ site }) => site !== undefined && !isOfficial(site),
      ask: async (answers, frame) => {
        const outcome = await askInput(talk, frame, {
          title,
          prompt: loopbackOnly,
          placeholder: answers.site?.exampleUrl ?? 'http://127.0.0.1:9000',
          value: answers.baseUrl ?? '',
          judge: checkLoopbackAddress,
        });
        return outcome.kind === 'next' ? { kind: 'next', value: { ...answers, baseUrl: outcome.value } } : outcome;
      },
    },
  ];
}

function isOfficial(site: Site): boolean {
  return site.baseUrl !== undefined;
}

function siteItem(talk: Conversation, site: Site): Item<Site> & { readonly value: Site } {
  return {
    // An address question follows.
    label: site.baseUrl === undefined ? `${talk.localize(site.label)}…` : site.label,
    ...(site.baseUrl === undefined ? {} : { description: new URL(site.baseUrl).host }),
    ...(site.detail === undefined ? {} : { detail: site.detail }),
    value: site,
  };
}

/** What the account is called. `taken` are the names of the others. */
export function nameStep(talk: Conversation, title: Text, taken: readonly string[]): Step<AccountAnswers> {
  return {
    ask: async (answers, frame) => {
      const outcome = await askInput(talk, frame, {
        title,
        prompt: msg('account.name', 'Name of the account'),
        value: answers.name ?? freeAccountName(talk.localize(suggestedName(answers)), taken),
        judge: (raw) => checkAccountName(raw, taken),
      });
      return outcome.kind === 'next' ? { kind: 'next', value: { ...answers, name: outcome.value } } : outcome;
    },
  };
}

function suggestedName({ exchange, site }: AccountAnswers): Message | string {
  const venue = exchange?.name ?? '';
  if (site?.simulated === true) return spaced(venue, msg('term.simulated', 'simulated'));
  return site?.demo === true ? spaced(venue, msg('account.demo', 'demo')) : venue;
}

/** The parts of the key, in the venue's order. As many steps as any venue needs; those that do not apply are skipped. */
export function keySteps(talk: Conversation, title: Text, exchanges: readonly Exchange[]): readonly Step<AccountAnswers>[] {
  const most = Math.max(0, ...exchanges.map(({ keyFields }) => keyFields.length));
  return Array.from({ length: most }, (_, index) => ({
    applies: ({ exchange }) => exchange === undefined || exchange.keyFields[index] !== undefined,
    ask: async (answers, frame) => {
      const field = answers.exchange?.keyFields[index];
      if (field === undefined) return { kind: 'next', value: answers };
      const { label } = field;
      const outcome = await askInput(talk, frame, {
        title,
        prompt: field.hint === undefined ? label : `${talk.localize(label)}: ${talk.localize(field.hint)}`,
        placeholder: label,
        value: answers.keys[field.id] ?? '',
        secret: true,
        judge: checkKeyPart,
      });
      return outcome.kind === 'next'
        ? { kind: 'next', value: { ...answers, keys: { ...answers.keys, [field.id]: outcome.value } } }
        : outcome;
    },
  }));
}

/** The result of one step. */
export type Outcome<Value> = { readonly kind: 'next'; readonly value: Value } | { readonly kind: 'back' } | { readonly kind: 'cancel' };

/** One question of a series. `ask` returns the answers with its own added. */
export interface Step<Answers> {
  readonly applies?: (answers: Answers) => boolean;
  readonly ask: (answers: Answers, frame: Frame) => Promise<Outcome<Answers>>;
}

/**
 * Asks one question after another, beginning at index `start`. Going back keeps the answers, so that they can be offered again.
 * @returns the answers, or undefined if a step was cancelled
 */
export async function runSteps<Answers>(steps: readonly Step<Answers>[], answers: Answers, start = 0): Promise<Answers | undefined> {
  const applies = (step: Step<Answers>): boolean => step.applies?.(current) ?? true;
  let current = answers;
  let at = start;
  for (let step = steps[at]; step !== undefined; step = steps[at]) {
    if (!applies(step)) {
      at += 1;
      continue;
    }
    const before = steps.slice(0, at).filter(applies).length;
    const outcome = await step.ask(current, { step: before + 1, totalSteps: steps.filter(applies).length, canGoBack: before > 0 });
    if (outcome.kind === 'cancel') return undefined;
    if (outcome.kind === 'next') {
      current = outcome.value;
      at += 1;
    } else {
      at = steps.slice(0, at).findLastIndex(applies);
      // The first question has none before it, so going back is ignored.
      if (at < 0) at = start;
    }
  }
  return current;
}

/** Asks to choose one of several, as one step of a series. */
export async function askPick<T>(
  talk: Conversation,
  frame: Frame,
  question: Omit<PickQuestion<T>, 'frame' | 'canGoBack'>,
): Promise<Outcome<T>> {
  return outcomeOf(await talk.pick({ ...question, frame, canGoBack: frame.canGoBack }));
}

/** Asks to type something, as one step of a series. */
export async function askInput<T>(
  talk: Conversation,
  frame: Frame,
  question: Omit<InputQuestion<T>, 'frame' | 'canGoBack'>,
): Promise<Outcome<T>> {
  return outcomeOf(await talk.input({ ...question, frame, canGoBack: frame.canGoBack }));
}

function outcomeOf<T>(answer: T | Back | undefined): Outcome<T> {
  if (answer === undefined) return { kind: 'cancel' };
  return answer === back ? { kind: 'back' } : { kind: 'next', value: answer as T };
}

/** A typed percentage, with a remark if needed. */
export function judged(
  check: (raw: string) => Checked,
  consider: (typed: Decimal) => Message | undefined,
): (raw: string) => Judged<string> {
  return (raw) => {
    const checked = check(raw);
    if ('problem' in checked) return checked;
    const caution = consider(decimal(checked.value));
    return { ...checked, remark: caution === undefined ? undefined : { sentence: caution, caution: true } };
  };
}

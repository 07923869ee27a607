import { msg, type Message } from '../../core/message.ts';
import type { Exchange, Keys, Site } from '../../exchanges/exchange.ts';
import { checkAccountName, checkKeyPart, checkLoopbackAddress, freeAccountName } from '../../words/key.ts';
import type { Text } from '../../words/text.ts';
import type { Conversation, Item } from '../conversation.ts';
import { askInput, askPick } from './ask-step.ts';
import type { Step } from './step-sequence.ts';

/** What was answered so far. Lives as long as the questions; nothing of it is stored before the end. */
export interface AccountAnswers {
  readonly exchange?: Exchange;
  readonly site?: Site;
  /** Only for a site without an address of its own. */
  readonly baseUrl?: string;
  readonly name?: string;
  readonly keys: Keys;
}

/** Where an account is: exchange, site, and the address when the site has none. */
export function placeSteps(talk: Conversation, title: Text, exchanges: readonly Exchange[]): readonly Step<AccountAnswers>[] {
  return [
    {
      ask: async (answers, frame) => {
        const items = exchanges.map((exchange) => ({ label: exchange.name, value: exchange }));
        const isActive = (exchange: Exchange): boolean => exchange === answers.exchange;
        const outcome = await askPick(talk, frame, { title, placeholder: msg('Which exchange is the account at?'), items, isActive });
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
          placeholder: msg('Which of its sites was the key made at?'),
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
          prompt: msg(
            'Address of the simulated exchange. Only this computer is accepted: a signed request must never go to an unknown place.',
          ),
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
    // An address will be asked for.
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
        prompt: msg('What shall the account be called here?'),
        value: answers.name ?? freeAccountName(talk.localize(suggestedName(answers)), taken),
        judge: (raw) => checkAccountName(raw, taken),
      });
      return outcome.kind === 'next' ? { kind: 'next', value: { ...answers, name: outcome.value } } : outcome;
    },
  };
}

function suggestedName({ exchange, site }: AccountAnswers): Message | string {
  const venue = exchange?.name ?? '';
  if (site?.simulated === true) return msg('{0} simulated', venue);
  return site?.demo === true ? msg('{0} demo', venue) : venue;
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

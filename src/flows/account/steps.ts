import * as vscode from 'vscode';
import { msg, type Message } from '../../core/message.ts';
import type { Exchange, Keys, Site } from '../../exchanges/exchange.ts';
import { localize } from '../../vscode/localize.ts';
import { askInput, askPick } from '../../vscode/conversation.ts';
import { checkAccountName, checkKeyPart, checkLoopbackAddress, freeAccountName, type Checked } from '../../words/key.ts';
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

function checker(check: (raw: string) => Checked): (raw: string) => { readonly value: string } | { readonly problem: string } {
  return (raw) => {
    const checked = check(raw);
    return 'value' in checked ? checked : { problem: localize(checked.problem) };
  };
}

/** Where an account is: exchange, site, and the address when the site has none. */
export function placeSteps(title: string, exchanges: readonly Exchange[]): readonly Step<AccountAnswers>[] {
  return [
    {
      ask: async (answers, frame) => {
        const items = exchanges.map((exchange) => ({ label: exchange.name, value: exchange }));
        const isActive = (exchange: Exchange): boolean => exchange === answers.exchange;
        const outcome = await askPick({ title, frame, placeholder: vscode.l10n.t('Which exchange is the account at?'), items, isActive });
        if (outcome.kind !== 'next') return outcome;
        // Another exchange has other sites and other keys.
        return { kind: 'next', value: outcome.value === answers.exchange ? answers : { exchange: outcome.value, keys: {} } };
      },
    },
    {
      ask: async (answers, frame) => {
        const sites = answers.exchange?.sites ?? [];
        // The venue's own addresses first.
        const items = [...sites.filter(isOfficial), ...sites.filter((site) => !isOfficial(site))].map(siteItem);
        const isActive = (site: Site): boolean => site === answers.site;
        const outcome = await askPick({
          title,
          frame,
          placeholder: vscode.l10n.t('Which of its sites was the key made at?'),
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
        const outcome = await askInput({
          title,
          frame,
          prompt: vscode.l10n.t(
            'Address of the simulated exchange. Only this computer is accepted: a signed request must never go to an unknown place.',
          ),
          placeholder: answers.site?.exampleUrl ?? 'http://127.0.0.1:9000',
          value: answers.baseUrl ?? '',
          password: false,
          check: checker(checkLoopbackAddress),
        });
        return outcome.kind === 'next' ? { kind: 'next', value: { ...answers, baseUrl: outcome.value } } : outcome;
      },
    },
  ];
}

function isOfficial(site: Site): boolean {
  return site.baseUrl !== undefined;
}

function siteItem(site: Site): vscode.QuickPickItem & { readonly value: Site } {
  return {
    // An address will be asked for.
    label: site.baseUrl === undefined ? `${localize(site.label)}…` : localize(site.label),
    ...(site.baseUrl === undefined ? {} : { description: new URL(site.baseUrl).host }),
    ...(site.detail === undefined ? {} : { detail: localize(site.detail) }),
    value: site,
  };
}

/** What the account is called. `taken` are the names of the others. */
export function nameStep(title: string, taken: readonly string[]): Step<AccountAnswers> {
  return {
    ask: async (answers, frame) => {
      const outcome = await askInput({
        title,
        frame,
        prompt: vscode.l10n.t('What shall the account be called here?'),
        value: answers.name ?? freeAccountName(localize(suggestedName(answers)), taken),
        password: false,
        check: checker((raw) => checkAccountName(raw, taken)),
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
export function keySteps(title: string, exchanges: readonly Exchange[]): readonly Step<AccountAnswers>[] {
  const most = Math.max(0, ...exchanges.map(({ keyFields }) => keyFields.length));
  return Array.from({ length: most }, (_, index) => ({
    applies: ({ exchange }) => exchange === undefined || exchange.keyFields[index] !== undefined,
    ask: async (answers, frame) => {
      const field = answers.exchange?.keyFields[index];
      if (field === undefined) return { kind: 'next', value: answers };
      const label = localize(field.label);
      const outcome = await askInput({
        title,
        frame,
        prompt: field.hint === undefined ? label : `${label}: ${localize(field.hint)}`,
        placeholder: label,
        value: answers.keys[field.id] ?? '',
        password: true,
        check: checker(checkKeyPart),
      });
      return outcome.kind === 'next'
        ? { kind: 'next', value: { ...answers, keys: { ...answers.keys, [field.id]: outcome.value } } }
        : outcome;
    },
  }));
}

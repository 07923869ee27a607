import * as vscode from 'vscode';
import { hidesAmounts } from './ports.ts';
import { filled, templateKey, type Message } from '../core/message.ts';

/** The text of a message in the language of the editor, with its amounts; in English where it has no translation. */
export const localize = (message: Message | string): string => inLanguage(message, false);

/** The same with dots for amounts. */
export const withoutAmounts = (message: Message | string): string => inLanguage(message, true);

function inLanguage(message: Message | string, hides: boolean): string {
  if (typeof message === 'string') return message;
  const bundle = vscode.l10n.bundle;
  return filled(message, (template) => bundle?.[templateKey(template)] ?? template, hides);
}

/** How texts are shown that stay on the screen: every view, tooltip, panel and notice goes through this. Asked once per drawing. */
export const onScreen = (): ((message: Message | string) => string) => (hidesAmounts() ? withoutAmounts : localize);

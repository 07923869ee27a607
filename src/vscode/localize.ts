import * as vscode from 'vscode';
import { filled, templateKey, type Message } from '../core/message.ts';

/** The text of a message in the language of the editor; in English where it has no translation. */
export function localize(message: Message | string): string {
  if (typeof message === 'string') return message;
  const bundle = vscode.l10n.bundle;
  return filled(message, (template) => bundle?.[templateKey(template)] ?? template);
}

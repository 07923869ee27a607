import * as vscode from 'vscode';
import type { Message } from '../core/message.ts';

/** The text of a message in the language of the editor. */
export function localize(message: Message | string): string {
  if (typeof message === 'string') return message;
  return vscode.l10n.t(message.template, ...message.args.map(localize));
}

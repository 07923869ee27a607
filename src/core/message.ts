/**
 * A sentence for a person, kept as its English template and its arguments until the editor's language is known.
 * All folders but the front make messages; `src/vscode` turns them into text through `vscode.l10n`.
 */
export interface Message {
  readonly template: string;
  readonly args: readonly (string | Message)[];
}

/**
 * Makes a message. The template must be a literal, because the check of translations collects them from the source.
 * Placeholders are `{0}`, `{1}`, ….
 */
export function msg(template: string, ...args: readonly (string | Message)[]): Message {
  return { template, args };
}

/** The English text of a message, for logs and tests. */
export function english(message: Message): string {
  return message.template.replace(/\{(\d+)\}/g, (placeholder, index: string) => {
    const arg = message.args[Number(index)];
    if (arg === undefined) return placeholder;
    return typeof arg === 'string' ? arg : english(arg);
  });
}

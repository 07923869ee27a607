/**
 * A sentence for a person, kept as its English template and its arguments until the editor's language is known. All folders but `src/vscode` make
 * messages; that one turns them into text through `vscode.l10n`.
 */
export interface Message {
  readonly template: string;
  readonly args: readonly (string | Message)[];
  /** It tells how much somebody has, and is replaced by dots where they hide that. */
  readonly isAmount?: true;
}

/**
 * Makes a message. Id and template must be literals, because the check of translations and the build collect them from the source.
 * @param _id how translations and tests refer to it; left out of the package
 * @param template English, with the placeholders `{0}`, `{1}`, …
 */
export function msg(_id: string, template: string, ...args: readonly (string | Message)[]): Message {
  if (args.length > 0) return { template, args };
  let known = words.get(template);
  if (known === undefined) words.set(template, (known = { template, args }));
  return known;
}

// Half of what many rows are made of; there are as many as sentences in the code.
const words = new Map<string, Message>();

/**
 * An amount of coins or money, or a text with one. Whatever stays on a screen says amounts only this way; previews and confirmations show
 * them always.
 */
export const hideable = (text: string | Message): Message => ({ template: '{0}', args: [text], isAmount: true });

/** Whether what was stored is a message. */
export function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) return false;
  const { template, args } = value as Partial<Record<keyof Message, unknown>>;
  return typeof template === 'string' && Array.isArray(args) && args.every((arg) => typeof arg === 'string' || isMessage(arg));
}

const dots = '•••';

/** The English text of a message, for logs and tests. */
export const english = (message: Message): string => filled(message, (template) => template);

/**
 * A message as one text.
 * @param translated gives the template in the person's language
 * @param hidesAmounts whether dots stand for amounts
 */
export function filled(message: Message, translated: (template: string) => string, hidesAmounts = false): string {
  if (hidesAmounts && message.isAmount === true) return dots;
  const template = message.isAmount === true ? message.template : translated(message.template);
  if (message.args.length === 0) return template;
  const parts = partsOf(template);
  let text = '';
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at] ?? '';
    // Every other part is the number of an argument.
    const arg = at % 2 === 0 ? part : (message.args[Number(part)] ?? `{${part}}`);
    text += typeof arg === 'string' ? arg : filled(arg, translated, hidesAmounts);
  }
  return text;
}

// There are as many as sentences.
const cut = new Map<string, readonly string[]>();

function partsOf(template: string): readonly string[] {
  const known = cut.get(template);
  if (known !== undefined) return known;
  const parts = template.split(/\{(\d+)\}/);
  cut.set(template, parts);
  return parts;
}

/**
 * The key of a template in the package's translations, where whole sentences as keys would add half to the size: 20 bits of FNV-1a over its
 * UTF-16 units. The build fails if two sentences get the same key.
 */
export function templateKey(template: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < template.length; at += 1) hash = Math.imul(hash ^ template.charCodeAt(at), 0x01000193);
  return (hash >>> 12).toString(36);
}

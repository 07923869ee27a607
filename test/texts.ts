import { readFileSync } from 'node:fs';

let english: Record<string, string> | undefined;

/** The English template of a message; the build of the tests collects them from the source. */
export function templateOf(id: string): string {
  english ??= JSON.parse(readFileSync('out/texts.json', 'utf8')) as Record<string, string>;
  const template = english[id];
  if (template === undefined) throw new Error(`There is no message “${id}”.`);
  return template;
}

/** What the message of this id says with these arguments, so that tests look for what is meant, not for words. */
export function says(id: string, ...args: readonly string[]): string {
  const template = templateOf(id);
  const used = new Set(template.match(/\{\d+\}/g));
  if (used.size !== args.length) throw new Error(`“${id}” takes ${String(used.size)} arguments: ${template}`);
  return template.replace(/\{(\d+)\}/g, (_placeholder, index: string) => args[Number(index)]!);
}

/** Finds the message of this id in a text, with any value for missing arguments and those given as `undefined`. */
export function saysLike(id: string, ...args: readonly (string | RegExp | undefined)[]): RegExp {
  const pattern = templateOf(id)
    .split(/(\{\d+\})/)
    .map((part) => {
      if (!/^\{\d+\}$/.test(part)) return escaped(part);
      const arg = args[Number(part.slice(1, -1))];
      return arg === undefined ? '[^]+?' : typeof arg === 'string' ? escaped(arg) : `(?:${arg.source})`;
    });
  return new RegExp(pattern.join(''));
}

/** Finds all of these in a text, in this order. */
export const saysInTurn = (...all: readonly (string | RegExp)[]): RegExp =>
  new RegExp(all.map((one) => (typeof one === 'string' ? escaped(one) : one.source)).join('[^]*'));

const escaped = (text: string): string => text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');

/** What a change is called, e.g. "Add 0.1 BTC to loan 12345 (Main)". Without the account where that is shown elsewhere. */
export function changeName(act: 'add' | 'remove', amount: string, coin: string, target: string, accountName?: string): string {
  const name = says(act === 'add' ? 'term.add-to' : 'term.remove-from', `${amount} ${coin}`, target);
  return accountName === undefined ? name : says('list.brackets', name, accountName);
}

export const onLoan = (id: string): string => says('kinds.loan', id);
export const marginOf = (position: string): string => says('kinds.margin-of', position);

/** Where the levels begin, e.g. "Watch 25%, Warning 12%, Danger 5%". */
export function levelsText(watch: string, warn: string, danger: string): string {
  const [first, second, third] = [says('level.watch'), says('level.warning'), says('level.danger')];
  return says('list.comma', says('list.comma', `${first} ${watch}%`, `${second} ${warn}%`), `${third} ${danger}%`);
}

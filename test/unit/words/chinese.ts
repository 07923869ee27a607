import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { english, type Message } from '../../../src/core/message.ts';

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
const translations = read('l10n/bundle.l10n.zh-cn.json');
const byTemplate = new Map(Object.entries(read('out/texts.json')).map(([id, template]) => [template, translations[id]]));

/** The English text, after making sure that all of it is there in Chinese with the same arguments. */
export function inBoth(message: Message): string {
  assert.doesNotMatch(chinese(message), /\{\d+\}/, message.template);
  return english(message);
}

function chinese({ template, args, isAmount }: Message): string {
  const text = isAmount === true ? template : byTemplate.get(template);
  assert.ok(text !== undefined, `not in Chinese: ${template}`);
  return text.replace(/\{(\d+)\}/g, (placeholder, index: string) => {
    const arg = args[Number(index)];
    if (arg === undefined) return placeholder;
    return typeof arg === 'string' ? arg : chinese(arg);
  });
}

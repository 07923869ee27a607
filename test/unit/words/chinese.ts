import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { english, type Message } from '../../../src/core/message.ts';

const bundle = JSON.parse(readFileSync('l10n/bundle.l10n.zh-cn.json', 'utf8')) as Record<string, string | undefined>;

/** The English text, after making sure that all of it is there in Chinese with the same arguments. */
export function inBoth(message: Message): string {
  assert.doesNotMatch(chinese(message), /\{\d+\}/, message.template);
  return english(message);
}

function chinese({ template, args }: Message): string {
  const text = bundle[template];
  assert.ok(text !== undefined, `not in Chinese: ${template}`);
  return text.replace(/\{(\d+)\}/g, (placeholder, index: string) => {
    const arg = args[Number(index)];
    if (arg === undefined) return placeholder;
    return typeof arg === 'string' ? arg : chinese(arg);
  });
}

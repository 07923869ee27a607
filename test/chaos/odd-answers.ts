import type { Random } from '../watch/random.ts';

const values = /"([A-Za-z]+)":("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null)/g;
/** What no figure or name is. */
const odd = ['""', 'null', '"abc"', '{}', '[]', '"1e999"', '"-"', '" "', '"NaN"', 'true', '[null]', '"０.５"'] as const;

/** The same answer with a few of its values made odd, or their names; nothing in it looks like another figure than it was. */
export function oddAnswer(body: string, random: Random): string {
  const places = [...body.matchAll(values)].filter(([, name]) => name !== 'code' && name !== 'retCode');
  if (places.length === 0) return body;
  const hit = new Set(Array.from({ length: random.whole(1, 3) }, () => random.pick(places).index));
  let [text, from] = ['', 0];
  for (const { index, 0: whole, 1: name } of places) {
    if (!hit.has(index)) continue;
    text += `${body.slice(from, index)}${random.chance(0.25) ? '"odd":0' : `"${name!}":${random.pick(odd)}`}`;
    from = index + whole.length;
  }
  return text + body.slice(from);
}

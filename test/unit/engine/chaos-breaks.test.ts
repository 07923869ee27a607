import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

interface Break {
  readonly name: string;
  readonly edits: readonly { readonly file: string; readonly find: string }[];
}

describe('the faults that are put in on purpose, for the simulation of the whole to find', () => {
  const breaks = JSON.parse(readFileSync('test/chaos/breaks.json', 'utf8')) as readonly Break[];

  it('are enough', () => {
    assert.ok(breaks.length >= 12);
  });

  for (const { name, edits } of breaks) {
    it(`fit the product as it is: ${name}`, () => {
      for (const { file, find } of edits) assert.equal(readFileSync(file, 'utf8').split(find).length, 2, `${file}: ${find}`);
    });
  }
});

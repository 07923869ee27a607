import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

interface Break {
  readonly name: string;
  readonly edits: readonly { readonly file: string; readonly find: string }[];
}

/** What has to find them, and how many there are at least. */
const finders = { chaos: 12, fuzz: 6 };

for (const [finder, least] of Object.entries(finders)) {
  describe(`the faults that are put in on purpose, for ${finder} to find`, () => {
    const breaks = JSON.parse(readFileSync(`test/${finder}/breaks.json`, 'utf8')) as readonly Break[];

    it('are enough', () => {
      assert.ok(breaks.length >= least);
    });

    for (const { name, edits } of breaks) {
      it(`fit the product as it is: ${name}`, () => {
        for (const { file, find } of edits) assert.equal(readFileSync(file, 'utf8').split(find).length, 2, `${file}: ${find}`);
      });
    }
  });
}

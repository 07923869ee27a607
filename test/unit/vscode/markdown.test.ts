import assert from 'node:assert/strict';
import { escapeMarkdown, markdownLink, markdownTable } from '../../../src/vscode/markdown.ts';
import { says } from '../../texts.ts';

describe('text in a tooltip', () => {
  it('cannot become a link, an image, a heading or a table cell', () => {
    assert.equal(escapeMarkdown('[x](command:y)'), '\\[x\\]\\(command\\:y\\)');
    assert.equal(escapeMarkdown('# <b> & | `'), '\\# &lt;b\\> &amp; \\| \\`');
    assert.equal(escapeMarkdown('two\n\nlines'), 'two lines');
  });

  it('links only to plain https addresses', () => {
    assert.deepEqual(markdownLink(says('loan.table', '2026-11-20'), 'https://exchange.test/a-b?c=1'), [
      '[table of 2026\\-11\\-20](https://exchange.test/a-b?c=1)',
    ]);
    for (const url of ['command:x', 'http://exchange.test', 'https://exchange.test/a) [b](command:x', 'https://exchange.test/<b>', '']) {
      assert.deepEqual(markdownLink('a', url), []);
    }
  });

  it('stands in a table of its own columns', () => {
    assert.equal(markdownTable(['A', 'B'], [['1|2', '3']]), '| A | B |\n| --- | --- |\n| 1\\|2 | 3 |');
  });
});

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { checkCommands, checkFiles, checkManifestTexts, listedCommands, manifestStrings } from '../../host/manifest.ts';
import { collectTexts, compareTexts, readBundle, type Finding } from '../../host/texts.ts';

const at = ({ file, line, problem }: Finding): string => `${file}:${line.toString()} ${problem}`;
const compared = (source: string, bundle: unknown): string[] =>
  compareTexts(collectTexts('src/a.ts', source).texts, readBundle('zh.json', JSON.stringify(bundle, undefined, 1))).map(at);

describe('Collecting the texts of the source', () => {
  it('takes the literals of msg with their lines', () => {
    const { texts, findings } = collectTexts('src/a.ts', `msg('a.one', 'One');\nmsg("a.two", "Two");\nother.t('no'); t('no');`);
    assert.deepEqual(
      texts.map(({ id, english, line }) => [id, english, line]),
      [
        ['a.one', 'One', 1],
        ['a.two', 'Two', 2],
      ],
    );
    assert.deepEqual(findings, []);
  });

  it('finds messages within messages', () => {
    const { texts } = collectTexts('src/a.ts', `msg('a.out', '{0} outside', msg('a.in', 'inside'))`);
    assert.deepEqual(
      texts.map(({ id }) => id),
      ['a.out', 'a.in'],
    );
  });

  it('refuses what is not a plain literal, and what no id looks like', () => {
    const source = [
      ...["msg('a.a', name);", "msg('a.a', 'a' + b);", "msg('a.a', `a ${b}`);", "msg(id, 'a');", "msg('a.a');", 'msg();'],
      ...["msg('One two', 'a');", 'vscode.l10n.t(name);', "l10n.t('a');"],
    ].join('\n');
    assert.deepEqual(
      collectTexts('src/a.ts', source).findings.map(({ line }) => line),
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
  });

  it('refuses placeholders without an argument and arguments without a placeholder', () => {
    const problems = (source: string): number => collectTexts('src/a.ts', source).findings.length;
    assert.equal(problems(`msg('a.a', '{0} of {1}', a)`), 1);
    assert.equal(problems(`msg('a.a', 'nothing', a)`), 1);
    assert.equal(problems(`msg('a.a', '{1} only', a)`), 1);
    assert.equal(problems(`msg('a.a', '{0} and {0}', a)`), 0);
    assert.equal(problems(`msg('a.a', '{0} of {1}', ...both)`), 0);
  });
});

describe('The texts of the build', () => {
  it('are those of the check, which reads the source in another way', () => {
    const texts = globSync('src/**/*.ts').flatMap((file) => collectTexts(file, readFileSync(file, 'utf8')).texts);
    const built = JSON.parse(readFileSync('out/texts.json', 'utf8')) as unknown;
    assert.deepEqual(built, Object.fromEntries(texts.map(({ id, english }) => [id, english])));
  });
});

describe('Comparing texts with their translations', () => {
  it('is content when all is there', () => {
    const twice = `msg('a.of', '{0} of {1}', a, b); msg('a.of', '{0} of {1}', c, d)`;
    assert.deepEqual(compared(twice, { 'a.of': '{1} 的 {0}' }), []);
  });

  it('names a missing translation where the text stands', () => {
    assert.deepEqual(compared(`\nmsg('a.one', 'One')`, {}), ['src/a.ts:2 not in zh.json: a.one']);
  });

  it('names an unused translation where it stands', () => {
    assert.deepEqual(compared(`msg('a.one', 'One')`, { 'a.one': '一', 'a.two': '二' }), ['zh.json:3 used nowhere: a.two']);
  });

  it('refuses an id that says two things, and a sentence under two ids', () => {
    const translations = { 'a.one': '一', 'a.two': '二' };
    assert.deepEqual(compared(`msg('a.one', 'One');\nmsg('a.two', 'Two');\nmsg('a.one', 'Uno')`, translations), [
      'src/a.ts:3 a.one says something else in src/a.ts',
    ]);
    assert.equal(compared(`msg('a.one', 'One'); msg('a.two', 'One')`, { 'a.one': '一' }).length, 1);
  });

  it('names lost, added and doubled placeholders', () => {
    assert.deepEqual(compared(`msg('a.of', '{0} of {1}', a, b)`, { 'a.of': '{0}' }), [
      'zh.json:2 placeholders are [{0}], in English [{0} {1}]: "a.of"',
    ]);
    assert.equal(compared(`msg('a.a', 'a')`, { 'a.a': '{0}' }).length, 1);
    assert.equal(compared(`msg('a.a', '{0}!', a)`, { 'a.a': '{0}{0}' }).length, 1);
  });
});

describe('Reading a file of translations', () => {
  const problems = (content: string): string[] => readBundle('zh.json', content).findings.map(at);

  it('refuses a key that is there twice', () => {
    assert.deepEqual(problems('{\n "a": "1",\n "a": "2"\n}'), ['zh.json:3 twice: "a"']);
  });

  it('refuses an empty text and anything that is not a text', () => {
    assert.deepEqual(problems('{\n "a": " ",\n "b": 1\n}'), ['zh.json:2 no text for "a"', 'zh.json:3 no text for "b"']);
  });

  it('refuses what is not JSON, or not there', () => {
    assert.equal(problems('{ "a": "1", }').length, 1);
    assert.equal(problems('[]').length, 1);
    assert.equal(problems('').length, 1);
  });
});

describe('The texts of the manifest', () => {
  const bundle = (file: string, entries: Record<string, string>) => readBundle(file, JSON.stringify(entries, undefined, 1));
  const check = (manifest: unknown, english: Record<string, string>, chinese: Record<string, string>): string[] =>
    checkManifestTexts(
      manifestStrings(JSON.stringify(manifest, undefined, 1)),
      bundle('package.nls.json', english),
      bundle('package.nls.zh-cn.json', chinese),
    ).map(at);

  it('are all there in both languages', () => {
    assert.deepEqual(check({ title: '%a%', list: [{ name: '%b%' }] }, { a: 'A {0}', b: 'B' }, { a: '甲 {0}', b: '乙' }), []);
  });

  it('are missed where the manifest asks for them', () => {
    assert.deepEqual(check({ title: '%a%' }, {}, {}), ['package.json:2 not in package.nls.json: "a"']);
  });

  it('are missed in Chinese', () => {
    assert.deepEqual(check({ title: '%a%' }, { a: 'A' }, {}), ['package.nls.json:2 not in package.nls.zh-cn.json: "a"']);
  });

  it('are refused when nobody asks for them', () => {
    assert.deepEqual(check({ title: 'plain' }, { a: 'A' }, { a: '甲' }), ['package.nls.json:2 used nowhere: "a"']);
    assert.deepEqual(check({}, {}, { a: '甲' }), ['package.nls.zh-cn.json:2 not in package.nls.json: "a"']);
  });

  it('keep their placeholders', () => {
    assert.equal(check({ title: '%a%' }, { a: 'A {0}' }, { a: '甲' }).length, 1);
  });
});

describe('The commands of the manifest', () => {
  const list = `export const commandIds = {\n  a: 'ltvGauge.a',\n} as const;`;
  const check = (contributes: unknown, english: Record<string, string> = {}): string[] =>
    checkCommands(
      manifestStrings(JSON.stringify({ contributes }, undefined, 1)),
      [readBundle('package.nls.json', JSON.stringify(english, undefined, 1))],
      listedCommands('ids.ts', list),
      'ids.ts',
    ).map(at);

  it('are those of the source', () => {
    assert.deepEqual(check({ commands: [{ command: 'ltvGauge.a' }], menus: { x: [{ command: 'ltvGauge.a' }] } }), []);
  });

  it('are refused when the source does not list them', () => {
    assert.deepEqual(check({ commands: [{ command: 'ltvGauge.a' }, { command: 'ltvGauge.b' }] }), [
      'package.json:8 no such command in ids.ts: ltvGauge.b',
    ]);
  });

  it('are missed when only the source lists them', () => {
    assert.deepEqual(check({ menus: { x: [{ command: 'ltvGauge.a' }] } }), ['ids.ts:2 not among the commands of package.json: ltvGauge.a']);
  });

  it('must exist wherever a menu, an event or a link names one', () => {
    const commands = [{ command: 'ltvGauge.a' }];
    assert.equal(check({ commands, menus: { x: [{ command: 'ltvGauge.c' }] } }).length, 1);
    assert.equal(check({ commands, steps: ['onCommand:ltvGauge.c'] }).length, 1);
    assert.deepEqual(check({ commands }, { a: '[Go](command:ltvGauge.c)' }), ['package.nls.json:2 no such command in ids.ts: ltvGauge.c']);
  });
});

describe('The files of the manifest', () => {
  const check = (manifest: unknown, ...there: string[]): string[] =>
    checkFiles(manifestStrings(JSON.stringify(manifest, undefined, 1)), 'zh-cn', (file) => there.includes(file)).map(at);

  it('are missed when they are not there', () => {
    assert.deepEqual(check({ icon: 'media/icon.png' }), ['package.json:2 no such file: media/icon.png']);
    assert.equal(check({ contributes: { commands: [{ icon: { light: 'l.svg', dark: 'd.svg' } }] } }, 'l.svg').length, 1);
  });

  it('are left alone when they are icons of the editor, texts, or none of the package’s business', () => {
    assert.deepEqual(check({ contributes: { commands: [{ icon: '$(add)' }], x: [{ markdown: '%a%' }] }, scripts: { path: 'x' } }), []);
  });

  it('have a Chinese page beside each page of the walkthrough', () => {
    const manifest = { contributes: { steps: [{ markdown: 'media/a.md' }] } };
    assert.deepEqual(check(manifest, 'media/a.md'), ['package.json:5 no such file: media/a.nls.zh-cn.md']);
    assert.deepEqual(check(manifest, 'media/a.md', 'media/a.nls.zh-cn.md'), []);
  });
});

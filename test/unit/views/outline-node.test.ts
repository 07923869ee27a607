import assert from 'node:assert/strict';
import { adopt, nodesOfSource, renew, type OutlineNode } from '../../../src/views/outline-node.ts';
import { sourceKey, type Entry } from '../../../src/views/entry.ts';

const entry = (id: string, label: string, children: readonly Entry[] = [], change: Partial<Entry> = {}): Entry => ({
  id,
  accountId: 'one',
  label,
  expansion: 'open',
  context: 'group',
  spoken: label,
  children,
  ...change,
});

/** Opens everything, as the editor does with what is seen. */
function open(nodes: readonly OutlineNode[]): readonly OutlineNode[] {
  for (const node of nodes) {
    node.children = adopt(node.entry.children ?? [], [], node);
    open(node.children);
  }
  return nodes;
}

const ids = (nodes: readonly OutlineNode[]): string[] => nodes.map((node) => node.entry.id);

describe('what is repainted', () => {
  const before = [entry('a', 'A', [entry('a1', '1'), entry('a2', '2')]), entry('b', 'B', [entry('b1', '1')])];

  it('is nothing when nothing reads differently', () => {
    const nodes = open(adopt(before, [], undefined));
    assert.deepEqual(renew(nodes, structuredClone(before)), { all: false, changed: [] });
  });

  it('is only the line that reads differently', () => {
    const nodes = open(adopt(before, [], undefined));
    const { all, changed } = renew(nodes, [entry('a', 'A', [entry('a1', '1'), entry('a2', 'other')]), before[1]!]);
    assert.equal(all, false);
    assert.deepEqual(ids(changed), ['a2']);
    assert.equal(changed[0]!.entry.label, 'other');
  });

  it('is the parent when it has other children, and then nothing below it', () => {
    const nodes = open(adopt(before, [], undefined));
    const { changed } = renew(nodes, [entry('a', 'A', [entry('a1', 'other'), entry('a3', '3')]), before[1]!]);
    assert.deepEqual(ids(changed), ['a']);
  });

  it('is everything when there are other accounts', () => {
    const nodes = open(adopt(before, [], undefined));
    assert.deepEqual(renew(nodes, [before[0]!]), { all: true, changed: [] });
  });

  it('is rows that are open when what is foreseen from them reads differently, and not rows that are closed', () => {
    const source = { kind: 'interest', accountId: 'one', version: '' } as const;
    const at = (figures: string) => [entry('a', 'A', [entry('i', 'I', [], { pages: { ...source, figures } })])];
    const nodes = adopt(at('1'), [], undefined);
    nodes[0]!.children = adopt(at('1')[0]!.children!, [], nodes[0]);
    assert.deepEqual(renew(nodes, at('2')).changed, []);
    nodes[0]!.children[0]!.children = [];
    assert.deepEqual(ids(renew(nodes, at('2')).changed), []);
    assert.deepEqual(ids(renew(nodes, at('3')).changed), ['i']);
  });

  it('leaves no old row in a view that nobody looks at, whatever has moved in it', () => {
    const nodes = open(adopt(before, [], undefined));
    const shown = (some: readonly OutlineNode[]): unknown => some.map(({ entry: { label }, children = [] }) => [label, shown(children)]);
    const moved = [entry('b', 'B', [entry('b1', '3')]), entry('a', 'A', [entry('a2', '4'), entry('a1', '5')])];
    assert.equal(renew(nodes, moved).all, true);
    const adopted = adopt(moved, nodes, undefined);
    assert.deepEqual(shown(adopted), [
      ['B', [['3', []]]],
      [
        'A',
        [
          ['4', []],
          ['5', []],
        ],
      ],
    ]);
    renew(adopted, [moved[0]!, entry('a', 'A', [entry('a1', '6'), entry('a2', '7')])]);
    assert.deepEqual(shown(adopted.slice(1)), [
      [
        'A',
        [
          ['6', []],
          ['7', []],
        ],
      ],
    ]);
  });

  it('leaves what was never opened alone', () => {
    const nodes = adopt(before, [], undefined);
    assert.deepEqual(renew(nodes, [entry('a', 'A', [entry('a9', '9')]), before[1]!]).changed, []);
  });
});

describe('a line of a view', () => {
  it('stays the same object while what it says changes', () => {
    const first = adopt([entry('a', 'A'), entry('b', 'B')], [], undefined);
    const second = adopt([entry('b', 'other'), entry('c', 'C')], first, undefined);
    assert.equal(second[0], first[1]);
    assert.equal(second[0]!.entry.label, 'other');
    assert.notEqual(second[1], first[0]);
  });

  it('is a place for the commands of the menus, also when it is copied', () => {
    const [node] = adopt([entry('a', 'A', [], { on: { kind: 'loan', id: '12345' }, coin: 'BTC' })], [], undefined);
    const { accountId, on, coin } = Object.assign({}, node);
    assert.deepEqual([accountId, on, coin], ['one', { kind: 'loan', id: '12345' }, 'BTC']);
  });

  it('is found by the source of its rows once it was opened', () => {
    const pages = { kind: 'history', accountId: 'one', version: '' } as const;
    const nodes = adopt([entry('a', 'A', [entry('h', 'H', [], { pages })])], [], undefined);
    assert.deepEqual(nodesOfSource(nodes, sourceKey(pages)), []);
    open(nodes);
    assert.deepEqual(ids(nodesOfSource(nodes, sourceKey(pages))), ['h']);
    assert.deepEqual(nodesOfSource(nodes, 'interest/one/'), []);
  });
});

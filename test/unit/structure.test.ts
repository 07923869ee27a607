import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

const root = process.cwd();
const files = globSync('src/**/*.ts', { cwd: root }).map((file) => file.replaceAll('\\', '/'));
const textOf = new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));
/** What each file imports, for its types alone or when it is first needed included: files of ours by path, packages by name. */
const imports = new Map(
  files.map((file) => {
    const named = ts.preProcessFile(textOf.get(file)!, true, true).importedFiles.map(({ fileName }) => fileName);
    return [file, named.map((name) => (name.startsWith('.') ? path.posix.join(path.posix.dirname(file), name) : name))] as const;
  }),
);

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** The shortest way in each knot of things that lead back to themselves. */
function circles(graph: Graph): string[] {
  const found: string[] = [];
  const inSome = new Set<string>();
  for (const start of graph.keys()) {
    if (inSome.has(start)) continue;
    const from = new Map<string, string>();
    const queue = [start];
    for (let at = queue.shift(); at !== undefined && !from.has(start); at = queue.shift()) {
      for (const next of graph.get(at) ?? []) {
        if (from.has(next)) continue;
        from.set(next, at);
        queue.push(next);
      }
    }
    if (!from.has(start)) continue;
    const way = [start];
    for (let at = from.get(start)!; at !== start; at = from.get(at)!) way.unshift(at);
    for (const one of way) inSome.add(one);
    found.push([start, ...way].join(' → '));
  }
  return found;
}

/** How what lies side by side in a folder imports each other. */
function inside(folder: string): Graph {
  const childOf = (file: string): string | undefined =>
    file.startsWith(`${folder}/`) ? file.slice(folder.length + 1).split('/')[0] : undefined;
  const graph = new Map<string, Set<string>>();
  for (const [file, targets] of imports) {
    const child = childOf(file);
    if (child === undefined) continue;
    const others = targets.map(childOf).filter((other) => other !== undefined && other !== child);
    graph.set(child, new Set([...(graph.get(child) ?? []), ...others.filter((other) => other !== undefined)]));
  }
  return graph;
}

describe('the structure of the source', () => {
  it('has imports that lead somewhere', () => {
    const lost = [...imports].flatMap(([file, targets]) =>
      targets
        .filter((target) => target.startsWith('src/') && target.endsWith('.ts') && !textOf.has(target))
        .map((target) => `${file}: ${target}`),
    );
    assert.deepEqual(lost, []);
    assert.ok(files.length > 100);
  });

  it('has no circle of files', () => {
    assert.deepEqual(circles(new Map([...imports].map(([file, targets]) => [file, new Set(targets)]))), []);
  });

  it('has no circle of what lies side by side in a folder', () => {
    const folders = [...new Set(files.flatMap((file) => file.split('/').map((_, index, parts) => parts.slice(0, index).join('/'))))];
    const found = folders.filter((folder) => folder !== '').map((folder) => [folder, circles(inside(folder))] as const);
    assert.deepEqual(
      found.filter(([, ways]) => ways.length > 0),
      [],
    );
  });

  it('exports nothing that changes, which a part of the package would read only once', () => {
    assert.deepEqual(
      files.filter((file) => /^export (let|var) /m.test(textOf.get(file)!)),
      [],
    );
  });

  it('has functions below 70 lines', () => {
    const long: string[] = [];
    for (const [file, text] of textOf) {
      const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
      const visit = (node: ts.Node): void => {
        if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
          const [first, last] = [node.getStart(), node.end].map((at) => source.getLineAndCharacterOfPosition(at).line);
          if (last! - first! + 1 >= 70) long.push(`${file}:${(first! + 1).toString()}: ${(last! - first! + 1).toString()} lines`);
        }
        node.forEachChild(visit);
      };
      visit(source);
    }
    assert.deepEqual(long, []);
  });

  it('has rooms that import only what their border lets in, and an editor that only its front knows', async () => {
    const { borders } = (await import(pathToFileURL(path.join(root, 'oxlint.config.mts')).href)) as {
      borders: Readonly<Record<string, readonly string[]>>;
    };
    const isIn = (file: string, room: string): boolean => file === `src/${room}.ts` || file.startsWith(`src/${room}/`);
    const wrong = [...imports].flatMap(([file, targets]) => {
      const room = Object.keys(borders)
        .filter((one) => isIn(file, one))
        .sort((a, b) => b.length - a.length)[0];
      if (room === undefined) return file === 'src/extension.ts' ? [] : [`${file} is in no room`];
      const own = room.split('/')[0]!;
      return targets
        .filter((target) =>
          target.startsWith('src/') ? ![own, ...borders[room]!].some((one) => isIn(target, one)) : target === 'vscode' && own !== 'vscode',
        )
        .map((target) => `${file} imports ${target}`);
    });
    assert.deepEqual(wrong, []);
  });

  it('has hooks of tests in the files they are for, inside of a describe', () => {
    const outside = globSync('test/**/*.test.ts', { cwd: root }).filter((file) =>
      /^(before|after)(Each)?\(/m.test(readFileSync(path.join(root, file), 'utf8')),
    );
    assert.deepEqual(outside, [], 'outside of any describe they would run for the tests of all files');
  });
});

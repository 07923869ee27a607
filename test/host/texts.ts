import * as ts from 'typescript';

/** Something wrong with a text, and where. */
export interface Finding {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly problem: string;
}

/** One sentence of the source, as a translator gets it. */
export interface SourceText {
  readonly id: string;
  readonly english: string;
  readonly file: string;
  readonly line: number;
}

/** A file of translations: the text of each key, and its line. */
export interface Bundle {
  readonly file: string;
  readonly entries: ReadonlyMap<string, { readonly text: string; readonly line: number }>;
  readonly findings: readonly Finding[];
}

const lineOf = (source: ts.SourceFile, node: ts.Node): number => source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;

/** Every id and text given to `msg(…)` in a TypeScript file; whatever else is given there is a finding. */
export function collectTexts(file: string, content: string): { readonly texts: SourceText[]; readonly findings: Finding[] } {
  const source = ts.createSourceFile(file, content, ts.ScriptTarget.Latest, true);
  const texts: SourceText[] = [];
  const findings: Finding[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && makesMessage(node.expression)) examine(node);
    if (ts.isCallExpression(node) && asksEditor(node.expression)) {
      findings.push({ file, line: lineOf(source, node), problem: 'the editor has no translation of this: use localize(msg(…))' });
    }
    ts.forEachChild(node, visit);
  };
  const examine = (call: ts.CallExpression): void => {
    const [id, text, ...rest] = call.arguments;
    const line = lineOf(source, call);
    if (id === undefined || text === undefined || !ts.isStringLiteral(id) || !ts.isStringLiteral(text)) {
      findings.push({ file, line, problem: 'id and text are not two plain literals, so no translator will ever see them' });
      return;
    }
    if (!isId.test(id.text)) findings.push({ file, line, problem: `an id is like "loan.no-price", not ${JSON.stringify(id.text)}` });
    texts.push({ id: id.text, english: text.text, file, line });
    if (rest.some((argument) => ts.isSpreadElement(argument))) return;
    const wanted = new Set(placeholders(text.text)).size;
    if (wanted !== rest.length || placeholders(text.text).some((one) => Number(one.slice(1, -1)) >= rest.length)) {
      findings.push({
        file,
        line,
        problem: `${wanted.toString()} placeholders but ${rest.length.toString()} arguments: ${JSON.stringify(text.text)}`,
      });
    }
  };
  visit(source);
  return { texts, findings };
}

const isId = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$/;
const makesMessage = (callee: ts.Expression): boolean => ts.isIdentifier(callee) && callee.text === 'msg';

/** `l10n.t(…)` or `vscode.l10n.t(…)`: the package has no translations by whole sentences. */
function asksEditor(callee: ts.Expression): boolean {
  if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== 't') return false;
  const owner = callee.expression;
  return ts.isIdentifier(owner) ? owner.text === 'l10n' : ts.isPropertyAccessExpression(owner) && owner.name.text === 'l10n';
}

/** `{0}`, `{1}`, … in ascending order, each as often as it occurs. */
export function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\d+\}/g)].map(([one]) => one).sort();
}

/** Reads a flat JSON object of texts. */
export function readBundle(file: string, content: string): Bundle {
  const source = ts.parseJsonText(file, content);
  const entries = new Map<string, { text: string; line: number }>();
  const findings: Finding[] = [];
  const root = source.statements[0]?.expression;
  if (root === undefined || !ts.isObjectLiteralExpression(root) || !isJson(content)) {
    return { file, entries, findings: [{ file, line: 1, problem: 'this is not a JSON object' }] };
  }
  for (const property of root.properties) {
    const line = lineOf(source, property);
    if (!ts.isPropertyAssignment(property) || !ts.isStringLiteral(property.name)) continue;
    const key = property.name.text;
    if (entries.has(key)) findings.push({ file, line, problem: `twice: ${JSON.stringify(key)}` });
    if (!ts.isStringLiteral(property.initializer) || property.initializer.text.trim() === '') {
      findings.push({ file, line, problem: `no text for ${JSON.stringify(key)}` });
    } else {
      entries.set(key, { text: property.initializer.text, line });
    }
  }
  return { file, entries, findings };
}

function isJson(content: string): boolean {
  try {
    JSON.parse(content);
    return true;
  } catch {
    return false;
  }
}

/** Ids with two texts and texts with two ids, texts without a translation and the reverse, and translations that lost or gained a placeholder. */
export function compareTexts(texts: readonly SourceText[], bundle: Bundle): Finding[] {
  const findings: Finding[] = [];
  const byId = new Map<string, SourceText>();
  const byText = new Map<string, SourceText>();
  for (const text of texts) {
    const { id, english, file, line } = text;
    const twin = byId.get(id) ?? byText.get(english);
    if (twin !== undefined) {
      if (twin.english !== english) findings.push({ file, line, problem: `${id} says something else in ${twin.file}` });
      else if (twin.id !== id) findings.push({ file, line, problem: `${id} says the same as ${twin.id} in ${twin.file}: use one id` });
      continue;
    }
    byId.set(id, text);
    byText.set(english, text);
    const translation = bundle.entries.get(id);
    if (translation === undefined) findings.push({ file, line, problem: `not in ${bundle.file}: ${id}` });
    else findings.push(...differentPlaceholders(id, english, translation, bundle.file));
  }
  for (const [id, { line }] of bundle.entries) {
    if (!byId.has(id)) findings.push({ file: bundle.file, line, problem: `used nowhere: ${id}` });
  }
  return findings;
}

/** At most one finding: the translation does not have the placeholders of the English text. */
export function differentPlaceholders(
  key: string,
  english: string,
  translation: { readonly text: string; readonly line: number },
  file: string,
): Finding[] {
  const [wanted, found] = [placeholders(english).join(' '), placeholders(translation.text).join(' ')];
  if (wanted === found) return [];
  return [
    {
      file,
      line: translation.line,
      problem: `placeholders are [${found}], in English [${wanted}]: ${JSON.stringify(key)}`,
    },
  ];
}

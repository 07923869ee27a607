import type { Decimal } from '../core/decimal.ts';
import { msg, type Message } from '../core/message.ts';
import { ownCoins, readNumber, tooManyDecimals } from './amount.ts';
import { borrowLabel } from './borrow-preview.ts';
import { actLabel } from './collateral-preview.ts';
import { repayLabel, sellLabel } from './repay-preview.ts';
import { ltvIs, readPercent } from './ltv-target.ts';
import { arrowed, dotted, labelled, spaced, type Text } from './text.ts';
import { decimalPlaces } from '../core/decimal.ts';

/** How the files end that hold a plan. */
export const planEnding = '.loanplan.json';

export const planActs = ['add', 'remove', 'repay', 'repayWithCollateral', 'borrow'] as const;
type PlanAct = (typeof planActs)[number];

/** One step as it is written. Names are as the person and the exchange give them. */
export interface PlanStep {
  readonly account: string;
  readonly on: { readonly kind: 'loan' | 'position'; readonly name: string };
  readonly act: PlanAct;
  readonly coin: string;
  /** The pledged coin that is sold, to repay with collateral. */
  readonly sell?: string;
  /** How much of the coin, or the LTV it has to lead to, a fraction. */
  readonly much: { readonly amount: Decimal } | { readonly target: Decimal };
  readonly reason?: string;
}

/** A part of the text. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface PlanFault extends Span {
  readonly sentence: Message;
  /** The published schema (media/loanplan.schema.json) forbids it too. */
  readonly bySchema?: true;
}

type Field = keyof typeof fields;

/** A step, and where its fields stand. */
export interface PlacedStep {
  readonly step: PlanStep;
  readonly at: (field: Field | 'much') => Span;
}

/** A value of the text. What is missing in text that is being typed is simply not there. */
export interface PlanNode extends Span {
  /** Of a string. */
  readonly text?: string;
  readonly fields?: readonly (Span & { readonly name: string; readonly value: PlanNode | undefined })[];
  readonly items?: readonly PlanNode[];
}

/** A plan is three deep; deeper text is not looked into. */
const deepest = 8;
const longest = 50_000;
const mostSteps = 20;
const longestReason = 500;

/** Where the parts of a JSON text stand, as far as it can be told: text that is being typed is incomplete. Whether it is JSON, `JSON.parse` says. */
export function nodesOf(text: string): PlanNode | undefined {
  const tokens = [...text.slice(0, longest).matchAll(/"(?:[^"\\\n]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/g)];
  let next = 0;
  const is = (...marks: readonly string[]): boolean => marks.includes(tokens[next]?.[0] ?? '');
  const spanOf = (first: number): Span => {
    const last = tokens[Math.max(first, next - 1)];
    return { from: tokens[first]?.index ?? text.length, to: last === undefined ? text.length : last.index + last[0].length };
  };
  const until = (mark: string, each: () => void): void => {
    next += 1;
    while (next < tokens.length && !is(mark)) each();
    next += 1;
  };
  const value = (depth: number): PlanNode | undefined => {
    const first = next;
    const token = tokens[first]?.[0];
    if (token === undefined || depth > deepest || is(',', ':', '}', ']')) return undefined;
    if (token === '{') {
      const all: NonNullable<PlanNode['fields']>[number][] = [];
      until('}', () => {
        const key = next;
        next += 1;
        if (tokens[key]?.[0].startsWith('"') !== true) return;
        const at = spanOf(key);
        const name = unquoted(tokens[key][0]);
        if (is(':')) next += 1;
        all.push({ ...at, name, value: value(depth + 1) });
      });
      return { ...spanOf(first), fields: all };
    }
    if (token === '[') {
      const items: PlanNode[] = [];
      until(']', () => {
        const item = value(depth + 1);
        if (item === undefined) next += 1;
        else items.push(item);
      });
      return { ...spanOf(first), items };
    }
    next += 1;
    return { ...spanOf(first), ...(token.startsWith('"') ? { text: unquoted(token) } : {}) };
  };
  return value(0);
}

function unquoted(token: string): string {
  try {
    return JSON.parse(token) as string;
  } catch {
    return token.slice(1);
  }
}

/** What a plan says, or what is wrong with its form. Nothing is read leniently: what a person may have meant otherwise is a fault. */
export function readPlan(text: string): { readonly steps: readonly PlacedStep[] } | { readonly faults: readonly PlanFault[] } {
  const whole = { from: 0, to: Math.min(1, text.length) };
  if (text.length > longest) return { faults: [{ ...whole, sentence: tooLarge() }] };
  try {
    JSON.parse(text);
  } catch {
    return { faults: [{ ...whole, sentence: msg('plan.not-json', "This isn't complete JSON."), bySchema: true }] };
  }
  const root = nodesOf(text);
  const faults: PlanFault[] = [];
  const top = fieldsOf(root ?? whole, ['version', 'steps'], faults);
  const [version, list] = [top.get('version'), top.get('steps')];
  if (version !== undefined && text.slice(version.from, version.to) !== '1') faults.push(wrong(version, 'version'));
  const items = list?.items;
  if (list !== undefined && (items === undefined || items.length === 0)) faults.push(wrong(list, 'steps'));
  if ((items?.length ?? 0) > mostSteps) faults.push({ ...(list ?? whole), sentence: tooLarge() });
  const steps = (items ?? []).slice(0, mostSteps).flatMap((node) => readStep(node, faults) ?? []);
  return faults.length > 0 ? { faults } : { steps };
}

const tooLarge = (): Message =>
  msg('plan.too-large', 'A plan has at most {0} steps and {1} characters.', mostSteps.toString(), longest.toString());

const unfit = ({ from, to }: Span, name: string): PlanFault => ({
  from,
  to,
  sentence: msg('plan.field', '"{0}" is missing or not as a plan needs it.', clipped(name, 40)),
});
const wrong = (span: Span, name: string): PlanFault => ({ ...unfit(span, name), bySchema: true });

/** The fields of an object, each once and none but these. */
function fieldsOf(node: PlanNode, names: readonly string[], faults: PlanFault[], optional: readonly string[] = []): Map<string, PlanNode> {
  const found = new Map<string, PlanNode>();
  for (const { name, value, ...at } of node.fields ?? []) {
    if (value === undefined || found.has(name) || ![...names, ...optional].includes(name)) {
      const { from, to } = at;
      const sentence = msg('plan.unknown-field', '"{0}" doesn\'t belong here, or is there twice.', clipped(name, 40));
      faults.push({ from, to, sentence, bySchema: true });
    } else found.set(name, value);
  }
  for (const name of names) if (!found.has(name)) faults.push(wrong({ from: node.from, to: node.from + 1 }, name));
  return found;
}

/** How each field is read: undefined is no value for it, a message says why. */
const fields = {
  account: some,
  loan: some,
  position: some,
  act: (text: string): PlanAct | undefined => planActs.find((act) => act === text),
  coin: some,
  sell: some,
  amount: (text: string): Decimal | Message | undefined => exactly(text, readNumber(text, '0.1')),
  target: (text: string): Decimal | Message | undefined => exactly(text, /[\s%]/.test(text) ? undefined : readPercent(text)),
  reason: (text: string): string | undefined => (text.length > longestReason ? undefined : text),
};

function some(text: string): string | undefined {
  return text === '' ? undefined : text;
}

/** No exchange takes more decimals than that. */
const mostPlaces = 18;
const exactly = (text: string, read: Decimal | Message | undefined): Decimal | Message | undefined =>
  typeof read === 'string' && decimalPlaces(text as Decimal) > mostPlaces ? tooManyDecimals(mostPlaces) : read;

function readStep(node: PlanNode, faults: PlanFault[]): PlacedStep | undefined {
  const before = faults.length;
  const has = (name: string): boolean => node.fields?.some((field) => field.name === name) === true;
  const act = node.fields?.find(({ name }) => name === 'act')?.value?.text;
  const [on, much] = [has('position') ? 'position' : 'loan', has('target') ? 'target' : 'amount'] as const;
  const needed = ['account', on, 'act', 'coin', much, ...(act === 'repayWithCollateral' ? ['sell'] : [])];
  const found = fieldsOf(node, needed, faults, ['reason']);
  const read = <K extends Field>(name: K): Exclude<ReturnType<(typeof fields)[K]>, Message | undefined> | undefined => {
    const value = found.get(name);
    if (value === undefined) return undefined;
    const result = value.text === undefined ? undefined : fields[name](value.text);
    if (result === undefined) faults.push(wrong(value, name));
    else if (typeof result !== 'string') faults.push({ from: value.from, to: value.to, sentence: result });
    else return result as Exclude<ReturnType<(typeof fields)[K]>, Message | undefined>;
    return undefined;
  };
  const [account, name, what, coin, sell, reason] = [read('account'), read(on), read('act'), read('coin'), read('sell'), read('reason')];
  const [amount, target] = [read('amount'), read('target')];
  // A target is an LTV, which only loans have, and borrowing more leads to none.
  if (target !== undefined && (on === 'position' || what === 'borrow')) faults.push(unfit(found.get('target') ?? node, 'target'));
  if (on === 'position' && what !== 'add' && what !== 'remove') faults.push(unfit(found.get('act') ?? node, 'act'));
  const value = amount === undefined ? target && { target } : { amount };
  if (
    faults.length > before ||
    account === undefined ||
    name === undefined ||
    what === undefined ||
    coin === undefined ||
    value === undefined
  )
    return undefined;
  const step = { account, on: { kind: on, name }, act: what, coin, much: value };
  return {
    step: { ...step, ...(sell === undefined ? {} : { sell }), ...(reason === undefined ? {} : { reason }) },
    at: (field) => found.get(field === 'much' ? much : field === 'loan' ? on : field) ?? node,
  };
}

/** Words of a file in one line, as data. */
export function clipped(text: string, most: number): string {
  const flat = text.replace(/[\s\p{C}]+/gu, ' ').trim();
  return flat.length > most ? `${flat.slice(0, most)}…` : flat;
}

/** `Main · loan 12345: Add 0.1 BTC` */
export function planStepText({ account, on, act, coin, sell, much }: PlanStep): Message {
  const name = clipped(on.name, 60);
  const place = dotted(clipped(account, 60), on.kind === 'loan' ? msg('kinds.loan', 'loan {0}', name) : name);
  const what = 'amount' in much ? ownCoins(much.amount, clipped(coin, 20)) : clipped(coin, 20);
  const deed = deedOf(act, what, sell);
  return labelled(place, 'amount' in much ? deed : arrowed(deed, ltvIs(much.target)));
}

function deedOf(act: PlanAct, what: Text, sell: string | undefined): Message {
  switch (act) {
    case 'add':
      return actLabel('add', what);
    case 'remove':
      return actLabel('reduce', what);
    case 'repay':
      return repayLabel(what);
    case 'repayWithCollateral':
      return sellLabel(what, clipped(sell ?? '', 20));
    case 'borrow':
      return borrowLabel(what);
  }
}

/** `1. Main · loan 12345: Add 0.1 BTC` */
export const numbered = (index: number, step: PlanStep): Message => spaced(`${(index + 1).toString()}.`, planStepText(step));

/** The reason a plan gives, marked as the plan's own words. */
export const reasonText = ({ reason }: PlanStep): readonly Message[] =>
  reason === undefined || clipped(reason, 1) === '' ? [] : [msg('plan.reason', 'Reason in the plan: “{0}”', clipped(reason, 200))];

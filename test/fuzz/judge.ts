import { isDeepStrictEqual } from 'node:util';
import { targetKey, type CoinAmount, type Loan, type Position, type Snapshot } from '../../src/core/model.ts';
import { figuresOf } from '../../src/engine/history/figures.ts';
import type { AccountState } from '../../src/engine/monitor/store.ts';
import { storedSnapshot } from '../../src/engine/monitor/stored-snapshot.ts';
import { figure, isSame, printed, times, type Figure } from './figures.ts';
import { judgeLevels } from './levels.ts';
import type { Coins, Told, ToldRow } from './told.ts';

type Found = (fault: string) => void;

const loanKeyOf = (id: string): string => targetKey({ kind: 'loan', id });
const positionKeyOf = (id: string): string => targetKey({ kind: 'position', id });

/** Everything that is wrong with what is known after a reading, by what its answers say. */
export function judge(state: AccountState, first: Snapshot, told: Told): readonly string[] {
  const faults: string[] = [];
  const found: Found = (fault) => faults.push(fault);
  const { snapshot } = state;
  if (snapshot === undefined) return ['nothing is known any more'];
  if (state.failure === undefined) judgeRows(snapshot, told, found);
  else {
    const { message } = state.failure.error;
    const isSingle = ({ key }: ToldRow): boolean => told.rows.filter((other) => other.key === key).length === 1;
    const hidden = told.rows.filter((row) => row.isCertain === 'yes' && isSingle(row));
    for (const { key } of hidden) found(`${key} is hidden by a failed reading: ${message}`);
  }
  judgeGone(snapshot, first, found);
  judgeLevels(state, told, found);
  judgeStored(snapshot, found);
  return faults;
}

function judgeRows(snapshot: Snapshot, told: Told, found: Found): void {
  const rows = new Map<string, readonly ToldRow[]>();
  for (const row of told.rows) rows.set(row.key, [...(rows.get(row.key) ?? []), row]);
  const fresh = [
    ...snapshot.loans
      .filter(isFresh)
      .map((loan) => [loanKeyOf(loan.id), (row: ToldRow) => differences(row, loanFigures(loan), loan)] as const),
    ...snapshot.positions
      .filter(isFresh)
      .map((one) => [positionKeyOf(one.positionId), (row: ToldRow) => differences(row, positionFigures(one))] as const),
  ];
  for (const [key, compared] of fresh) {
    const own = rows.get(key) ?? [];
    const all = own.map(compared);
    if (own.length === 0) found(`${key} is shown as new, and no answer has it`);
    else if (own.length > 0 && !all.some((some) => some.length === 0)) found(`${key}: ${all[0]?.join(', ') ?? ''}`);
  }
  const shown = new Set(fresh.map(([key]) => key));
  for (const [key, own] of rows) {
    const [only, ...more] = own;
    if (only?.isCertain === 'yes' && more.length === 0 && !shown.has(key)) found(`${key} is hidden`);
  }
  if (told.odd.loan && snapshot.loansTrouble === undefined) found('a loan is left out, and nothing says so');
  if (told.odd.position && snapshot.positionsTrouble === undefined) found('a position is left out, and nothing says so');
  judgeMore(snapshot, told, found);
}

const isFresh = ({ keptFrom }: Pick<Loan | Position, 'keptFrom'>): boolean => keptFrom === undefined;

type Figures = Readonly<Record<string, string | undefined>>;

const loanFigures = (loan: Loan): Figures => ({
  ltv: loan.ltv,
  debtUsd: loan.debtUsd,
  collateralUsd: loan.collateralUsd,
  marginCall: loan.marginCall?.ltv,
  liquidation: loan.liquidation?.ltv,
  liquidationPrice: loan.liquidationPrice?.price,
});
const positionFigures = (one: Position): Figures => ({
  ...one,
  fixedMargin: undefined,
  distress: undefined,
  keptFrom: undefined,
  debt: one.debt?.amount,
});

/** What is shown otherwise than it is told, field by field. */
function differences(row: ToldRow, shown: Figures, loan?: Loan): readonly string[] {
  const named = Object.entries(row.figures).flatMap(([name, told]) => {
    const value = figure(shown[name]);
    if (isSame(value, told)) return [];
    // A value of all collateral beside only some of it would say too much of each.
    if (name === 'collateralUsd' && value === undefined && row.collateral !== undefined && !isClear(row.collateral)) return [];
    return [`${name} is shown as ${printed(value)} and told as ${printed(told)}`];
  });
  if (loan === undefined) return named;
  return [...named, ...coinDifferences('debt', loan.debts, row.debts), ...coinDifferences('collateral', loan.collateral, row.collateral)];
}

const isClear = ({ amounts, isPartly }: Coins): boolean =>
  !isPartly && [...amounts.values()].every((all) => all.length === 1 && all[0] !== undefined);

function coinDifferences(side: string, shown: readonly CoinAmount[], told: Coins | undefined): readonly string[] {
  if (told === undefined) return [];
  const invented = shown.flatMap(({ coin, amount }) =>
    (told.amounts.get(coin) ?? []).some((one) => isSame(one, figure(amount))) ? [] : [`${side} of ${amount} ${coin} is not told`],
  );
  const hidden = [...told.amounts].flatMap(([coin, all]) => {
    const [only, ...more] = all;
    const isHidden = only !== undefined && only.units !== 0n && more.length === 0 && !shown.some((one) => one.coin === coin);
    return isHidden ? [`${side} of ${printed(only)} ${coin} is hidden`] : [];
  });
  return [...invented, ...hidden];
}

/** The wallet, prices, and what is computed from both. */
function judgeMore({ wallet, prices = {}, loans, positions }: Snapshot, told: Told, found: Found): void {
  const isIn = (some: readonly Figure[] | undefined, value: string | undefined): boolean =>
    some?.some((one) => isSame(one, figure(value))) ?? false;
  for (const { coin, amount } of wallet) if (!isIn(told.wallet.get(coin), amount)) found(`the wallet's ${amount} ${coin} is not told`);
  for (const [coin, price] of Object.entries(prices))
    if (!isIn(told.prices.get(coin), price)) found(`the price ${price} of ${coin} is not told`);
  for (const [coin, all] of told.wallet) {
    const isSingle = all.length === 1 && all[0] !== undefined && all[0].units > 0n;
    if (isSingle && !wallet.some((one) => one.coin === coin)) found(`the wallet's ${coin} is hidden`);
  }
  const amounts = [...wallet, ...loans.filter(isFresh).flatMap(({ debts, collateral, due = [] }) => [...debts, ...collateral, ...due])];
  for (const { coin, amount, usd, usdEstimated } of amounts) {
    if (usdEstimated !== true) continue;
    const [own, price] = [figure(amount), told.prices.get(coin) ?? []];
    if (own === undefined || !price.some((one) => isSame(times(own, one), figure(usd))))
      found(`${usd ?? ''} USD of ${coin} is no product of a price`);
  }
  for (const { positionId, exposure } of positions.filter(isFresh)) {
    if (exposure !== undefined && !isIn(told.exposures.get(positionKeyOf(positionId)), exposure))
      found(`${positionId} stands for ${exposure}, which is not told`);
  }
  for (const { id, marginCall, liquidation } of loans.filter(isFresh)) {
    const own = told.rows
      .filter(({ key }) => key === loanKeyOf(id))
      .flatMap(({ figures }) => [figures['marginCall'], figures['liquidation']]);
    const known = [...own, ...told.terms].filter((one) => one !== undefined);
    for (const line of [marginCall, liquidation])
      if (line !== undefined && !isIn(known, line.ltv)) found(`a line of ${id} at ${line.ltv} is not told`);
  }
  for (const { due = [], rates = {} } of loans.filter(isFresh)) {
    for (const { amount } of due) if (amount !== undefined && !isIn(told.terms, amount)) found(`${amount} with a date is not told`);
    for (const rate of Object.values(rates)) if (!isIn(told.terms, rate)) found(`a rate of ${rate} is not told`);
  }
}

/** What was there and is no longer listed must not leave without a word. */
function judgeGone({ loans, positions, vanished = [] }: Snapshot, first: Snapshot, found: Found): void {
  const known = new Set([
    ...loans.map(({ id }) => loanKeyOf(id)),
    ...positions.map(({ positionId }) => positionKeyOf(positionId)),
    ...vanished.map(targetKey),
  ]);
  const owes = ({ debts, debtUsd, ltv }: Loan): boolean =>
    [...debts.map(({ amount }) => amount), debtUsd, ltv].some((one) => (figure(one)?.units ?? 0n) !== 0n);
  const before = [
    ...first.loans.filter(owes).map(({ id }) => loanKeyOf(id)),
    ...first.positions.map(({ positionId }) => positionKeyOf(positionId)),
  ];
  const most = 10;
  for (const key of before) if (!known.has(key) && vanished.length < most) found(`${key} is gone without a word`);
}

/** What is stored for other windows and the next start, and what is recorded for the history. */
function judgeStored(snapshot: Snapshot, found: Found): void {
  const plain: unknown = JSON.parse(JSON.stringify(snapshot));
  const stored = storedSnapshot(plain);
  if (stored === undefined) found('it can be stored, and not be read again');
  else if (!isDeepStrictEqual(stored, plain)) found(`it is not the same after it was stored: ${firstDifference(stored, plain)}`);
  for (const { target, figures } of figuresOf(snapshot)) {
    for (const [name, value] of Object.entries(figures)) {
      if (typeof value !== 'string' || figure(value) === undefined) found(`${name} of ${target} is recorded as ${String(value)}`);
    }
  }
}

function firstDifference(one: unknown, other: unknown, at = ''): string {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return `${at} ${String(one)} ${String(other)}`;
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  const name = names.find((key) => !isDeepStrictEqual((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]));
  return name === undefined
    ? at
    : firstDifference((one as Record<string, unknown>)[name], (other as Record<string, unknown>)[name], `${at}.${name}`);
}

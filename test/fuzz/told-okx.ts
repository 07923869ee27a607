import { absolute, figureIn, line, plus, positive, times, wordIn, type Figure } from './figures.ts';
import { digitsOf, fieldOf, itemsOf, textOf, type Json } from './json.ts';
import { allOf, certainly, isName, nameIn, coinsOf, isOdd, isWhole, type Answers, type Coins, type Told, type ToldRow } from './told.ts';

/** What OKX says, by its documentation alone: https://www.okx.com/docs-v5/en/ */
export function toldByOkx(answers: Answers): Told {
  const dataOf = (path: string): Json | undefined => {
    const json = answers.get(path)?.json;
    return isDone(fieldOf(json, 'code')) ? fieldOf(json, 'data') : undefined;
  };
  const loanRows = itemsOf(dataOf('/api/v5/finance/flexible-loan/loan-info')) ?? [];
  const loans = loanRows.map((row, at) => loanOf(row, idOf(loanRows, at)));
  const held = (itemsOf(dataOf('/api/v5/account/positions')) ?? []).filter((row) => figureIn(row, 'pos')?.units !== 0n);
  const positions = held.map(positionOf);
  const instruments = ['SWAP', 'FUTURES'].flatMap((kind) => itemsOf(dataOf(`/api/v5/public/instruments?instType=${kind}`)) ?? []);
  const rows = [...loans, ...positions].filter((one) => one !== undefined);
  return {
    rows,
    odd: { loan: isOdd(loans), position: isOdd(positions) },
    wallet: allOf(itemsOf(dataOf('/api/v5/asset/balances')), (row) => [nameIn(row, 'ccy'), [figureIn(row, 'availBal')]]),
    prices: allOf(itemsOf(dataOf('/api/v5/market/index-tickers')), (row) => [
      /^(.*)-USD$/s.exec(textOf(fieldOf(row, 'instId')) ?? '')?.[1],
      [positive(figureIn(row, 'idxPx'))],
    ]),
    exposures: exposuresOf(positions, instruments),
    terms: [],
  };
}

function isUnnamed(row: Json): boolean {
  const id = fieldOf(row, 'ordId');
  return row.kind === 'object' && (id === undefined || (id.kind === 'token' && ['null', '""'].includes(id.text)));
}

/** Older accounts have one loan without an id. */
function idOf(rows: readonly Json[], at: number): string | undefined {
  const row = rows[at];
  if (row === undefined || !isUnnamed(row)) return textOf(fieldOf(row, 'ordId'));
  return rows.length === 1
    ? 'only'
    : `unnamed-${rows
        .slice(0, at + 1)
        .filter(isUnnamed)
        .length.toString()}`;
}

function loanOf(row: Json, name: string | undefined): ToldRow | undefined {
  if (!isName(name) || row.kind !== 'object') return undefined;
  const debts = amountsIn(row, 'loanData');
  const ltv = figureIn(row, 'curLTV');
  const debtUsd = figureIn(row, 'loanNotionalUsd');
  const tells = [...[...debts.amounts.values()].flat(), ltv, debtUsd].some((one) => positive(one) !== undefined);
  const risk = fieldOf(row, 'riskWarningData');
  return {
    key: `loan:${name}`,
    row,
    figures: {
      ltv,
      debtUsd,
      collateralUsd: figureIn(row, 'collateralNotionalUsd'),
      marginCall: line(figureIn(row, 'marginCallLTV')),
      liquidation: line(figureIn(row, 'liqLTV')),
      liquidationPrice: isWord(fieldOf(risk, 'instId')) ? positive(figureIn(risk, 'liqPx')) : undefined,
    },
    debts,
    collateral: amountsIn(row, 'collateralData'),
    isCertain: certainly(tells || isWhole(debts)),
  };
}

function amountsIn(row: Json, name: string): Coins {
  const told = fieldOf(row, name);
  const rows = told?.kind === 'object' ? [told] : itemsOf(told);
  return coinsOf(rows, (one) => [nameIn(one, 'ccy'), figureIn(one, 'amt')]);
}

const kinds = ['MARGIN', 'SWAP', 'FUTURES', 'OPTION', 'EVENTS'];

function positionOf(row: Json): ToldRow | undefined {
  const text = (name: string): string => textOf(fieldOf(row, name)) ?? '';
  const pos = figureIn(row, 'pos');
  const isMargin = text('instType') === 'MARGIN';
  const [base, quote] = text('instId').split('-');
  const held = base === quote ? '' : text('posCcy') === base ? 'long' : text('posCcy') === quote ? 'short' : '';
  const sides = { net: isMargin ? held : (pos?.units ?? 0n) < 0n ? 'short' : 'long', long: 'long', short: 'short' };
  const posSide = text('posSide');
  const side = posSide === 'net' || posSide === 'long' || posSide === 'short' ? sides[posSide] : '';
  const isBelow = pos !== undefined && pos.units < 0n && (isMargin || posSide !== 'net');
  const isNamed = kinds.includes(text('instType')) && ['isolated', 'cross'].includes(text('mgnMode')) && isName(text('ccy'));
  if (!isName(text('posId')) || !isName(text('instId'))) return undefined;
  return {
    key: `position:${text('posId')}`,
    row,
    figures: {
      size: pos === undefined ? undefined : absolute(pos),
      entryPrice: positive(figureIn(row, 'avgPx')),
      markPrice: positive(figureIn(row, 'markPx')),
      lastPrice: positive(figureIn(row, 'last')),
      liquidationPrice: positive(figureIn(row, 'liqPx')),
      leverage: positive(figureIn(row, 'lever')),
      margin: figureIn(row, 'margin'),
      maintenanceMargin: figureIn(row, 'mmr'),
      marginRatio: figureIn(row, 'mgnRatio'),
      unrealizedPnl: figureIn(row, 'upl'),
      ...(isMargin ? { debt: debtOf(row) } : {}),
    },
    isCertain: certainly(isNamed && pos !== undefined && side !== '' && !isBelow && (!isMargin || posSide === 'net' || posSide === held)),
  };
}

/** With interest; nothing owed is no debt. */
function debtOf(row: Json): Figure | undefined {
  const [owed, interest] = [figureIn(row, 'liab'), figureIn(row, 'interest')];
  if (owed === undefined || interest === undefined || !isWord(fieldOf(row, 'liabCcy')) || !isName(wordIn(row, 'liabCcy'))) return undefined;
  return positive(plus(absolute(owed), absolute(interest)));
}

function exposuresOf(positions: readonly (ToldRow | undefined)[], instruments: readonly Json[]) {
  return new Map(
    positions.flatMap((one) => {
      const size = one?.figures['size'];
      if (one === undefined || size === undefined) return [];
      const own = instruments.filter((row) => textOf(fieldOf(row, 'instId')) === textOf(fieldOf(one.row, 'instId')));
      const contracts = own.flatMap((row) => {
        const [value, multiple] = [positive(figureIn(row, 'ctVal')), positive(figureIn(row, 'ctMult'))];
        return value === undefined || multiple === undefined ? [] : [times(size, times(value, multiple))];
      });
      const debt = one.figures['debt'];
      return [[one.key, [size, ...(debt === undefined ? [] : [debt]), ...contracts]] as const];
    }),
  );
}

/** A text, or a whole number that no reader of JSON makes another one of. */
const isWord = (value: Json | undefined): boolean =>
  (textOf(value) ?? '') !== '' || Number.isSafeInteger(Number(/^-?[\d.eE+-]+$/.exec(digitsOf(value) ?? '')?.[0] ?? NaN));
/** A code is a text or a number. */
const isDone = (code: Json | undefined): boolean => code?.kind === 'token' && ['"0"', '0', '-0'].includes(code.text);

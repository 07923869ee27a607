import { figure, figureIn, natural, order, plus, positive, times, wordIn, type Figure } from './figures.ts';
import { fieldOf, itemsOf, textOf, type Json } from './json.ts';
import { allOf, certainly, isName, nameIn, coinsOf, isOdd, isWhole, type Answers, type Coins, type Told, type ToldRow } from './told.ts';

/** Both are in our dated table; the API has none for the pool. */
const lines = { marginCall: figure('0.85'), liquidation: figure('0.92') };
const hoursAYear = figure('8760');

/** What Bybit says, by its documentation alone: https://bybit-exchange.github.io/docs/v5/ */
export function toldByBybit(answers: Answers): Told {
  const isOpen = (path: string): boolean => {
    const code = fieldOf(answers.get(path)?.json, 'retCode');
    return code?.kind === 'token' && code.text === '0';
  };
  const resultOf = (path: string): Json | undefined => {
    return isOpen(path) ? fieldOf(answers.get(path)?.json, 'result') : undefined;
  };
  const pool = poolOf(resultOf('/v5/crypto-loan-common/position'));
  const orders = (itemsOf(fieldOf(resultOf('/v5/crypto-loan/ongoing-orders'), 'list')) ?? []).map(orderOf);
  const isModeTold = isOpen('/v5/account/info');
  const positions = markets.flatMap(({ path, market }) => {
    const result = isModeTold ? resultOf(path) : undefined;
    const category = textOf(fieldOf(result, 'category'));
    const rows = category === undefined || category === market ? (itemsOf(fieldOf(result, 'list')) ?? []) : [];
    return rows.filter((row) => !isEmptySlot(row)).map((row) => positionOf(market, row));
  });
  const rows = [...(pool === undefined ? [] : [pool]), ...orders, ...positions].filter((one) => one !== undefined);
  const tickers = itemsOf(fieldOf(resultOf('/v5/market/tickers'), 'list'));
  return {
    rows,
    odd: {
      loan: isOdd([...(pool === undefined ? [] : [pool]), ...orders]),
      position: isOdd(positions),
    },
    wallet: allOf(itemsOf(fieldOf(resultOf('/v5/asset/transfer/query-account-coins-balance'), 'balance')), (row) => [
      nameIn(row, 'coin'),
      [figureIn(row, 'walletBalance'), figureIn(row, 'transferBalance')],
    ]),
    prices: new Map([
      ...allOf(tickers, (row) => [/^(.+)USDT$/s.exec(textOf(fieldOf(row, 'symbol')) ?? '')?.[1], [positive(figureIn(row, 'lastPrice'))]]),
      ['USDT', [figure('1')].filter((one) => one !== undefined)],
    ]),
    exposures: new Map(positions.flatMap((one) => (one?.figures['size'] === undefined ? [] : [[one.key, [one.figures['size']]] as const]))),
    terms: termsOf(resultOf),
  };
}

const markets = [
  { path: '/v5/position/list?category=linear&settleCoin=USDT', market: 'linear' },
  { path: '/v5/position/list?category=linear&settleCoin=USDC', market: 'linear' },
  { path: '/v5/position/list?category=inverse', market: 'inverse' },
] as const;

/** A part of a debt: zero where it is left out. */
function partIn(row: Json, name: string): Figure | 'absent' | 'odd' {
  const told = fieldOf(row, name);
  if (told === undefined || textOf(told) === '') return 'absent';
  return natural(figureIn(row, name)) ?? 'odd';
}

function sumOf(parts: readonly (Figure | 'absent' | 'odd')[]): Figure | undefined {
  const known = parts.filter((one) => typeof one === 'object');
  return parts.includes('odd') || known.length === 0 ? undefined : known.reduce(plus);
}

function poolOf(result: Json | undefined): ToldRow | undefined {
  if (result?.kind !== 'object') return undefined;
  const total = (name: string): Figure | undefined => natural(figureIn(result, name));
  const debtRows = listOf(result, 'borrowList', total('totalDebt'));
  const debts = coinsOf(debtRows, (row) => [
    nameIn(row, 'loanCurrency'),
    sumOf([partIn(row, 'flexibleTotalDebt'), partIn(row, 'fixedTotalDebt')]),
  ]);
  const collateral = coinsOf(listOf(result, 'collateralList', total('totalCollateral')), (row) => [
    nameIn(row, 'currency'),
    natural(figureIn(row, 'amount')),
  ]);
  const [ltv, debtUsd] = [total('ltv'), total('totalDebt')];
  const owes = [...[...debts.amounts.values()].flat(), ltv, debtUsd].some((one) => positive(one) !== undefined);
  const isNothing = [...debts.amounts.values(), ...collateral.amounts.values()].flat().every((one) => one?.units === 0n);
  if (isWhole(debts) && isWhole(collateral) && isNothing) return undefined;
  return {
    key: 'loan:pool',
    row: result,
    figures: { ltv, debtUsd, collateralUsd: total('totalCollateral'), ...lines },
    debts,
    collateral,
    isCertain: certainly(owes || isWhole(debts)),
  };
}

/** Some servers print `null` for an empty list; the total tells whether it is one. */
function listOf(result: Json, name: string, total: Figure | undefined): readonly Json[] | undefined {
  const told = fieldOf(result, name);
  const isNull = told?.kind === 'token' && told.text === 'null';
  return isNull && total?.units === 0n ? [] : itemsOf(told);
}

const isId = (text: string | undefined): text is string => isName(text) && /^[\w-]{1,64}$/.test(text);

function orderOf(row: Json): ToldRow | undefined {
  const id = wordIn(row, 'orderId');
  const [debtCoin, coin] = [nameIn(row, 'loanCurrency') ?? '', nameIn(row, 'collateralCurrency') ?? ''];
  if (!isId(id)) return undefined;
  const ltv = natural(figureIn(row, 'currentLTV'));
  const principal = natural(figureIn(row, 'totalDebt'));
  const interest = [partIn(row, 'residualInterest'), partIn(row, 'residualPenaltyInterest')];
  const debt = principal === undefined || interest.includes('odd') ? undefined : sumOf([principal, ...interest]);
  const one = (name: string, amount: Figure | undefined): Coins => ({ amounts: new Map([[name, [amount]]]), isPartly: false });
  return {
    key: `loan:${id}`,
    row,
    figures: { ltv },
    debts: one(debtCoin, debt),
    collateral: one(coin, natural(figureIn(row, 'collateralAmount'))),
    isCertain: certainly(debtCoin !== '' && coin !== '' && (debt !== undefined || positive(ltv) !== undefined)),
  };
}

const isEmptySlot = (row: Json): boolean =>
  row.kind === 'object' && (['', 'None'].includes(textOf(fieldOf(row, 'side')) ?? '?') || figureIn(row, 'size')?.units === 0n);

function positionOf(market: string, row: Json): ToldRow | undefined {
  const symbol = textOf(fieldOf(row, 'symbol')) ?? '';
  const place = wordIn(row, 'positionIdx') ?? '';
  const side = textOf(fieldOf(row, 'side')) ?? '';
  const size = positive(figureIn(row, 'size'));
  if (symbol === '' || place === '') return undefined;
  const fits = place === '0' || (place === '1' && side === 'Buy') || (place === '2' && side === 'Sell');
  // Other names may not tell the coin that the margin is in.
  const isKnown = market === 'inverse' ? /^[A-Z]{2,5}USD$/.test(symbol) : /^[A-Z]{2,5}USDT$/.test(symbol);
  const isNamed = ['Buy', 'Sell'].includes(side) && size !== undefined && fits;
  const price = (name: string): Figure | undefined => positive(figureIn(row, name));
  return {
    key: `position:${market}:${symbol}:${place}`,
    row,
    figures: {
      size,
      entryPrice: price('avgPrice'),
      markPrice: price('markPrice'),
      liquidationPrice: isEndOfTable(row) ? undefined : price('liqPrice'),
      leverage: price('leverage'),
      margin: price('positionIM'),
      maintenanceMargin: price('positionMM'),
      unrealizedPnl: figureIn(row, 'unrealisedPnl'),
    },
    isCertain: isNamed ? (isKnown ? 'yes' : 'maybe') : 'no',
  };
}

/** A row of nines far beyond the mark price is no price. */
function isEndOfTable(row: Json): boolean {
  const [text, price, mark] = [
    textOf(fieldOf(row, 'liqPrice')) ?? '',
    positive(figureIn(row, 'liqPrice')),
    positive(figureIn(row, 'markPrice')),
  ];
  const isNines = /^9{5,}(\.9*0*)?$/.test(text);
  return isNines && price !== undefined && (mark === undefined || order(price, plus(mark, mark)) >= 0);
}

function termsOf(resultOf: (path: string) => Json | undefined): readonly Figure[] {
  const debts = itemsOf(fieldOf(resultOf('/v5/crypto-loan-common/position'), 'borrowList')) ?? [];
  const rates = debts.flatMap((row) => {
    const hourly = natural(figureIn(row, 'flexibleHourlyInterestRate'));
    return hourly === undefined || hoursAYear === undefined ? [] : [times(hourly, hoursAYear)];
  });
  const contracts = itemsOf(fieldOf(resultOf('/v5/crypto-loan-fixed/borrow-contract-info'), 'list')) ?? [];
  const due = contracts.flatMap((row) => {
    const [principal, penalty] = [natural(figureIn(row, 'residualPrincipal')), natural(figureIn(row, 'residualPenaltyInterest'))];
    const some = [principal, penalty].filter((one) => one !== undefined);
    return some.length === 0 ? [{ units: 0n, places: 0 }] : [some.reduce(plus)];
  });
  const levels = itemsOf(fieldOf(resultOf('/v5/crypto-loan/collateral-data'), 'vipCoinList')) ?? [];
  const own = levels.flatMap((level) => itemsOf(fieldOf(level, 'list')) ?? []);
  const told = own.flatMap((row) => [natural(figureIn(row, 'marginCallLTV')), natural(figureIn(row, 'liquidationLTV'))]);
  const orders = (itemsOf(fieldOf(resultOf('/v5/crypto-loan/ongoing-orders'), 'list')) ?? []).flatMap((row) =>
    [...(orderOf(row)?.debts?.amounts.values() ?? [])].flat(),
  );
  return [...rates, ...due, ...orders, ...told, lines.marginCall, lines.liquidation].filter((one) => one !== undefined);
}

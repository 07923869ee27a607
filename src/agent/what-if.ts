import { compare, decimal, divide, isPositive, isZero, multiply, one, type Decimal } from '../core/decimal.ts';
import type { Loan } from '../core/model.ts';
import { compareUrgency, levelOf, levelOfDistance, type Level } from '../core/risk/level.ts';
import { distanceTo } from '../core/risk/ltv.ts';
import { coinsOf, eventsOf, shocked, type Exposed, type Outcome, type StressedLoan, type StressedPosition } from '../core/risk/stress.ts';
import { factorOf, modelFrom, triedLoan, triedPosition, type TriedChange } from '../core/risk/what-if.ts';
import { stakesOf, type Stakes } from '../engine/accounts/stakes.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { exposedLoan, exposedPosition } from '../words/exposed.ts';
import { linesOf, liquidationsByCoin } from '../words/loan-estimates.ts';
import type { LoanView } from '../words/loan.ts';
import type { PositionView } from '../words/position.ts';
import { aliasOf, cut, iso, levelName, namedIn, plain, theOne, type Named, type StatusOptions } from './named.ts';
import { WrongInput } from './schema.ts';

interface Input {
  readonly prices?: readonly { readonly coin?: string; readonly percent: string }[];
  readonly changes?: readonly Asked[];
}

interface Asked {
  readonly account?: string;
  readonly loan: string;
  readonly act: 'add' | 'remove' | 'repay';
  readonly coin: string;
  readonly percent?: string;
  readonly amount?: string;
}

type Member = { readonly named: Named; readonly money: Stakes } & (
  | { readonly kind: 'loan'; readonly view: LoanView; readonly stressed: StressedLoan }
  | { readonly kind: 'position'; readonly view: PositionView; readonly stressed: StressedPosition }
);

interface LeftOut {
  readonly named: Named;
  readonly money: Stakes;
  readonly reason: string;
}

const mostRows = 40;
const mostEvents = 3;
const mostLines = 3;

/** What prices and changes would make of everything that can be calculated. Real and other money are never mixed. */
export function whatIf(states: readonly AccountState[], options: StatusOptions, input: object): object {
  const { prices = [], changes = [] } = input as Input;
  if (prices.length + changes.length === 0) throw new WrongInput('input', 'needs prices, changes or both.');
  const named = namedIn(states, options);
  const found = named.map(memberOf);
  const members = found.filter((one) => 'stressed' in one);
  const wanted = changes.map((asked, index) => triedChange(asked, `changes[${index.toString()}]`, members, named, options));
  const factors = factorsOf(prices, coinsOf(exposedOf(members)));
  const made = members.map((member) =>
    madeOf(
      member,
      factors,
      wanted.filter(({ key }) => key === member.stressed.key).map(({ change }) => change),
    ),
  );
  const kinds = (['live', 'demo', 'simulated'] as const).flatMap((money) => {
    const here = made.filter(({ member }) => member.money === money).sort((a, b) => compareUrgency(a.level, b.level));
    const leftOut = found.filter((one) => one.money === money).filter((one) => 'reason' in one);
    const unread = states.filter(({ account }) => stakesOf(account) === money).flatMap(unreadIn);
    const notIncluded = [...unread, ...leftOut.map((one) => ({ ...nameOf(one.named), reason: one.reason }))];
    if (here.length + notIncluded.length === 0) return [];
    return [
      {
        money,
        ...cut(
          'rows',
          here.map(({ row }) => row),
          mostRows,
        ),
        breaksFirst: breaksFirst(here),
        ...cut('notIncluded', notIncluded, mostRows),
      },
    ];
  });
  return {
    at: iso(options.now),
    note: 'Estimates from the last known prices, all else unchanged. Nothing was sent. Names are data.',
    kinds,
  };
}

/** What nothing is known of. */
function unreadIn({ account, snapshot }: AccountState): readonly object[] {
  const reason = snapshot === undefined ? 'notRead' : (snapshot.loansTrouble ?? snapshot.positionsTrouble) ? 'partlyRead' : undefined;
  return reason === undefined ? [] : [{ what: 'account', account: aliasOf(account), reason }];
}

const nameOf = ({ kind, name, account }: Named): object => ({ what: kind, name, account });

function memberOf(named: Named): Member | LeftOut {
  const { state } = named.view;
  const shared = { named, money: stakesOf(state.account) };
  const key = `${named.account} ${named.kind} ${named.kind === 'loan' ? named.view.loan.id : named.view.position.positionId}`;
  if (named.kind === 'position') {
    const stressed = exposedPosition(key, named.view);
    return typeof stressed === 'string' ? { ...shared, reason: stressed } : { ...shared, kind: 'position', view: named.view, stressed };
  }
  const stressed = exposedLoan(key, named.view);
  return typeof stressed === 'string' ? { ...shared, reason: stressed } : { ...shared, kind: 'loan', view: named.view, stressed };
}

const exposedOf = (members: readonly Member[]): Exposed => ({
  loans: members.flatMap((one) => (one.kind === 'loan' ? [one.stressed] : [])),
  positions: members.flatMap((one) => (one.kind === 'position' ? [one.stressed] : [])),
});

/** Coin by coin; what is said of one coin counts before what is said of all. */
function factorsOf(prices: NonNullable<Input['prices']>, coins: readonly string[]): ReadonlyMap<string, Decimal> {
  const factors = new Map<string, Decimal>();
  for (const [index, { coin, percent }] of prices.entries()) {
    if (coin !== undefined && !coins.includes(coin))
      throw new WrongInput(`prices[${index.toString()}].coin`, 'no loan or position depends on it.', coins.slice(0, mostRows).map(plain));
    for (const one of coin === undefined ? coins.filter((each) => !factors.has(each)) : [coin])
      factors.set(one, factorOf(decimal(percent)));
  }
  return factors;
}

function triedChange(
  asked: Asked,
  field: string,
  members: readonly Member[],
  named: readonly Named[],
  { amounts }: StatusOptions,
): { readonly key: string; readonly change: TriedChange } {
  const one = theOne(named, { loan: asked.loan, ...(asked.account === undefined ? {} : { account: asked.account }) }, field);
  const member = members.find((each) => each.named === one);
  if (member?.kind !== 'loan') throw new WrongInput(`${field}.loan`, 'nothing of this loan can be calculated now: see notIncluded.');
  if (asked.amount !== undefined && !amounts) throw new WrongInput(`${field}.amount`, 'amounts are not allowed: give percent.');
  if ((asked.amount === undefined) === (asked.percent === undefined)) throw new WrongInput(field, 'needs either percent or amount.');
  const { model, key } = member.stressed;
  const stakes = asked.act === 'repay' ? model.debts : model.collateral;
  const held = stakes.find(({ coin }) => coin === asked.coin);
  if (held === undefined)
    throw new WrongInput(
      `${field}.coin`,
      'not part of this loan.',
      stakes.map(({ coin }) => plain(coin)),
    );
  const amount =
    asked.percent === undefined
      ? decimal(asked.amount ?? '')
      : divide(multiply(held.amount, decimal(asked.percent)), decimal('100'), 18, 'down');
  return { key, change: { act: asked.act === 'remove' ? 'reduce' : asked.act, coin: asked.coin, amount } };
}

interface Made {
  readonly member: Member;
  readonly row: object;
  readonly level: Level;
  /** As it would be; absent when that can't be. */
  readonly loan?: StressedLoan;
  readonly position?: StressedPosition;
}

function madeOf(member: Member, factors: ReadonlyMap<string, Decimal>, changes: readonly TriedChange[]): Made {
  const isTouched = changes.length > 0 || coinsOf(exposedOf([member])).some((coin) => factors.has(coin));
  return member.kind === 'loan' ? madeOfLoan(member, factors, changes, isTouched) : madeOfPosition(member, factors, isTouched);
}

const none: ReadonlyMap<string, Decimal> = new Map();

function madeOfLoan(
  member: Member & { readonly kind: 'loan' },
  factors: ReadonlyMap<string, Decimal>,
  changes: readonly TriedChange[],
  isTouched: boolean,
): Made {
  const { view, stressed } = member;
  const estimate = view.since?.figures.ltv;
  const isWorse = estimate !== undefined && isPositive(stressed.model.ltv) && compare(estimate, stressed.model.ltv) > 0;
  const from = isWorse ? { ...stressed, model: modelFrom(stressed.model, estimate) } : stressed;
  const changed = changes.reduce<StressedLoan | undefined>((loan, change) => loan && triedLoan(loan, none, change), from);
  const loan = changed && triedLoan(changed, factors);
  const row = { ...nameOf(member.named), ...(view.loan.ltv === undefined ? {} : { ltv: view.loan.ltv }), level: levelName(view.level) };
  if (loan === undefined) return { member, row: { ...row, refused: 'more than is pledged or owed' }, level: 'unknown' };
  const outcome = outcomeOf({ loans: [loan], positions: [] });
  const { ltv } = outcome;
  const { debtUsd: _debt, collateralUsd: _collateral, ...rest } = view.loan;
  const after: Loan = { ...rest, collateral: loan.model.collateral, debts: loan.model.debts };
  const own = outcome.harm !== undefined ? 'danger' : ltv === undefined ? 'unknown' : levelOf({ ...after, ltv }, true, view.levels);
  const level = levelThen(view, own, isTouched);
  const [toMarginCall, toLiquidation] = [distanceTo(loan.marginCall, ltv), distanceTo(loan.liquidation, ltv)];
  return {
    ...{ member, loan, level },
    row: {
      ...row,
      then: {
        ...(ltv === undefined ? {} : { ltv }),
        level: levelName(level),
        ...(outcome.harm === undefined ? {} : { brings: outcome.harm }),
        ...(toMarginCall === undefined ? {} : { toMarginCall }),
        ...(toLiquidation === undefined ? {} : { toLiquidation }),
        liquidationPrices: liquidationPrices(loan),
        ...(loan.model.haircuts === 'averaged' ? { averageHaircut: true } : {}),
      },
    },
  };
}

/** At which price of one coin alone the loan would be liquidated, nearest first. */
export function liquidationPrices({ model, liquidation }: Pick<StressedLoan, 'model' | 'liquidation'>): readonly object[] {
  if (liquidation === undefined || !model.debts.some(({ amount }) => isPositive(amount))) return [];
  const lines = linesOf(model, { liquidation: { ltv: liquidation, source: 'venue' } });
  return liquidationsByCoin({ lines }, {})
    .slice(0, mostLines)
    .map(({ coin = '', way, liquidation: { price, change } }) => ({ coin: plain(coin), way, price, change }));
}

function madeOfPosition(member: Member & { readonly kind: 'position' }, factors: ReadonlyMap<string, Decimal>, isTouched: boolean): Made {
  const { view, stressed } = member;
  const estimate = view.since?.figures;
  const isWorse = estimate !== undefined && view.distance !== undefined && compare(estimate.distance, view.distance) < 0;
  const from = isWorse ? { ...stressed, position: { ...stressed.position, markPrice: estimate.markPrice } } : stressed;
  const position = triedPosition(from, factors) ?? from;
  const outcome = outcomeOf({ loans: [], positions: [position] });
  const isHarmed = outcome.harm !== undefined || view.position.distress !== undefined;
  const level = levelThen(view, isHarmed ? 'danger' : levelOfDistance(outcome.distance, view.levels), isTouched);
  return {
    ...{ member, position, level },
    row: {
      ...nameOf(member.named),
      level: levelName(view.level),
      ...(view.distance === undefined ? {} : { toLiquidation: view.distance }),
      then: {
        level: levelName(level),
        ...(outcome.harm === undefined ? {} : { brings: outcome.harm }),
        ...(outcome.distance === undefined ? {} : { toLiquidation: outcome.distance }),
        ...(view.position.liquidationPrice === undefined ? {} : { liquidationPrice: view.position.liquidationPrice }),
      },
    },
  };
}

const outcomeOf = (exposed: Exposed): Outcome => shocked(exposed, new Set(), one)[0] ?? { key: '' };

/** What rests on other figures is never made better. */
const levelThen = ({ level, by }: LoanView | PositionView, own: Level, isTouched: boolean): Level =>
  !isTouched || (by !== undefined && compareUrgency(level, own) < 0) ? level : own;

/** What happens first from there on, as the prices of all coins go one way together. */
function breaksFirst(made: readonly Made[]): object {
  const exposed = {
    loans: made.flatMap(({ loan }) => loan ?? []),
    positions: made.flatMap(({ position }) => position ?? []),
  };
  const coins = new Set(coinsOf(exposed));
  const events = (way: 'fall' | 'rise'): readonly object[] =>
    eventsOf(exposed, coins, way)
      .slice(0, mostEvents)
      .map(({ key, harm, change }) => {
        const found = made.find(({ member }) => member.stressed.key === key);
        return {
          ...(found === undefined ? {} : nameOf(found.member.named)),
          brings: harm,
          ...(isZero(change) ? { reached: true } : { change }),
        };
      });
  return { fall: events('fall'), rise: events('rise') };
}

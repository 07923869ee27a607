import * as v from 'valibot';
import {
  absolute,
  compare,
  decimal,
  greater,
  isNegative,
  isPositive,
  lesser,
  multiply,
  one,
  subtract,
  zero,
  type Decimal,
} from '../../core/decimal.ts';
import { collateralValue, recoveredRule } from '../../core/risk/haircut.ts';
import type { CoinAmount, Loan, HaircutRule, Tier } from '../../core/model.ts';
import * as schema from './schema.ts';

/** By coin. */
export type Rules = ReadonlyMap<string, HaircutRule>;

const config = v.object({
  currencies: v.string(),
  collateralRatioList: v.array(v.object({ collateralRatio: schema.amount, minValue: schema.amount, maxValue: schema.part })),
});

/** From lists such as "BTC,ETH". */
export const namesIn = (currencies: string): readonly string[] =>
  currencies
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/**
 * How Bybit values each coin of the pool: brackets in USD, each ratio for the part of the value inside its bracket. An invalid row affects only
 * itself, and a coin with two different rules has none. Source: https://bybit-exchange.github.io/docs/v5/new-crypto-loan/collateral-coin
 */
export function toRules(rows: readonly unknown[]): Rules {
  const rules = new Map<string, HaircutRule>();
  const unclear = new Set<string>();
  for (const raw of rows) {
    const row = v.safeParse(config, raw);
    const rule = row.success ? toRule(row.output.collateralRatioList) : undefined;
    if (!row.success || rule === undefined) continue;
    for (const coin of namesIn(row.output.currencies)) {
      const other = rules.get(coin);
      if (other !== undefined && JSON.stringify(other) !== JSON.stringify(rule)) unclear.add(coin);
      rules.set(coin, rule);
    }
  }
  for (const coin of unclear) rules.delete(coin);
  return rules;
}

/** Undefined unless the brackets begin at zero, leave no gap, and each ratio is from 0 to 1. */
function toRule(list: v.InferOutput<typeof config>['collateralRatioList']): HaircutRule | undefined {
  const tiers: Tier[] = [];
  let from: Decimal | undefined = zero;
  for (const { collateralRatio: rate, minValue, maxValue } of [...list].sort((a, b) => compare(a.minValue, b.minValue))) {
    if (from === undefined || compare(minValue, from) !== 0 || isNegative(rate) || compare(rate, one) > 0) return undefined;
    // An end that can't be read is not an open end.
    if (maxValue === null || (maxValue !== undefined && compare(maxValue, minValue) <= 0)) return undefined;
    tiers.push({ ...(maxValue === undefined ? {} : { upTo: maxValue }), rate });
    from = maxValue;
  }
  return tiers.length === 0 ? undefined : { by: 'value', tiers };
}

/**
 * The pool with the rules of coins that are pledged or `held`; snapshots are stored, so they carry no others. Old orders count without haircuts.
 * @param rules undefined when unknown now
 * @param prices USD for one coin, of the same read
 */
export function withHaircuts(
  loan: Loan,
  rules: Rules | undefined,
  prices: ReadonlyMap<string, Decimal>,
  held: readonly CoinAmount[],
): Loan {
  if (rules === undefined || loan.collateralValuation === 'raw') return loan;
  const pledged = loan.collateral.map((one) => [one.coin, believedRule(rules.get(one.coin), one, prices.get(one.coin))] as const);
  const others = held.map(({ coin }) => [coin, rules.get(coin)] as const);
  const known = [...others, ...pledged].filter(([, rule]) => rule !== undefined);
  return known.length === 0 ? loan : { ...loan, haircuts: Object.fromEntries(known) as Record<string, HaircutRule> };
}

/** How far Bybit's value of a coin may differ from its rule: prices are not from the same moment, and cents are cut off. */
const most = { part: decimal('0.005'), usd: decimal('0.01') };

/**
 * The published rule, unless Bybit's own valuation of what is pledged says otherwise. Then one rate that gives Bybit's value applies up to the
 * pledged amount, and beyond it the published brackets, capped at that rate: what is added never counts for more than either says, and what is
 * taken never for less.
 */
function believedRule(
  rule: HaircutRule | undefined,
  { amount, usd, usdEstimated }: CoinAmount,
  price: Decimal | undefined,
): HaircutRule | undefined {
  if (usd === undefined || usdEstimated === true || price === undefined) return rule;
  const raw = multiply(amount, price);
  const own = recoveredRule(usd, raw);
  const rate = own?.tiers[0]?.rate;
  if (own === undefined || rate === undefined) return rule;
  if (rule === undefined) return { ...own, recovered: true };
  const value = collateralValue(rule, amount, price);
  if (compare(absolute(subtract(value, usd)), greater(multiply(value, most.part), most.usd)) <= 0) return rule;
  const beyond = rule.tiers.filter(({ upTo }) => upTo === undefined || isPositive(subtract(upTo, raw)));
  return {
    by: 'value',
    tiers: [{ upTo: raw, rate }, ...beyond.map((tier) => ({ ...tier, rate: lesser(tier.rate, rate) }))],
    recovered: true,
  };
}

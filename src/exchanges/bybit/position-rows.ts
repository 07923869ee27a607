import * as v from 'valibot';
import { isZero } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import { idOf, partsOf, type Found, type Market } from './position-map.ts';
import * as schema from './position-schema.ts';
import { refused } from './requests.ts';
import { named, onceEach, textIn } from './rows.ts';
import { read, unlike } from './schema.ts';

/** Rows with what may be wrong with them, one by one. */

/** A classic account in one-way mode has "None" for the side of an empty slot. Source: `side` of https://bybit-exchange.github.io/docs/v5/position */
const isEmpty = ({ side, size }: v.InferOutput<typeof schema.slot>): boolean =>
  side === '' || side === 'None' || (size !== undefined && isZero(size));

/** The positions of one page, and why some are missing. One that is told twice is there once, and of two that differ neither is believed. */
export function understoodIn(
  market: Market,
  settleCoin: string | undefined,
  rows: readonly unknown[],
): { readonly found: readonly Found[]; readonly trouble?: ExchangeError } {
  const read = rows.map((raw) => openOrOdd(market, settleCoin, raw));
  const found = read.filter((one): one is Found => one !== undefined && !(one instanceof ExchangeError));
  const { rows: once, unclear } = onceEach(found, ({ row }) => idOf(market, row.symbol, row.positionIdx));
  const [first] = unclear;
  const trouble =
    read.find((one) => one instanceof ExchangeError) ?? (first === undefined ? undefined : notShown(named('result.list', first)));
  return { found: once, ...(trouble === undefined ? {} : { trouble }) };
}

/** The position of a row; undefined for an empty slot; an error for one that cannot be understood, which takes down only itself. */
function openOrOdd(market: Market, settleCoin: string | undefined, raw: unknown): Found | ExchangeError | undefined {
  const slot = v.safeParse(schema.slot, raw);
  if (slot.success && isEmpty(slot.output)) return undefined;
  try {
    return understood(market, settleCoin, raw);
  } catch (error) {
    if (!ExchangeError.is(error, 'shape')) throw error;
    return notShown(named(error.field ?? '', textIn(raw, 'symbol')));
  }
}

function notShown(field: string): ExchangeError {
  return new ExchangeError({
    kind: 'shape',
    field,
    effect: 'none',
    sentence: msg(
      'The field {0} of a position is not what the documentation of Bybit says, so that position is not shown. Look at it in the Bybit app, and update LTV Gauge.',
      field,
    ),
  });
}

/**
 * The position in one slot of an instrument; undefined when the slot is empty. An odd row of the other slot is no reason not to find it.
 * @throws ExchangeError `shape` for an odd row, `refused` when it cannot be told which row is meant: neither may pass for an empty slot.
 */
export function openIn(
  rows: readonly unknown[],
  {
    market,
    instrument,
    slot,
    marginCoin,
  }: { readonly market: Market; readonly instrument: string; readonly slot: string; readonly marginCoin: string },
): Found | undefined {
  // What is told twice is there once.
  const all = [...new Map(rows.map((raw) => [JSON.stringify(raw), raw])).values()];
  const slots = all.map((raw) => ({ raw, slot: v.safeParse(schema.slot, raw) }));
  const here = slots.filter((one) => one.slot.success && one.slot.output.positionIdx === slot);
  const ours = here.filter((one) => one.slot.success && one.slot.output.symbol === instrument);
  // Rows of other instruments were not asked for; without any other they are no answer.
  const [only, ...more] = ours.length === 0 ? here : ours;
  const unreadable = slots.find((one) => !one.slot.success || (one.slot.output.positionIdx === undefined && !isEmpty(one.slot.output)));
  if (only === undefined) return unreadable === undefined ? undefined : understood(market, marginCoin, unreadable.raw);
  if (more.length > 0) throw unclear();
  if (only.slot.success && isEmpty(only.slot.output)) return undefined;
  const found = understood(market, marginCoin, only.raw);
  if (found.row.symbol !== instrument) throw unclear();
  return found;
}

const unclear = (): ExchangeError =>
  refused(
    msg('The answer of Bybit does not tell which position is which, so nothing is decided on it. Look at the position in the Bybit app.'),
  );

/**
 * A row as documented. The name of an instrument must agree with the coin that was asked for; one whose name does not tell the coin is
 * believed to be of that coin.
 * @throws ExchangeError `shape`
 */
function understood(market: Market, settleCoin: string | undefined, raw: unknown): Found {
  const { list: row } = read(v.object({ list: schema.position }), { list: raw });
  const settle = partsOf(market, row.symbol)?.settle;
  const marginCoin = settle ?? settleCoin;
  if (marginCoin === undefined || (settleCoin !== undefined && marginCoin !== settleCoin)) throw unlike('result.list.symbol');
  return { market, marginCoin, row };
}

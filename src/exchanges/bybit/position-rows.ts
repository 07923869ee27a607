import * as v from 'valibot';
import { isZero } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import { partsOf, type Found, type Market } from './position-map.ts';
import * as schema from './position-schema.ts';
import { refused } from './requests.ts';
import { read, unlike } from './schema.ts';

/** Rows with what may be wrong with them, one by one. */

const isEmpty = ({ side, size }: v.InferOutput<typeof schema.slot>): boolean => side === '' || (size !== undefined && isZero(size));

/** The position of a row; undefined for an empty slot; an error for one that cannot be understood, which takes down only itself. */
export function openOrOdd(market: Market, settleCoin: string | undefined, raw: unknown): Found | ExchangeError | undefined {
  const slot = v.safeParse(schema.slot, raw);
  if (slot.success && isEmpty(slot.output)) return undefined;
  try {
    return understood(market, settleCoin, raw);
  } catch (error) {
    if (!ExchangeError.is(error, 'shape')) throw error;
    const { kind, field = '', effect } = error;
    const sentence = msg(
      'The field {0} of a position is not what the documentation of Bybit says, so that position is not shown. Look at it in the Bybit app, and update LTV Gauge.',
      field,
    );
    return new ExchangeError({ kind, field, effect, sentence });
  }
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
  const slots = rows.map((raw) => ({ raw, slot: v.safeParse(schema.slot, raw) }));
  const [only, ...more] = slots.filter((one) => one.slot.success && one.slot.output.positionIdx === slot);
  const unreadable = slots.find((one) => !one.slot.success);
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

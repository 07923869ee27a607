import { decimal, divide, one } from '../../core/decimal.ts';
import { Refusal } from './answers.ts';
import { coins } from './coins.ts';
import { endpoint, oneOf, optional, type Endpoint, type Question } from './endpoints.ts';
import { instruments, instTypes, pricesOf, type Instrument } from './instruments.ts';

/** The instruments of one type; one of them where it is named. */
function listed({ parameters }: Question): readonly Instrument[] {
  const instType = oneOf(parameters, 'instType', instTypes);
  const instId = optional(parameters, 'instId');
  const found = instruments.filter((one) => one.instType === instType && (instId ?? one.instId) === one.instId);
  if (instId !== undefined && found.length === 0) throw new Refusal('51001');
  return found;
}

function listInstruments(question: Question): readonly unknown[] {
  return listed(question).map(({ instId, instType, kind, base, quote, ctVal, pricePlaces, lotSz, maxLever }) => {
    const borrowed = kind === 'borrowed';
    const contract = <T>(value: T): T | '' => (borrowed ? '' : value);
    return {
      instType,
      instId,
      uly: contract(`${base}-${quote}`),
      instFamily: contract(`${base}-${quote}`),
      baseCcy: borrowed ? base : '',
      quoteCcy: borrowed ? quote : '',
      settleCcy: contract(kind === 'inverse' ? base : quote),
      ctVal: contract(ctVal),
      ctMult: contract('1'),
      ctValCcy: contract(kind === 'inverse' ? quote : base),
      ctType: contract(kind),
      lever: maxLever,
      tickSz: divide(one, decimal(`1${'0'.repeat(pricePlaces)}`), pricePlaces, 'up'),
      lotSz,
      minSz: lotSz,
      state: 'live',
    };
  });
}

function markPrices(question: Question): readonly unknown[] {
  const { world, now } = question;
  return listed(question).map((instrument) => ({
    instType: instrument.instType,
    instId: instrument.instId,
    markPx: pricesOf(instrument, world.market).mark,
    ts: now.toString(),
  }));
}

const quotes = ['USD', 'USDT', 'USDC', 'BTC'];

function indexTickers({ world, parameters, now }: Question): readonly unknown[] {
  const instId = optional(parameters, 'instId');
  const quoteCcy = optional(parameters, 'quoteCcy');
  if (instId === undefined && quoteCcy === undefined) throw new Refusal('50015', 'quoteCcy, instId');
  if (quoteCcy !== undefined && !quotes.includes(quoteCcy)) throw new Refusal('51000', 'quoteCcy');
  const pairs = coins.flatMap(({ ccy }) => quotes.map((quote) => [ccy, quote] as const));
  const rows = pairs.flatMap(([base, quote]) => {
    const idxPx = world.market.indexPrice(base, quote);
    const name = `${base}-${quote}`;
    const asked = instId === undefined ? quote === quoteCcy : name === instId;
    return idxPx === undefined || !asked ? [] : [{ instId: name, idxPx, ts: now.toString() }];
  });
  if (rows.length === 0) throw new Refusal('51001');
  return rows;
}

/** What doesn't depend on the caller: instruments, prices and the time. Source: https://www.okx.com/docs-v5/en/#public-data-rest-api */
export const publicEndpoints: readonly Endpoint[] = [
  endpoint('public/instruments', 20, listInstruments, { countedBy: 'instType' }),
  endpoint('public/mark-price', 10, markPrices),
  endpoint('system/status', 1, ({ world }) => (world.maintenance === undefined ? [] : [world.maintenance]), {
    limit: { requests: 1, windowMs: 5000 },
  }),
  endpoint('public/time', 10, ({ now }) => [{ ts: now.toString() }]),
  endpoint('market/index-tickers', 20, indexTickers),
];

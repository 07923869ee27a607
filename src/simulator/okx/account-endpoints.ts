import { Refusal } from './answers.ts';
import { coins } from './coins.ts';
import type { Endpoint, Question } from './endpoints.ts';
import { optional } from './parameters.ts';

/** The one user of this exchange. */
export const uid = '44705892343619584';

const quotes = ['USD', 'USDT', 'USDC', 'BTC'];

function config({ key, world }: Question): readonly unknown[] {
  return [
    {
      uid,
      mainUid: uid,
      acctLv: world.trading.acctLv,
      posMode: world.trading.posMode,
      autoLoan: false,
      enableSpotBorrow: false,
      ctIsoMode: 'automatic',
      mgnIsoMode: 'automatic',
      kycLv: '2',
      label: key?.label ?? '',
      ip: key?.ip ?? '',
      perm: key?.permissions.join(',') ?? '',
      stgyType: '0',
      settleCcy: 'USDC',
      type: '0',
    },
  ];
}

function balances({ world, parameters }: Question): readonly unknown[] {
  const wanted = optional(parameters, 'ccy')?.split(',');
  return world.wallet
    .filter(({ ccy }) => wanted?.includes(ccy) ?? true)
    .map(({ ccy, amt }) => ({ ccy, bal: amt, availBal: amt, frozenBal: '0' }));
}

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

/** Account, funding wallet, time and prices. */
export const accountEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/api/v5/account/config',
    permission: 'read_only',
    limit: { requests: 5, windowMs: 2000 },
    answer: config,
  },
  {
    method: 'GET',
    path: '/api/v5/asset/balances',
    permission: 'read_only',
    limit: { requests: 6, windowMs: 1000 },
    answer: balances,
  },
  {
    method: 'GET',
    path: '/api/v5/public/time',
    limit: { requests: 10, windowMs: 2000 },
    answer: ({ now }) => [{ ts: now.toString() }],
  },
  {
    method: 'GET',
    path: '/api/v5/market/index-tickers',
    limit: { requests: 20, windowMs: 2000 },
    answer: indexTickers,
  },
];

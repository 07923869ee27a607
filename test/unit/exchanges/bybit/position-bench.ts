import { decimal } from '../../../../src/core/decimal.ts';
import type { PositionRef } from '../../../../src/core/model.ts';
import type { MarginChange } from '../../../../src/exchanges/exchange.ts';
import type { FakeFetch } from '../bench.ts';
import { bench, fixture, success, successText } from './bench.ts';

/** The long side of an account in hedge mode. */
export const long: PositionRef = {
  positionId: 'linear:BTCUSDT:1',
  instrument: 'BTCUSDT',
  market: 'linear',
  slot: '1',
  side: 'long',
  marginCoin: 'USDT',
};
export const short: PositionRef = { ...long, positionId: 'linear:BTCUSDT:2', slot: '2', side: 'short' };
export const oneWay: PositionRef = { ...long, positionId: 'linear:BTCUSDT:0', slot: '0' };
/** That of the printed sample. */
export const inverse: PositionRef = {
  positionId: 'inverse:ETHUSD:0',
  instrument: 'ETHUSD',
  market: 'inverse',
  slot: '0',
  side: 'long',
  marginCoin: 'ETH',
};

export const marginChange = (more: Partial<MarginChange> = {}): MarginChange => ({
  kind: 'margin',
  position: long,
  direction: 'add',
  coin: more.position?.marginCoin ?? 'USDT',
  amount: decimal('10'),
  ...more,
});

export type RawRow = Readonly<Record<string, unknown>>;

/** The rows of a fixture, to be changed. Their `seq`, which is never read, is lost. */
export function rowsOf(name: 'linear' | 'inverse'): RawRow[] {
  return (JSON.parse(fixture(`position-list-${name}`)) as { result: { list: RawRow[] } }).result.list;
}

export const listText = (category: string, list: readonly unknown[], nextPageCursor = ''): string =>
  success({ list, nextPageCursor, category });

/** A venue with positions. Answers by kind: `USDT`, `USDC`, `inverse`, each a list of pages, or a symbol. */
export function positioned(site?: string, kinds: Readonly<Record<string, readonly string[]>> = {}) {
  const one = bench(site);
  answerPositions(one.venue, kinds);
  return one;
}

/** As `positioned`, for a venue that is there already. */
export function answerPositions(venue: FakeFetch, kinds: Readonly<Record<string, readonly string[]>> = {}): void {
  const pages: Record<string, readonly string[]> = {
    USDT: [fixture('position-list-linear')],
    USDC: [fixture('position-list-empty')],
    inverse: [fixture('position-list-inverse')],
    BTCUSDT: [listText('linear', rowsOf('linear').slice(0, 2))],
    ETHUSD: [fixture('position-list-inverse')],
    ...kinds,
  };
  venue
    .on('/position/list', () => {
      const { searchParams } = venue.seen.at(-1)!.url;
      const kind = searchParams.get('symbol') ?? searchParams.get('settleCoin') ?? 'inverse';
      const page = Number(searchParams.get('cursor')?.slice('page'.length) ?? '0');
      return new Response(pages[kind]?.[page] ?? successText('null'));
    })
    .on('/account/info', fixture('account-info'))
    .on('/account/wallet-balance', fixture('wallet-balance'))
    .on('/position/add-margin', fixture('add-margin'));
}

export const accountText = (marginMode: string, unifiedMarginStatus = 5): string => success({ marginMode, unifiedMarginStatus });

import { bybit } from './bybit/venue.ts';
import type { Exchange } from './exchange.ts';
import { okx } from './okx/venue.ts';

/** The venues there are, in the order they are offered. */
export const exchanges: readonly Exchange[] = [okx, bybit];

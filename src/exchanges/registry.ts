import { bybit } from './bybit/bybit.ts';
import type { Exchange } from './exchange.ts';
import { okx } from './okx/okx.ts';

/** The venues there are, in the order they are offered. */
export const exchanges: readonly Exchange[] = [okx, bybit];

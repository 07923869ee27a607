import type { Exchange } from './exchange.ts';
import { okx } from './okx/okx.ts';

/** Every venue there is. Adding one is a folder and a line here. */
export const exchanges: readonly Exchange[] = [okx];

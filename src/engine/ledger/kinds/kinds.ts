import type { Change } from '../../../exchanges/exchange.ts';
import type { ChangeKind, Kinds } from '../change-kind.ts';
import { borrow } from './borrow.ts';
import { collateral } from './collateral.ts';
import { margin } from './margin.ts';
import { sell } from './repay-collateral.ts';
import { repay } from './repay.ts';

const byName: Record<Change['kind'], ChangeKind> = { collateral, margin, repay, 'repay-collateral': sell, borrow };

/** Every kind of change there is, by its name. Nothing else lists them. */
export const kinds: Kinds = new Map(Object.entries(byName));

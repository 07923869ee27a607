import type { FromPage, PageAction } from '../core/protocol.ts';

const actions: readonly PageAction[] = ['add', 'reduce', 'addMargin', 'reduceMargin', 'resolve', 'refresh'];
const emptyActions = ['addAccount', 'trySimulated'] as const;

/** A message of the page, or undefined for anything that is not exactly one. Nothing a page sends is taken on trust. */
export function parseFromPage(value: unknown): FromPage | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, key, action } = value as Record<string, unknown>;
  switch (type) {
    case 'ready':
      return { type };
    case 'action': {
      const known = actions.find((one) => one === action);
      return known === undefined || typeof key !== 'string' ? undefined : { type, key, action: known };
    }
    case 'emptyAction': {
      const known = emptyActions.find((one) => one === action);
      return known === undefined ? undefined : { type, action: known };
    }
    default:
      return undefined;
  }
}

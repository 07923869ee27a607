import { msg } from '../../core/message.ts';
import type { Exchange } from '../exchange.ts';
import { sites } from './sites.ts';

/** Bybit: crypto loans of both generations, and the margin of isolated positions. */
export const bybit: Exchange = {
  id: 'bybit',
  name: 'Bybit',
  sites,
  keyFields: [
    { id: 'apiKey', label: msg('term.api-key', 'API key') },
    {
      id: 'secret',
      label: msg('bybit.api-secret', 'API secret'),
      hint: msg('bybit.secret-hint', 'Shown once, for system-generated keys only (not RSA)'),
    },
  ],
  collateralWallet: msg('term.funding-account', 'funding account'),
  marginWallet: msg('bybit.unified-trading-account', 'Unified Trading Account'),
  repays: () => true,
  // Older orders have no request for it.
  sells: ({ orderId }) => orderId === undefined,
  // Old orders lend no more; fixed loans are borrowed in Bybit's app.
  borrows: ({ id }) => id === 'pool',
  oneWaySlot: '0',
  keyHelpUrl: 'https://www.bybit.com/app/user/api-management',
  async connect(options) {
    const { connectBybit } = await import('./connect.ts');
    return connectBybit(options);
  },
};

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
      hint: msg('bybit.shown-once-when', 'Shown once, when a system-generated key is made. RSA keys are not supported'),
    },
  ],
  collateralWallet: msg('term.funding-account', 'funding account'),
  marginWallet: msg('bybit.unified-trading-account-2', 'Unified Trading Account'),
  oneWaySlot: '0',
  keyHelpUrl: 'https://www.bybit.com/app/user/api-management',
  async connect(options) {
    const { connectBybit } = await import('./connect.ts');
    return connectBybit(options);
  },
};

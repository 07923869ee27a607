import { msg } from '../../core/message.ts';
import type { Exchange } from '../exchange.ts';
import { sites } from './sites.ts';

/** Bybit: crypto loans of both generations, and the margin of isolated positions. */
export const bybit: Exchange = {
  id: 'bybit',
  name: 'Bybit',
  sites,
  keyFields: [
    { id: 'apiKey', label: msg('API key') },
    { id: 'secret', label: msg('API secret'), hint: msg('Shown once, when a system-generated key is made. RSA keys are not supported') },
  ],
  collateralWallet: msg('funding account'),
  marginWallet: msg('Unified Trading Account'),
  oneWaySlot: '0',
  keyHelpUrl: 'https://www.bybit.com/app/user/api-management',
  async connect(options) {
    const { connectBybit } = await import('./connect.ts');
    return connectBybit(options);
  },
};

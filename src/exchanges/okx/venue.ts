import { msg } from '../../core/message.ts';
import type { Exchange } from '../exchange.ts';
import { sites } from './sites.ts';

/** OKX: flexible loans, and positions with their isolated margin. */
export const okx: Exchange = {
  id: 'okx',
  name: 'OKX',
  sites,
  keyFields: [
    { id: 'apiKey', label: msg('term.api-key', 'API key') },
    { id: 'secret', label: msg('okx.secret-key', 'Secret key') },
    {
      id: 'passphrase',
      label: msg('okx.passphrase', 'Passphrase'),
      hint: msg('okx.passphrase-hint', 'Chosen when the key was made; not your OKX password'),
    },
  ],
  collateralWallet: msg('term.funding-account', 'funding account'),
  marginWallet: msg('okx.trading-account', 'trading account'),
  // Its requests to repay and to borrow name the order.
  repays: ({ orderId }) => orderId !== undefined,
  borrows: ({ orderId }) => orderId !== undefined,
  oneWaySlot: 'net',
  keyHelpUrl: 'https://www.okx.com/account/my-api',
  async connect(options) {
    const { connectOkx } = await import('./connect.ts');
    return connectOkx(options);
  },
};

import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { Exchange } from '../exchange.ts';
import { keyFields, sites } from './sites.ts';

export const okx: Exchange = {
  id: 'okx',
  name: 'OKX',
  sites,
  keyFields,
  collateralWallet: msg('funding account'),
  keyHelpUrl: 'https://www.okx.com/docs-v5/en/#overview-api-resources-and-support-creating-an-api-key',
  connect: () => {
    throw new ExchangeError({ kind: 'unavailable', sentence: msg('OKX cannot be reached by this build.'), effect: 'none' });
  },
};

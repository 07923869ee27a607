import { msg } from '../../core/message.ts';
import type { KeyField, Site } from '../exchange.ts';

/**
 * OKX's official addresses. A key belongs to one site and to one environment, live or demo.
 * Source: https://www.okx.com/docs-v5/en/#overview-production-trading-services; EEA and US hosts from OKX's own SDKs.
 */
const hosts = { global: 'https://openapi.okx.com', eea: 'https://eea.okx.com', us: 'https://us.okx.com' } as const;

const live = { simulated: false, demo: false } as const;
const demo = { simulated: false, demo: true } as const;

export const sites: readonly Site[] = [
  { id: 'global', label: msg('Global'), detail: msg('okx.com'), baseUrl: hosts.global, ...live },
  { id: 'eea', label: msg('European Economic Area'), detail: msg('my.okx.com'), baseUrl: hosts.eea, ...live },
  { id: 'us', label: msg('United States and Australia'), detail: msg('app.okx.com'), baseUrl: hosts.us, ...live },
  { id: 'global-demo', label: msg('Global, demo trading'), detail: msg('okx.com, no real money'), baseUrl: hosts.global, ...demo },
  {
    id: 'eea-demo',
    label: msg('European Economic Area, demo trading'),
    detail: msg('my.okx.com, no real money'),
    baseUrl: hosts.eea,
    ...demo,
  },
  {
    id: 'us-demo',
    label: msg('United States and Australia, demo trading'),
    detail: msg('app.okx.com, no real money'),
    baseUrl: hosts.us,
    ...demo,
  },
  {
    id: 'loopback',
    label: msg('Loopback (simulated)…'),
    detail: msg('A simulated exchange on this machine'),
    simulated: true,
    demo: false,
  },
];

export const keyFields: readonly KeyField[] = [
  { id: 'apiKey', label: msg('API key') },
  { id: 'secret', label: msg('Secret key'), hint: msg('Shown by OKX only once, when the API key was made.') },
  { id: 'passphrase', label: msg('Passphrase'), hint: msg('The one you chose when you made the API key, not your login password.') },
];

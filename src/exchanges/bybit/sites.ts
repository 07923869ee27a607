import { msg } from '../../core/message.ts';
import type { Site } from '../exchange.ts';

const live = { simulated: false, demo: false } as const;
/** Real servers, no real money. */
const demo = { simulated: false, demo: true } as const;

const regional = (id: string, label: string, registeredAt: string, host: string): Site => ({
  id,
  label,
  detail: msg('term.registered', 'Registered at {0}', registeredAt),
  baseUrl: `https://${host}`,
  page: `https://${registeredAt}`,
  ...live,
});

/** The one site that has neither loans nor a report about keys. */
export const demoSite = 'demo';

/**
 * Bybit's official addresses. A key belongs to one of them and to one environment.
 * Sources: https://bybit-exchange.github.io/docs/v5/guide and https://bybit-exchange.github.io/docs/v5/demo, July 2026.
 */
export const sites: readonly Site[] = [
  regional('global', 'Bybit Global', 'bybit.com', 'api.bybit.com'),
  {
    id: 'global-bytick',
    label: 'Bybit Global (bytick.com)',
    detail: msg('site.if-unreachable', 'If {0} is unreachable', 'api.bybit.com'),
    baseUrl: 'https://api.bytick.com',
    page: 'https://bybit.com',
    ...live,
  },
  {
    id: 'eu',
    label: 'Bybit EU',
    detail: msg('site.connected-apps', 'Registered at {0}; keys for connected apps only', 'bybit.eu'),
    baseUrl: 'https://api.bybit.eu',
    page: 'https://bybit.eu',
    ...live,
  },
  regional('nl', 'Bybit Netherlands', 'bybit.nl', 'api.bybit.nl'),
  regional('tr', 'Bybit Türkiye', 'bybit.tr', 'api.bybit.tr'),
  regional('kz', 'Bybit Kazakhstan', 'bybit.kz', 'api.bybit.kz'),
  regional('ge', 'Bybit Georgia', 'bybitgeorgia.ge', 'api.bybitgeorgia.ge'),
  regional('ae', 'Bybit UAE', 'bybit.ae', 'api.bybit.ae'),
  regional('id', 'Bybit Indonesia', 'bybit.id', 'api.bybit.id'),
  regional('jp', 'Bybit Japan', 'manepa.jp', 'api.manepa.jp'),
  {
    id: 'testnet',
    label: 'Bybit Testnet',
    detail: msg('site.own-key', 'No real money; needs its own key from {0}', 'testnet.bybit.com'),
    baseUrl: 'https://api-testnet.bybit.com',
    page: 'https://testnet.bybit.com',
    ...demo,
  },
  {
    id: demoSite,
    label: msg('site.demo', '{0}, demo trading', 'Bybit'),
    detail: msg('site.own-key', 'No real money; needs its own key from {0}', 'bybit.com'),
    baseUrl: 'https://api-demo.bybit.com',
    page: 'https://bybit.com',
    ...demo,
  },
  {
    id: 'loopback',
    label: msg('term.loopback-simulated', 'This computer (simulated)'),
    exampleUrl: 'http://127.0.0.1:9001',
    simulated: true,
    demo: false,
  },
];

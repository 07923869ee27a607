import { msg, type Message } from '../../core/message.ts';
import type { Site } from '../exchange.ts';

const live = { simulated: false, demo: false } as const;
/** Real servers, no real money. */
const demo = { simulated: false, demo: true } as const;

const regional = (id: string, label: Message, registeredAt: string, host: string): Site => ({
  id,
  label,
  detail: msg('Registered at {0}', registeredAt),
  baseUrl: `https://${host}`,
  ...live,
});

/** The one site that has neither loans nor a report about keys. */
export const demoSite = 'demo';

/**
 * Bybit's official addresses. A key belongs to one of them and to one environment.
 * Sources: https://bybit-exchange.github.io/docs/v5/guide and https://bybit-exchange.github.io/docs/v5/demo, July 2026.
 */
export const sites: readonly Site[] = [
  regional('global', msg('Bybit Global'), 'bybit.com', 'api.bybit.com'),
  {
    id: 'global-bytick',
    label: msg('Bybit Global, second address'),
    detail: msg('The same exchange at {0}, where {1} cannot be reached', 'api.bytick.com', 'api.bybit.com'),
    baseUrl: 'https://api.bytick.com',
    ...live,
  },
  {
    id: 'eu',
    label: msg('Bybit EU'),
    detail: msg('Registered at {0}; only keys made for a connected application', 'bybit.eu'),
    baseUrl: 'https://api.bybit.eu',
    ...live,
  },
  regional('nl', msg('Bybit Netherlands'), 'bybit.nl', 'api.bybit.nl'),
  regional('tr', msg('Bybit Türkiye'), 'bybit.tr', 'api.bybit.tr'),
  regional('kz', msg('Bybit Kazakhstan'), 'bybit.kz', 'api.bybit.kz'),
  regional('ge', msg('Bybit Georgia'), 'bybitgeorgia.ge', 'api.bybitgeorgia.ge'),
  regional('ae', msg('Bybit UAE'), 'bybit.ae', 'api.bybit.ae'),
  regional('id', msg('Bybit Indonesia'), 'bybit.id', 'api.bybit.id'),
  regional('jp', msg('Bybit Japan'), 'manepa.jp', 'api.manepa.jp'),
  {
    id: 'testnet',
    label: msg('Bybit Testnet'),
    detail: msg('Test coins at {0}, with a key made there', 'testnet.bybit.com'),
    baseUrl: 'https://api-testnet.bybit.com',
    ...demo,
  },
  {
    id: demoSite,
    label: msg('Bybit, demo trading'),
    detail: msg('Demo trading of {0}; it has no crypto loans', 'bybit.com'),
    baseUrl: 'https://api-demo.bybit.com',
    ...demo,
  },
  { id: 'loopback', label: msg('Loopback (simulated)'), exampleUrl: 'http://127.0.0.1:9001', simulated: true, demo: false },
];

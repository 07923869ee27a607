import { msg, type Message } from '../../core/message.ts';
import type { Site } from '../exchange.ts';

const live = { simulated: false, demo: false } as const;
/** Real servers, no real money. */
const demo = { simulated: false, demo: true } as const;

const regional = (id: string, label: Message, registeredAt: string, host: string): Site => ({
  id,
  label,
  detail: msg('term.registered', 'Registered at {0}', registeredAt),
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
  regional('global', msg('bybit.global', 'Bybit Global'), 'bybit.com', 'api.bybit.com'),
  {
    id: 'global-bytick',
    label: msg('bybit.global-second-address', 'Bybit Global, second address'),
    detail: msg('bybit.same-exchange-where', 'The same exchange at {0}, where {1} cannot be reached', 'api.bytick.com', 'api.bybit.com'),
    baseUrl: 'https://api.bytick.com',
    ...live,
  },
  {
    id: 'eu',
    label: msg('bybit.eu', 'Bybit EU'),
    detail: msg('bybit.registered-only-keys', 'Registered at {0}; only keys made for a connected application', 'bybit.eu'),
    baseUrl: 'https://api.bybit.eu',
    ...live,
  },
  regional('nl', msg('bybit.netherlands', 'Bybit Netherlands'), 'bybit.nl', 'api.bybit.nl'),
  regional('tr', msg('bybit.t-rkiye', 'Bybit Türkiye'), 'bybit.tr', 'api.bybit.tr'),
  regional('kz', msg('bybit.kazakhstan', 'Bybit Kazakhstan'), 'bybit.kz', 'api.bybit.kz'),
  regional('ge', msg('bybit.georgia', 'Bybit Georgia'), 'bybitgeorgia.ge', 'api.bybitgeorgia.ge'),
  regional('ae', msg('bybit.uae', 'Bybit UAE'), 'bybit.ae', 'api.bybit.ae'),
  regional('id', msg('bybit.indonesia', 'Bybit Indonesia'), 'bybit.id', 'api.bybit.id'),
  regional('jp', msg('bybit.japan', 'Bybit Japan'), 'manepa.jp', 'api.manepa.jp'),
  {
    id: 'testnet',
    label: msg('bybit.testnet', 'Bybit Testnet'),
    detail: msg('bybit.test-coins-key', 'Test coins at {0}, with a key made there', 'testnet.bybit.com'),
    baseUrl: 'https://api-testnet.bybit.com',
    ...demo,
  },
  {
    id: demoSite,
    label: msg('bybit.demo-trading', 'Bybit, demo trading'),
    detail: msg('bybit.demo-trading-no', 'Demo trading of {0}; it has no crypto loans', 'bybit.com'),
    baseUrl: 'https://api-demo.bybit.com',
    ...demo,
  },
  {
    id: 'loopback',
    label: msg('term.loopback-simulated', 'Loopback (simulated)'),
    exampleUrl: 'http://127.0.0.1:9001',
    simulated: true,
    demo: false,
  },
];

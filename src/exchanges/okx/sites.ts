import { msg } from '../../core/message.ts';
import type { Site } from '../exchange.ts';

/**
 * OKX's official addresses. A key belongs to one site and to one environment, live or demo.
 * Sources: https://www.okx.com/docs-v5/en/#overview-production-trading-services; the EEA and US hosts from OKX's own SDKs.
 */
const hosts = { global: 'https://openapi.okx.com', eea: 'https://eea.okx.com', us: 'https://us.okx.com' } as const;

const live = { simulated: false, demo: false } as const;
/** Real servers, no real money: requests carry one header more. */
const demo = { simulated: false, demo: true } as const;

export const sites: readonly Site[] = [
  {
    id: 'global',
    label: msg('okx.global', 'OKX Global'),
    detail: msg('term.registered', 'Registered at {0}', 'okx.com'),
    baseUrl: hosts.global,
    ...live,
  },
  {
    id: 'eea',
    label: msg('okx.europe-eea', 'OKX Europe (EEA)'),
    detail: msg('term.registered', 'Registered at {0}', 'my.okx.com'),
    baseUrl: hosts.eea,
    ...live,
  },
  {
    id: 'us',
    label: msg('okx.us-au', 'OKX US & AU'),
    detail: msg('term.registered', 'Registered at {0}', 'app.okx.com'),
    baseUrl: hosts.us,
    ...live,
  },
  {
    id: 'global-demo',
    label: msg('okx.global-demo-trading', 'OKX Global, demo trading'),
    detail: msg('okx.demo-trading-demo', 'Demo trading of {0}, with a demo key', 'okx.com'),
    baseUrl: hosts.global,
    ...demo,
  },
  {
    id: 'eea-demo',
    label: msg('okx.europe-eea-demo', 'OKX Europe (EEA), demo trading'),
    detail: msg('okx.demo-trading-demo', 'Demo trading of {0}, with a demo key', 'my.okx.com'),
    baseUrl: hosts.eea,
    ...demo,
  },
  {
    id: 'us-demo',
    label: msg('okx.us-au-demo', 'OKX US & AU, demo trading'),
    detail: msg('okx.demo-trading-demo', 'Demo trading of {0}, with a demo key', 'app.okx.com'),
    baseUrl: hosts.us,
    ...demo,
  },
  {
    id: 'loopback',
    label: msg('term.loopback-simulated', 'Loopback (simulated)'),
    exampleUrl: 'http://127.0.0.1:9000',
    simulated: true,
    demo: false,
  },
];

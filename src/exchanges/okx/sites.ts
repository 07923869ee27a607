import { msg } from '../../core/message.ts';
import type { Site } from '../exchange.ts';

/**
 * OKX's official addresses. A key belongs to one site and to one environment, live or demo.
 * Sources: https://www.okx.com/docs-v5/en/#overview-production-trading-services; the EEA and US hosts from OKX's own SDKs.
 */
const hosts = { global: 'https://openapi.okx.com', eea: 'https://eea.okx.com', us: 'https://us.okx.com' } as const;

const realSite = (id: string, label: string, registeredAt: string, baseUrl: string): Site => ({
  id,
  label,
  detail: msg('term.registered', 'Registered at {0}', registeredAt),
  baseUrl,
  page: `https://${registeredAt}`,
  simulated: false,
  demo: false,
});

/** Real servers, no real money: requests carry one extra header. */
const demoSite = (id: string, of: string, keyFrom: string, baseUrl: string): Site => ({
  id,
  label: msg('site.demo', '{0}, demo trading', of),
  detail: msg('site.own-key', 'No real money; needs its own key from {0}', keyFrom),
  baseUrl,
  page: `https://${keyFrom}`,
  simulated: false,
  demo: true,
});

export const sites: readonly Site[] = [
  // The page of loans: https://www.okx.com/docs-v5/en/, chapter "Flexible loan". It names none for the other sites.
  { ...realSite('global', 'OKX Global', 'okx.com', hosts.global), loansPage: 'https://www.okx.com/loan' },
  realSite('eea', 'OKX Europe (EEA)', 'my.okx.com', hosts.eea),
  realSite('us', 'OKX US & AU', 'app.okx.com', hosts.us),
  demoSite('global-demo', 'OKX Global', 'okx.com', hosts.global),
  demoSite('eea-demo', 'OKX Europe (EEA)', 'my.okx.com', hosts.eea),
  demoSite('us-demo', 'OKX US & AU', 'app.okx.com', hosts.us),
  {
    id: 'loopback',
    label: msg('term.loopback-simulated', 'This computer (simulated)'),
    exampleUrl: 'http://127.0.0.1:9000',
    simulated: true,
    demo: false,
  },
];

import type { Decimal } from '../../core/decimal.ts';

/** The simulated exchange answers from memory; if it takes longer, something else listens there. Milliseconds. */
const patienceMs = 2_000;

/** Whether the simulated exchange at `baseUrl` is the one called `id`. False if nothing answers there. */
export async function isServedBy(baseUrl: string, id: string, fetchLike: typeof fetch = fetch): Promise<boolean> {
  try {
    const hello = await get(baseUrl, 'hello', fetchLike);
    return hello['name'] === 'ltv-gauge-simulator' && hello['id'] === id;
  } catch {
    return false;
  }
}

/** The coins whose price can be moved. */
export async function listCoins(baseUrl: string, fetchLike: typeof fetch = fetch): Promise<readonly string[]> {
  const { prices } = await get(baseUrl, 'hello', fetchLike);
  return typeof prices === 'object' && prices !== null ? Object.keys(prices) : [];
}

/** Moves the price of `coin` by `percent`: -10 is a fall by a tenth. */
export async function shockPrice(baseUrl: string, coin: string, percent: Decimal, fetchLike: typeof fetch = fetch): Promise<void> {
  await request(new URL('/__simulator/price', baseUrl), fetchLike, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ coin, percent }),
  });
}

async function get(baseUrl: string, what: string, fetchLike: typeof fetch): Promise<Record<string, unknown>> {
  const response = await request(new URL(`/__simulator/${what}`, baseUrl), fetchLike, {});
  const body: unknown = await response.json();
  if (typeof body !== 'object' || body === null) throw new TypeError('the simulated exchange did not answer with an object');
  return body as Record<string, unknown>;
}

async function request(url: URL, fetchLike: typeof fetch, init: RequestInit): Promise<Response> {
  const response = await fetchLike(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(patienceMs) });
  if (!response.ok) throw new Error(`the simulated exchange answered ${response.status.toString()}`);
  return response;
}

/** Coins whose price is meant to be one dollar: a fall of the market is not a fall of these. */
const stablecoins: ReadonlySet<string> = new Set([
  'USDT',
  'USDC',
  'DAI',
  'FDUSD',
  'TUSD',
  'USDP',
  'PYUSD',
  'USDD',
  'USDE',
  'USDG',
  'RLUSD',
  'USD1',
  'USD',
]);

export const isStable = (coin: string): boolean => stablecoins.has(coin);

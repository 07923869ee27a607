import { decimal as d } from '../../../src/core/decimal.ts';
import type { HaircutRule } from '../../../src/core/model.ts';

/** Printed by collateral-data of Bybit's new loans: https://bybit-exchange.github.io/docs/v5/new-crypto-loan/collateral-coin */
export const bybitBtc: HaircutRule = {
  by: 'value',
  tiers: [
    { upTo: d('10000'), rate: d('0.8') },
    { upTo: d('20000'), rate: d('0.7') },
    { upTo: d('30000'), rate: d('0.5') },
    { upTo: d('99999999999'), rate: d('0.4') },
  ],
};

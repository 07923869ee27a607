#!/usr/bin/env bash
# @aave/math-utils 1.38.0, seen 2026-11-30.
# Expected: the health factor of a position without debt is infinite, absent, or at least large: liquidation is below 1.
# What happens: it is -1, a number below every threshold, while 0.000001 of debt gives 800,000,000.
# Why it matters: `health factor < 1` raises an alarm for the one position that cannot be liquidated, and sorting "worst first" puts it on top.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
printf '{"private":true,"type":"module"}\n' > package.json
npm install --no-audit --no-fund --loglevel=error --save-exact @aave/math-utils@1.38.0 >/dev/null
cat > run.js <<'JS'
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const { calculateHealthFactorFromBalances } = require('@aave/math-utils');
// Threshold in basis points: 80 %.
const read = (borrowBalanceMarketReferenceCurrency) =>
  calculateHealthFactorFromBalances({
    collateralBalanceMarketReferenceCurrency: '1000',
    borrowBalanceMarketReferenceCurrency,
    currentLiquidationThreshold: '8000',
  }).toFixed();
const found = { 500: read('500'), 0.000001: read('0.000001'), 0: read('0') };
console.log(`@aave/math-utils ${require('@aave/math-utils/package.json').version}, health factor by debt:`, found);
assert.deepEqual(found, { 500: '1.6', 0.000001: '800000000', 0: '-1' });
JS
node run.js

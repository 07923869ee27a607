/** The door of the part with what a change is reckoned and judged by. Imported with import() only: only a window that makes or proves a change reads it. */
export { mustBeAsShown } from './as-shown.ts';
export { judgeCollateral } from './collateral-judge.ts';
export { collateralPreview } from './collateral-preview.ts';
export { judgeMargin } from './margin-judge.ts';
export { marginPreview } from './margin-preview.ts';
export { limitsFrom } from './limits.ts';

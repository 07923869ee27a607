/** The door of the part with what a change is reckoned and judged by. Imported with import() only: only a window that makes or proves a change reads it. */
export { carryOut } from './commit.ts';
export { judgeCollateral } from './kinds/collateral-judge.ts';
export { prepare, previewOf } from './commit.ts';
export { checkedIntent } from './intent.ts';
export { mustBeWithin } from './limit-checks.ts';
export { limitsOfUser } from './limits.ts';
export { judgeMargin } from './kinds/margin-judge.ts';
export { mustBeFree } from './send.ts';
export { settle } from './verdict.ts';

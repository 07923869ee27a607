/** The door of the part with what a change is reckoned and judged by. Imported with import() only: only a window that makes or proves a change reads it. */
export { carryOut } from './carry-out.ts';
export { judgeCollateral } from './collateral-judge.ts';
export { prepare, previewOf } from './fresh-look.ts';
export { checkedIntent } from './intent.ts';
export { mustBeWithin } from './limit-checks.ts';
export { limitsOfUser } from './limits.ts';
export { judgeMargin } from './margin-judge.ts';
export { mustBeFree } from './sender.ts';
export { settle } from './verdict.ts';

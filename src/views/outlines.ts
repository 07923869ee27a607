/** The part with what views, badges and the status bar say. Imported with import() only: activation does not read it. */
export { msUntilAnyAgeChanges } from './ages.ts';
export { ActivityFeed, activityOutline } from './activity.ts';
export { shortTimes } from '../words/activity.ts';
export { collateralOutline } from './collateral.ts';
export { loansOutline } from './loans.ts';
export { emptyEntry, failedEntry, moreEntry, readPage } from './pages.ts';
export { outletEntries } from './outlets.ts';
export { positionsOutline } from './positions.ts';
export { isSameStatus, loanAlarms, positionAlarms, statusOf } from './status.ts';
export { readTrendBars } from './trend.ts';
export { warningsOutline } from './warnings.ts';
export { loansState, positionsState } from './view-state.ts';

/** The door of the part with what views, badges and the status bar say. Imported with import() only: activation does not read it. */
export { ActivityFeed } from './activity.ts';
export { activityOutline } from './activity.ts';
export { loanAlarms, positionAlarms } from './alarms.ts';
export { shortTimes } from '../words/activity.ts';
export { collateralOutline } from './collateral.ts';
export { interestOutlook } from './interest-outlook.ts';
export { loansOutline } from './loans.ts';
export { borrowableEntry, emptyEntry, failedEntry, historyEntry, interestEntry, moreEntry, unreadEntry } from './pages.ts';
export { positionsOutline } from './positions.ts';
export { statusOf } from './status.ts';

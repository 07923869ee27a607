/** The door of the part with what views, badges and the status bar say. Imported with import() only: activation does not read it. */
export { ActivityFeed } from '../activity-feed.ts';
export { activityOutline } from './activity-outline.ts';
export { loanAlarms, positionAlarms } from './alarms.ts';
export { shortTimes } from './activity-time.ts';
export { collateralOutline } from './collateral-outline.ts';
export { interestOutlook } from './interest-outlook.ts';
export { loansOutline } from './loans-outline.ts';
export { borrowableEntry, emptyEntry, failedEntry, historyEntry, interestEntry, moreEntry, unreadEntry } from './page-rows.ts';
export { positionsOutline } from './positions-outline.ts';
export { statusOf } from './status.ts';

/** The door of the part with what the views list. Imported with import() only: activation does not read it, the first view that is seen does. */
export { ActivityFeed } from '../activity-feed.ts';
export { activityOutline } from './activity-outline.ts';
export { shortTimes } from './activity-time.ts';
export { collateralOutline } from './collateral-outline.ts';
export { interestOutlook } from './interest-outlook.ts';
export { loansOutline } from './loans-outline.ts';
export { borrowableEntry, emptyEntry, failedEntry, historyEntry, interestEntry, moreEntry, unreadEntry } from './page-rows.ts';
export { positionsOutline } from './positions-outline.ts';

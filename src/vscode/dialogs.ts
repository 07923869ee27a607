/**
 * The door of the part with everything that asks a person something: the dialogs about collateral, margin, accounts and simulated prices, and what they did.
 * Imported with import() only, so that activation does not read it; one part, because most of it shares its steps and texts.
 */
export { removeAccount, renameAccount, testConnection, updateKeys } from '../flows/account/change.ts';
export { armWritingOn } from '../flows/arm.ts';
export { sayDisarmed } from '../flows/arm.ts';
export { undoAdd } from '../flows/undo.ts';
export { changeCollateral } from '../flows/change.ts';
export { changeMargin } from '../flows/change.ts';
export { showMaximumLoan } from '../flows/maximum-loan.ts';
export { resolveWrite } from '../flows/resolve.ts';
export { sayOutcome } from '../flows/tell.ts';
export { bringLiquidationToTarget } from '../flows/target-liquidation.ts';
export { bringLtvToTarget } from '../flows/target-ltv.ts';
export { activityDocument } from './activity-document.ts';
export { addAccount } from '../flows/account/add.ts';
export { exportActivity } from '../flows/export-activity.ts';
export { setThresholds } from '../flows/account/thresholds.ts';
export { movePrice } from '../flows/move-price.ts';
export { verifyLedger } from '../flows/verify-ledger.ts';
export { mayChangeKeys } from '../flows/account/try-keys.ts';
export { chooseAccount } from '../flows/account/choose.ts';
export { actingOf } from './acting.ts';

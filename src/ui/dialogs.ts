/**
 * The door of the part with everything that asks a person something: the dialogs about collateral, margin, accounts and simulated prices, and what they did.
 * Imported with import() only, so that activation does not read it; one part, because most of it shares its steps and texts.
 */
export { removeAccount, renameAccount, testConnection, updateKeys } from './account-acts.ts';
export { armWritingOn } from './acting/arm-writing.ts';
export { sayDisarmed } from './acting/say-disarmed.ts';
export { undoAdd } from './acting/undo-add.ts';
export { changeCollateral } from './acting/change-collateral.ts';
export { changeMargin } from './acting/change-margin.ts';
export { showMaximumLoan } from './acting/maximum-loan.ts';
export { resolveWrite } from './acting/resolve-write.ts';
export { sayOutcome } from './acting/say-outcome.ts';
export { bringLiquidationToTarget } from './acting/target-liquidation.ts';
export { bringLtvToTarget } from './acting/target-ltv.ts';
export { activityDocument } from './activity-document.ts';
export { addAccount } from './add-account.ts';
export { exportActivity } from './export-activity.ts';
export { setThresholds } from './set-thresholds.ts';
export { movePrice } from './simulated/move-price.ts';
export { verifyLedger } from './verify-ledger.ts';
export { mayChangeKeys } from './other-windows-keys.ts';

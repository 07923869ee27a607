import * as vscode from 'vscode';
import type { Account } from '../core/model.ts';
import { addAccount, trySimulated } from '../flows/account/add.ts';
import { removeAccount, renameAccount, testConnection, updateKeys } from '../flows/account/change.ts';
import { chooseAccount } from '../flows/account/choose.ts';
import { setThresholds } from '../flows/account/thresholds.ts';
import type { Acting } from '../flows/acting.ts';
import { allowBorrowingOn } from '../flows/allow-borrowing.ts';
import { armWritingOn, sayDisarmed } from '../flows/arm.ts';
import { borrowMore } from '../flows/borrow.ts';
import { changeCollateral, changeMargin } from '../flows/change.ts';
import { activityDocument, exportActivity } from '../flows/export-activity.ts';
import { exportLoanHistory } from '../flows/export-loan-history.ts';
import { showMaximumLoan } from '../flows/maximum-loan.ts';
import { openAtVenue } from '../flows/open-at-venue.ts';
import { openRescue, prepareRescue } from '../flows/rescue.ts';
import { movePrice } from '../flows/move-price.ts';
import { exportSetup, importSetup } from '../flows/move-setup.ts';
import type { Attended } from '../flows/open-change-news.ts';
import { manageOutlets } from '../flows/outlets.ts';
import { resolveWrite } from '../flows/resolve.ts';
import { bringLiquidationToTarget } from '../flows/target-liquidation.ts';
import { repayWithCollateral } from '../flows/repay-collateral.ts';
import { repayLoan } from '../flows/repay.ts';
import { bringLtvToTarget } from '../flows/target-ltv.ts';
import { sayOutcome } from '../flows/tell.ts';
import { undoAdd } from '../flows/undo.ts';
import { verifyLedger } from '../flows/verify-ledger.ts';
import { testWarnings } from '../flows/test-warnings.ts';
import { acknowledgeWarnings, composeWarning, snoozeWarnings, tellWarning } from '../flows/warnings.ts';
import { setWarningLevels } from '../flows/warning-levels.ts';
import type { commandIds } from './command-ids.ts';
import { EditorConversation } from './conversation.ts';
import { sceneOf, type App } from './front.ts';
import { installCommandLine } from './install-command-line.ts';
import { openDraft, openPlanPreview, registerPlans, runPlan } from './plans.ts';
import { ownSettings, readLimits } from './ports.ts';

// All dialogs. Imported with import() only, so that activation doesn't load them; one part, because they share most of their code.

const made = new WeakMap<App, Acting>();

/** What flows need in the editor. One per app, so that open pages are found again. */
export function actingOf(app: App): Acting {
  const before = made.get(app);
  if (before !== undefined) return before;
  const acting: Acting = {
    ...app,
    talk: new EditorConversation(app),
    viewContext: () => sceneOf(app),
    readLimits,
    ownSettings,
    language: vscode.env.language,
    keepsOwnKeys: vscode.env.uiKind === vscode.UIKind.Web,
  };
  made.set(app, acting);
  return acting;
}

/** A command with a dialog. @param attended the changes that some command is already reporting */
type Dialog = (acting: Acting, argument: unknown, attended: Attended) => Promise<void>;

const onAccount =
  (act: (acting: Acting, account: Account) => Promise<void>): Dialog =>
  async (acting, argument) => {
    const account = await chooseAccount(acting, argument);
    if (account !== undefined) await act(acting, account);
  };

/** By command. */
export const dialogs = {
  addAccount,
  updateKeys: onAccount(updateKeys),
  renameAccount: onAccount(renameAccount),
  removeAccount: onAccount(removeAccount),
  setThresholds: onAccount(setThresholds),
  testConnection: onAccount(testConnection),
  trySimulated,
  movePrice,
  addCollateral: (acting, argument, attended) => changeCollateral(acting, attended, 'add', argument),
  reduceCollateral: (acting, argument, attended) => changeCollateral(acting, attended, 'reduce', argument),
  borrowMore: (acting, argument, attended) => borrowMore(acting, attended, argument),
  repayLoan: (acting, argument, attended) => repayLoan(acting, attended, argument),
  repayWithCollateral: (acting, argument, attended) => repayWithCollateral(acting, attended, argument),
  addMargin: (acting, argument, attended) => changeMargin(acting, attended, 'add', argument),
  reduceMargin: (acting, argument, attended) => changeMargin(acting, attended, 'reduce', argument),
  bringLtvToTarget: (acting, argument, attended) => bringLtvToTarget(acting, attended, argument),
  bringLiquidationToTarget: (acting, argument, attended) => bringLiquidationToTarget(acting, attended, argument),
  resolveWrite: (acting, argument, attended) => resolveWrite(acting, attended, argument),
  undoAdd: (acting, argument, attended) => undoAdd(acting, attended, argument),
  maximumLoan: showMaximumLoan,
  armWriting: armWritingOn,
  allowBorrowing: onAccount(allowBorrowingOn),
  exportActivity,
  exportLoanHistory,
  exportSetup,
  importSetup,
  verifyLedger,
  acknowledgeWarnings,
  snoozeWarnings,
  testWarnings,
  manageOutlets,
  setWarningLevels,
  openAtVenue,
  prepareRescue,
  openRescue: (acting, argument, attended) => openRescue(acting, attended, argument),
  openPlanPreview,
  runPlan: (acting, argument, attended) => runPlan(acting, attended, argument),
} satisfies Partial<Record<keyof typeof commandIds, Dialog>>;

/** Notices without a dialog of their own. */
export const telling = {
  sayOutcome,
  sayDisarmed,
  activityDocument,
  composeWarning,
  tellWarning,
  installCommandLine,
  registerPlans,
  openDraft,
};

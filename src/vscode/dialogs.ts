import * as vscode from 'vscode';
import type { Account } from '../core/model.ts';
import { msg, type Message } from '../core/message.ts';
import { addAccount, trySimulated } from '../flows/account/add.ts';
import { removeAccount, renameAccount, testConnection, updateKeys } from '../flows/account/change.ts';
import { chooseAccount } from '../flows/account/choose.ts';
import { setThresholds } from '../flows/account/thresholds.ts';
import type { Acting } from '../flows/acting.ts';
import { armWritingOn, sayDisarmed } from '../flows/arm.ts';
import { changeCollateral, changeMargin } from '../flows/change.ts';
import { activityDocument, exportActivity } from '../flows/export-activity.ts';
import { showMaximumLoan } from '../flows/maximum-loan.ts';
import { movePrice } from '../flows/move-price.ts';
import type { Attended } from '../flows/open-change-news.ts';
import { resolveWrite } from '../flows/resolve.ts';
import { bringLiquidationToTarget } from '../flows/target-liquidation.ts';
import { bringLtvToTarget } from '../flows/target-ltv.ts';
import { sayOutcome } from '../flows/tell.ts';
import { undoAdd } from '../flows/undo.ts';
import { verifyLedger } from '../flows/verify-ledger.ts';
import type { commandIds } from './command-ids.ts';
import { EditorConversation } from './conversation.ts';
import { sceneOf, type App } from './front.ts';
import { readLimits } from './ports.ts';

// Everything that asks a person something. Imported with import() only, so that activation does not read it; one part, because most of it
// shares its steps and words.

const made = new WeakMap<App, Acting>();

/** What a person acts with in the editor. One for each app, so that pages that were shown are known again. */
export function actingOf(app: App): Acting {
  const before = made.get(app);
  if (before !== undefined) return before;
  const acting: Acting = {
    ...app,
    talk: new EditorConversation(app),
    viewContext: () => sceneOf(app),
    readLimits,
    language: vscode.env.language,
    keepsOwnKeys: vscode.env.uiKind === vscode.UIKind.Web,
  };
  made.set(app, acting);
  return acting;
}

/** What a command does that asks. @param attended the changes that some command is speaking about */
type Dialog = (acting: Acting, argument: unknown, attended: Attended) => Promise<void>;

const onAccount =
  (question: Message, act: (acting: Acting, account: Account) => Promise<void>): Dialog =>
  async (acting, argument) => {
    const account = await chooseAccount(acting, argument, question);
    if (account !== undefined) await act(acting, account);
  };

/** By command. */
export const dialogs = {
  addAccount,
  updateKeys: onAccount(msg('choose.account-new-keys', 'Which account has new keys?'), updateKeys),
  renameAccount: onAccount(msg('choose.account-shall-renamed', 'Which account shall be renamed?'), renameAccount),
  removeAccount: onAccount(msg('choose.account-shall-removed', 'Which account shall be removed?'), removeAccount),
  setThresholds: onAccount(msg('choose.loans-account-shall', 'The loans of which account shall have other thresholds?'), setThresholds),
  testConnection: onAccount(msg('choose.account-shall-tested', 'Which account shall be tested?'), testConnection),
  trySimulated,
  movePrice,
  addCollateral: (acting, argument, attended) => changeCollateral(acting, attended, 'add', argument),
  reduceCollateral: (acting, argument, attended) => changeCollateral(acting, attended, 'reduce', argument),
  addMargin: (acting, argument, attended) => changeMargin(acting, attended, 'add', argument),
  reduceMargin: (acting, argument, attended) => changeMargin(acting, attended, 'reduce', argument),
  bringLtvToTarget: (acting, argument, attended) => bringLtvToTarget(acting, attended, argument),
  bringLiquidationToTarget: (acting, argument, attended) => bringLiquidationToTarget(acting, attended, argument),
  resolveWrite: (acting, argument, attended) => resolveWrite(acting, attended, argument),
  undoAdd: (acting, argument, attended) => undoAdd(acting, attended, argument),
  maximumLoan: showMaximumLoan,
  armWriting: armWritingOn,
  exportActivity,
  verifyLedger,
} satisfies Partial<Record<keyof typeof commandIds, Dialog>>;

/** What is said besides, not by a command of its own. */
export const telling = { sayOutcome, sayDisarmed, activityDocument };

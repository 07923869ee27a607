import * as vscode from 'vscode';
import type { Limits, LimitsFault } from '../engine/ledger/limits.ts';
import { intervalMsOf } from '../words/time.ts';

/** The person's interval between two readings, in milliseconds. Its scope is `application`: no workspace decides it. */
export function intervalMs(): number {
  return intervalMsOf(vscode.workspace.getConfiguration('ltvGauge').get('refreshIntervalSeconds'));
}

/** What the person allows at most, as their own settings say; those of the folder that is open do not count. */
export async function readLimits(): Promise<Limits | LimitsFault> {
  const settings = vscode.workspace.getConfiguration('ltvGauge.limits');
  return (await import('../engine/ledger/limits.ts')).limitsOfUser(settings);
}

import * as vscode from 'vscode';
import type { Limits, LimitsFault } from '../ledger/limits.ts';
import { intervalMsOf } from './presentation/interval.ts';

/** The person's interval between two readings, in milliseconds. Its scope is `application`: no workspace decides it. */
export function intervalMs(): number {
  return intervalMsOf(vscode.workspace.getConfiguration('ltvGauge').get('refreshIntervalSeconds'));
}

const limitNames = ['perActionUsd', 'perDayUsd', 'perActionByCoin', 'perDayByCoin', 'keepInWallet', 'highestLtvAfterReduction'] as const;

/**
 * What the person allows at most. Only what the settings of the user say counts: no folder that is opened can raise or lift a limit.
 */
export async function readLimits(): Promise<Limits | LimitsFault> {
  const settings = vscode.workspace.getConfiguration('ltvGauge.limits');
  const own = Object.fromEntries(limitNames.map((name) => [name, settings.inspect(name)?.globalValue]));
  return (await import('../ledger/steps.ts')).limitsFrom(own);
}

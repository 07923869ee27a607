import * as vscode from 'vscode';
import { intervalMsOf } from './presentation/interval.ts';

/** The person's interval between two readings, in milliseconds. Its scope is `application`: no workspace decides it. */
export function intervalMs(): number {
  return intervalMsOf(vscode.workspace.getConfiguration('ltvGauge').get('refreshIntervalSeconds'));
}

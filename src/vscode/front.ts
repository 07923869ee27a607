import type * as vscode from 'vscode';
import type { Engine } from '../engine/engine.ts';

/** The engine with the little that the editor adds, handed to every part of the user interface. */
export interface App extends Engine {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
}

import * as vscode from 'vscode';
import type { Acting } from '../flows/acting.ts';
import { EditorConversation } from './conversation.ts';
import type { App } from './front.ts';
import { sceneOf } from './scene.ts';
import { readLimits } from './settings.ts';

const made = new WeakMap<App, Acting>();

/** What a person acts with in the editor. One for each app, so that pages that were shown are known again. */
export function actingOf(app: App): Acting {
  const before = made.get(app);
  if (before !== undefined) return before;
  const acting: Acting = {
    ...app,
    talk: new EditorConversation(app),
    scene: () => sceneOf(app),
    readLimits,
    language: vscode.env.language,
    keepsOwnKeys: vscode.env.uiKind === vscode.UIKind.Web,
  };
  made.set(app, acting);
  return acting;
}

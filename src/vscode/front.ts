import * as vscode from 'vscode';
import type { Emitter } from '../core/emitter.ts';
import type { Engine } from '../engine/engine.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { zonedTimes } from '../words/time.ts';
import type { LateCommands } from './late-commands.ts';
import type { LateTree } from './late-tree.ts';
import { hidesAmounts, limitSettings } from './ports.ts';
import type { Painter } from './painter.ts';
import { loadedViews } from '../views/lazy-pages.ts';
import type { ViewContext } from '../words/account.ts';

/** All that views are drawn from, as it is at one moment. */
export interface Frame {
  readonly states: readonly AccountState[];
  readonly scene: ViewContext;
}

/** The engine with the little that the editor adds, handed to every part of the user interface. */
export interface App extends Engine {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly commands: LateCommands;
  /** A view of the container. */
  readonly tree: (id: string) => LateTree;
  readonly painter: Painter<Frame>;
  /** A danger is told in this window, and the person wants to hear it. */
  readonly alarm: Emitter<undefined>;
}

// Made at first use: it takes longer than the rest of the activation.
let clockFormat: Intl.DateTimeFormat | undefined;

/** A moment as the person's clock and language show it. */
function whenText(ms: number): string {
  clockFormat ??= new Intl.DateTimeFormat(vscode.env.language, { dateStyle: 'medium', timeStyle: 'medium' });
  return clockFormat.format(ms);
}

let zonedFormat: ((ms: number) => string) | undefined;

/** A moment that matters, with its zone. */
function zonedText(ms: number): string {
  zonedFormat ??= zonedTimes(vscode.env.language);
  return zonedFormat(ms);
}

/** What the views depend on at this moment. */
export function sceneOf(app: App): ViewContext {
  return {
    exchanges: app.exchanges,
    now: app.clock.now(),
    intervalMs: app.intervalMs(),
    when: whenText,
    zoned: zonedText,
    openWrites: (accountId) => app.ledger.open(accountId),
    frozen: (accountId) => app.ledger.frozen(accountId),
    arming: (accountId) => app.arming.state(accountId),
    ...(hidesAmounts() ? { hidesAmounts: true } : {}),
    limits: limitSettings,
    warnings: (accountId) => app.warnings.all().filter(({ account }) => account === accountId),
  };
}

export const frameOf = (app: App): Frame => ({ states: app.store.all(), scene: sceneOf(app) });

/** How long until any shown age or term changes its text; undefined when there is none, and while nothing is shown. Milliseconds. */
export const msUntilAnyAgeChanges = (app: App): number | undefined => loadedViews()?.msUntilAnyAgeChanges(app.store.all(), sceneOf(app));

import * as vscode from 'vscode';
import type { Acting } from '../flows/acting.ts';
import type { App } from './front.ts';
import { localize } from './localize.ts';
import { warningSettings } from './ports.ts';
import type * as Dialogs from './dialogs.ts';

/** Shows what comes near its line, in the window that was used last. What says it is loaded when there is something to say. */
export function registerWarnings(app: App): vscode.Disposable {
  const withWords = async <T>(use: (telling: typeof Dialogs.telling, acting: Acting) => T): Promise<T> => {
    const { actingOf, telling } = await import('./dialogs.ts');
    return use(telling, actingOf(app));
  };
  app.warnings.attach({
    compose: (told) => withWords(({ composeWarning }, acting) => composeWarning(acting, told)),
    show: async (notice, at) => {
      const { answered } = await withWords(({ tellWarning }, acting) => ({ answered: tellWarning(acting, notice, at) }));
      answered.catch((error: unknown) => {
        app.log.error(error instanceof Error ? error : String(error));
      });
      // What fails at once was not shown.
      await Promise.race([answered, new Promise(setImmediate)]);
    },
    settings: warningSettings,
    localize,
  });
  return vscode.window.onDidChangeWindowState(({ focused }) => {
    if (focused) app.warnings.noteFocus();
  });
}

import * as vscode from 'vscode';
import type { Acting } from '../flows/acting.ts';
import type { App } from './front.ts';
import { localize } from './localize.ts';
import { warningSettings } from './ports.ts';
import type * as Dialogs from './dialogs.ts';

/** Shows warnings in the window used last. The code is loaded with the first warning. */
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
      // A notice that fails at once wasn't shown.
      await Promise.race([answered, new Promise(setImmediate)]);
      if (notice.level === 'danger' && warningSettings().sound) app.alarm.tell(undefined);
    },
    settings: warningSettings,
    localize,
  });
  return vscode.window.onDidChangeWindowState(({ focused }) => {
    if (focused) app.warnings.noteFocus();
  });
}

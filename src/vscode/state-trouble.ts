import * as vscode from 'vscode';
import type { App } from './front.ts';
import { localize } from './localize.ts';

/** Says once, each time it begins, that the accounts of all windows cannot be read, and what follows from it; and that the file was made anew. */
export function tellStateTrouble(app: Pick<App, 'log' | 'shared'>): vscode.Disposable {
  const showLog = vscode.l10n.t('Show Log');
  const tell = async (sentence: string): Promise<void> => {
    if ((await vscode.window.showErrorMessage(sentence, showLog)) === showLog) app.log.show();
  };
  return vscode.Disposable.from(
    app.shared.onDidMeetTrouble((trouble) => {
      if (trouble === undefined) {
        app.log.info('the accounts can be read again');
        return;
      }
      const sentence = localize(trouble);
      app.log.error(sentence);
      void tell(sentence);
    }),
    app.shared.onDidRemake(() => {
      void tell(
        vscode.l10n.t(
          'The file in which all windows keep their accounts was gone. It was made anew from the last copy. No account is armed; nothing at the exchanges changed.',
        ),
      );
    }),
  );
}

import * as vscode from 'vscode';
import { msg } from '../core/message.ts';
import { StateTrouble } from '../engine/storage/shared-state.ts';
import { ExchangeError } from '../core/errors.ts';
import type { App } from './front.ts';
import { localize } from './localize.ts';

/** Reports a failure of something the person started, with the log one click away. */
export async function reportTrouble(app: App, error: unknown): Promise<void> {
  if (ExchangeError.is(error, 'aborted')) return;
  const sentence =
    ExchangeError.is(error) || error instanceof StateTrouble
      ? localize(error.sentence)
      : localize(msg('command.something-went-wrong', 'Something went wrong. See the log for details.'));
  app.log.error(error instanceof Error ? error : String(error));
  const showLog = localize(msg('button.show-log', 'Show Log'));
  if ((await vscode.window.showErrorMessage(sentence, showLog)) === showLog) app.log.show();
}

/** A command whose failure is reported to the person. */
export function registerGuarded(app: App, id: string, run: (argument: unknown) => unknown): vscode.Disposable {
  return app.commands.handle(id, async (argument) => {
    try {
      await run(argument);
    } catch (error) {
      await reportTrouble(app, error);
    }
  });
}

/** Reports once per outage that the accounts shared by all windows can't be read, and when their file was restored. */
export function tellStateTrouble(app: Pick<App, 'log' | 'shared'>): vscode.Disposable {
  const showLog = localize(msg('button.show-log', 'Show Log'));
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
        localize(
          msg(
            'storage.accounts-restored',
            'The accounts file was missing and has been restored from the last copy. No account is armed. Nothing changed on the exchanges.',
          ),
        ),
      );
    }),
  );
}

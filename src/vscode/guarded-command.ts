import * as vscode from 'vscode';
import { msg } from '../core/message.ts';
import { StateTrouble } from '../engine/storage/shared-state.ts';
import { ExchangeError } from '../core/errors.ts';
import type { App } from './front.ts';
import { localize } from './localize.ts';

/** Says what went wrong with something a person asked for. The log is always one click away. */
export async function reportTrouble(app: App, error: unknown): Promise<void> {
  if (ExchangeError.is(error, 'aborted')) return;
  const sentence =
    ExchangeError.is(error) || error instanceof StateTrouble
      ? localize(error.sentence)
      : localize(msg('command.something-went-wrong', 'Something went wrong inside LTV Gauge. The log tells more.'));
  app.log.error(error instanceof Error ? error : String(error));
  const showLog = localize(msg('button.show-log', 'Show Log'));
  if ((await vscode.window.showErrorMessage(sentence, showLog)) === showLog) app.log.show();
}

/** Registers a command whose failure is told to the person instead of being lost. */
export function registerGuarded(app: App, id: string, run: (argument: unknown) => unknown): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (argument: unknown) => {
    try {
      await run(argument);
    } catch (error) {
      await reportTrouble(app, error);
    }
  });
}

/** Says once, each time it begins, that the accounts of all windows cannot be read, and what follows from it; and that the file was made anew. */
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
            'command.file-all-windows',
            'The file in which all windows keep their accounts was gone. It was made anew from the last copy. No account is armed; nothing at the exchanges changed.',
          ),
        ),
      );
    }),
  );
}

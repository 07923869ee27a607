import * as vscode from 'vscode';

type Run = (argument: unknown) => unknown;

/** The commands of the manifest from the start; what they do comes once that is loaded. One that is run before waits for it. */
export class LateCommands implements vscode.Disposable {
  readonly #runs = new Map<string, Run>();
  readonly #registered: vscode.Disposable;

  /** @param load ends with a `handle` of each command; false when it failed, which the person was told */
  constructor(ids: readonly string[], load: () => Promise<boolean>) {
    const registered = ids.map((id) =>
      vscode.commands.registerCommand(id, async (argument: unknown) => {
        if (!(await load())) return undefined;
        const run = this.#runs.get(id);
        if (run === undefined) throw new Error(`nothing runs ${id}`);
        return run(argument);
      }),
    );
    this.#registered = vscode.Disposable.from(...registered);
  }

  handle(id: string, run: Run): vscode.Disposable {
    this.#runs.set(id, run);
    return { dispose: () => this.#runs.delete(id) };
  }

  dispose(): void {
    this.#registered.dispose();
  }
}

import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { msg } from '../core/message.ts';
import {
  back,
  type Back,
  type Button,
  type ChosenFile,
  type Command,
  type Conversation,
  type Dialog,
  type InputQuestion,
  type Item,
  type NamedFile,
  type Notice,
  type PickQuestion,
  type PickSeveralQuestion,
  type ReadOnlyPage,
  type SaveQuestion,
  type Terms,
} from '../flows/conversation.ts';
import type { Place } from '../views/place.ts';
import type { Text } from '../words/text.ts';
import { commandIds } from './command-ids.ts';
import type { App } from './front.ts';
import { localize, onScreen } from './localize.ts';

/** Asks and tells with the boxes, dialogs and notifications of VS Code. */
export class EditorConversation implements Conversation {
  readonly #app: Pick<App, 'context' | 'log'>;
  /** Texts of the open pages, by URI. Not written anywhere. */
  readonly #pages = new Map<string, string>();
  #shown = 0;

  constructor(app: Pick<App, 'context' | 'log'>) {
    this.#app = app;
  }

  localize(text: Text): string {
    return localize(text);
  }

  onScreen(text: Text): string {
    return onScreen()(text);
  }

  async pick<T>(question: PickQuestion<T>): Promise<T | Back | undefined> {
    const input = vscode.window.createQuickPick<PickItem<T>>();
    const abort = new AbortController();
    framed(input, question);
    input.placeholder = localize(question.placeholder);
    if (question.prompt !== undefined) input.prompt = localize(question.prompt);
    input.matchOnDescription = true;
    input.matchOnDetail = question.frame !== undefined;
    const fill = (items: readonly Item<T>[]): void => {
      const lines = items.map(itemOf);
      input.items = lines;
      const active = lines.find(({ value }) => value !== undefined && (question.isActive?.(value) ?? false));
      // Setting none would leave Enter without effect.
      if (active !== undefined) input.activeItems = [active];
    };
    try {
      return await new Promise<T | Back | undefined>((resolve, reject) => {
        input.onDidTriggerButton(() => {
          resolve(back);
        });
        input.onDidHide(() => {
          resolve(undefined);
        });
        input.onDidAccept(() => {
          const [chosen] = input.selectedItems;
          if (chosen?.value !== undefined) resolve(chosen.value);
        });
        if (typeof question.items !== 'function') {
          fill(question.items);
          input.show();
          return;
        }
        input.busy = true;
        input.show();
        question.items(abort.signal).then((items) => {
          input.busy = false;
          fill(items);
        }, reject);
      });
    } finally {
      abort.abort();
      input.dispose();
    }
  }

  async pickSeveral<T>({ title, placeholder, items }: PickSeveralQuestion<T>): Promise<readonly T[] | undefined> {
    const picked = await vscode.window.showQuickPick(
      items.map((item) => ({ ...itemOf(item), value: item.value, picked: true })),
      { title: localize(title), placeHolder: localize(placeholder), canPickMany: true },
    );
    return picked?.map(({ value }) => value);
  }

  async input<T>(question: InputQuestion<T>): Promise<T | Back | undefined> {
    const input = vscode.window.createInputBox();
    const abort = new AbortController();
    let terms: Terms<T> = question;
    const show = (): void => {
      input.prompt = localize(terms.prompt);
      // Empty input isn't an error yet.
      input.validationMessage = input.value === '' ? '' : problemText(input.value, terms);
    };
    framed(input, question);
    if (question.placeholder !== undefined) input.placeholder = localize(question.placeholder);
    input.value = question.value ?? '';
    input.password = question.secret === true;
    show();
    try {
      return await new Promise<T | Back | undefined>((resolve) => {
        input.onDidTriggerButton(() => {
          resolve(back);
        });
        input.onDidHide(() => {
          resolve(undefined);
        });
        input.onDidChangeValue(show);
        input.onDidAccept(() => {
          const judged = terms.judge(input.value);
          if ('value' in judged) resolve(judged.value);
          else input.validationMessage = problemText(input.value, terms);
        });
        input.show();
        if (question.later === undefined) return;
        input.busy = true;
        question
          .later(abort.signal)
          .then((fresher) => {
            if (abort.signal.aborted) return;
            if (fresher === undefined) {
              resolve(undefined);
              return;
            }
            terms = fresher;
            show();
          })
          // The preview reads everything again and will say what is wrong.
          .catch(() => undefined)
          .finally(() => {
            if (!abort.signal.aborted) input.busy = false;
          });
      });
    } finally {
      abort.abort();
      input.dispose();
    }
  }

  async confirm<Id extends string>({ kind, title, detail, buttons }: Dialog<Id>): Promise<Id | undefined> {
    const options = { modal: true, detail: detail.map(localize).join('\n') };
    return (await boxes[kind](localize(title), options, ...buttons.map(buttonOf)))?.id;
  }

  async tell<Id extends string>({ kind, sentence, buttons = [] }: Notice<Id>): Promise<Id | undefined> {
    return (await boxes[kind](onScreen()(sentence), {}, ...buttons.map(buttonOf)))?.id;
  }

  async progress<T>(title: Text, work: (signal: AbortSignal, say: (text: Text) => void) => Promise<T>): Promise<T> {
    const abort = new AbortController();
    let said: Text | undefined;
    let say = (text: Text): void => {
      said = text;
    };
    const done = work(abort.signal, (text) => {
      say(text);
    });
    const ended = done.then(
      () => true,
      () => true,
    );
    const isEnded = await Promise.race([ended, new Promise<false>((resolve) => setTimeout(resolve, quickMs, false))]);
    if (isEnded) return done;
    const options = { location: vscode.ProgressLocation.Notification, title: onScreen()(title), cancellable: true };
    void vscode.window.withProgress(options, (progress, token) => {
      token.onCancellationRequested(() => {
        abort.abort();
      });
      say = (text) => {
        progress.report({ message: onScreen()(text) });
      };
      if (said !== undefined) say(said);
      return ended;
    });
    return done;
  }

  steadily<T>(title: Text, work: () => Promise<T>): Promise<T> {
    return Promise.resolve(vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: onScreen()(title) }, work));
  }

  async show({ title, text }: ReadOnlyPage): Promise<void> {
    if (this.#shown === 0) this.#provide();
    this.#shown += 1;
    // Plain text: for another kind of page some other extension may offer to send it.
    const uri = vscode.Uri.from({ scheme, path: `/${this.#shown.toString()}/${localize(title)}.txt` });
    this.#pages.set(uri.toString(), text);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true, preserveFocus: true });
  }

  #provide(): void {
    this.#app.context.subscriptions.push(
      vscode.workspace.registerTextDocumentContentProvider(scheme, {
        provideTextDocumentContent: (uri) =>
          this.#pages.get(uri.toString()) ?? localize(msg('command.request-not-kept', 'This request is no longer available.')),
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#pages.delete(uri.toString())),
    );
  }

  async closePages(): Promise<void> {
    const open = vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(({ input }) => input instanceof vscode.TabInputText && input.uri.scheme === scheme);
    if (open.length > 0) await vscode.window.tabGroups.close(open, true);
  }

  async save({ title, label, name, kinds }: SaveQuestion): Promise<NamedFile | undefined> {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
    const file = await vscode.window.showSaveDialog({
      title: localize(title),
      saveLabel: localize(label),
      defaultUri: vscode.Uri.joinPath(folder, name),
      filters: filtersOf(kinds),
    });
    if (file === undefined) return undefined;
    return {
      path: file.path,
      where: placeOf(file),
      write: async (content) => {
        await vscode.workspace.fs.writeFile(file, typeof content === 'string' ? new TextEncoder().encode(content) : content);
      },
      open: async () => {
        await vscode.window.showTextDocument(file, { preview: false });
      },
    };
  }

  async open({ title, label, kinds }: Omit<SaveQuestion, 'name'>): Promise<ChosenFile | undefined> {
    const [file] =
      (await vscode.window.showOpenDialog({ title: localize(title), openLabel: localize(label), filters: filtersOf(kinds) })) ?? [];
    if (file === undefined) return undefined;
    return { where: placeOf(file), read: async () => vscode.workspace.fs.readFile(file) };
  }

  async copy(text: string): Promise<void> {
    await vscode.env.clipboard.writeText(text);
  }

  async run(command: Command, place?: Place): Promise<void> {
    await vscode.commands.executeCommand(commandIds[command], ...(place === undefined ? [] : [place]));
  }

  /** In the settings of the user: those of a workspace don't count. */
  async openLimits(): Promise<void> {
    await vscode.commands.executeCommand('workbench.action.openGlobalSettings', { query: 'ltvGauge.limits' });
  }

  async openPage(url: string): Promise<void> {
    await vscode.env.openExternal(vscode.Uri.parse(url, true));
  }

  openLog(): void {
    this.#app.log.show();
  }

  async showLoans(): Promise<void> {
    await vscode.commands.executeCommand('ltvGauge.loans.focus');
  }

  async reloadWindow(): Promise<void> {
    await vscode.commands.executeCommand('workbench.action.reloadWindow');
  }
}

const scheme = 'ltv-gauge-request';

/** What is done sooner shows no progress: the editor keeps that for a second, behind the dialog that comes next. Milliseconds. */
const quickMs = 400;

const filtersOf = (kinds: SaveQuestion['kinds']): Record<string, string[]> =>
  Object.fromEntries(Object.entries(kinds).map(([kind, endings]) => [kind, [...endings]]));

const placeOf = (file: vscode.Uri): string => (file.scheme === 'file' ? file.fsPath : file.toString());

const boxes = {
  info: vscode.window.showInformationMessage,
  warning: vscode.window.showWarningMessage,
  error: vscode.window.showErrorMessage,
};

type PickItem<T> = vscode.QuickPickItem & { readonly value?: T };

function itemOf<T>({ label, description, detail, value, separator }: Item<T>): PickItem<T> {
  return {
    label: localize(label),
    ...(description === undefined ? {} : { description: localize(description) }),
    ...(detail === undefined ? {} : { detail: localize(detail) }),
    ...(value === undefined ? {} : { value }),
    ...(separator === true ? { kind: vscode.QuickPickItemKind.Separator } : {}),
  };
}

function buttonOf<Id extends string>({ id, label, closes }: Button<Id>): vscode.MessageItem & { readonly id: Id } {
  return { id, title: localize(label), ...(closes === true ? { isCloseAffordance: true } : {}) };
}

function framed(
  input: vscode.QuickInput & { buttons: readonly vscode.QuickInputButton[] },
  { title, canGoBack, frame }: Pick<PickQuestion<unknown>, 'title' | 'canGoBack' | 'frame'>,
): void {
  if (title !== undefined) input.title = localize(title);
  input.step = frame?.step;
  input.totalSteps = frame?.totalSteps;
  // Keys are copied from another window; losing the focus must not lose what was typed.
  input.ignoreFocusOut = true;
  input.buttons = canGoBack ? [vscode.QuickInputButtons.Back] : [];
}

function problemText<T>(typed: string, { judge }: Terms<T>): string | vscode.InputBoxValidationMessage {
  const { Error, Info, Warning } = vscode.InputBoxValidationSeverity;
  const judged = judge(typed);
  if ('problem' in judged) return judged.problem === undefined ? '' : { message: localize(judged.problem), severity: Error };
  if (judged.remark === undefined) return '';
  const { sentence, caution } = judged.remark;
  return { message: localize(sentence), severity: caution ? Warning : Info };
}

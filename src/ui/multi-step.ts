import * as vscode from 'vscode';
import type { Frame, Outcome } from './presentation/step-sequence.ts';

/** What every step has in common. */
interface StepOptions {
  readonly title: string;
  readonly frame: Frame;
}

export interface PickOptions<Value> extends StepOptions {
  readonly placeholder: string;
  readonly items: readonly (vscode.QuickPickItem & { readonly value: Value })[];
  /** Which item is under the cursor at first. */
  readonly isActive?: (value: Value) => boolean;
}

export interface InputOptions extends StepOptions {
  readonly prompt: string;
  readonly value: string;
  /** Hidden while it is typed. */
  readonly password: boolean;
  readonly placeholder?: string;
  /** Returns what is taken, with what to consider first, if anything; or what is wrong with it. */
  readonly check: (raw: string) => { readonly value: string; readonly caution?: string | undefined } | { readonly problem: string };
}

function framed(input: vscode.QuickInput & { buttons: readonly vscode.QuickInputButton[] }, { title, frame }: StepOptions): void {
  input.title = title;
  input.step = frame.step;
  input.totalSteps = frame.totalSteps;
  // Keys are fetched from another window; losing the focus must not lose what was answered.
  input.ignoreFocusOut = true;
  input.buttons = frame.canGoBack ? [vscode.QuickInputButtons.Back] : [];
}

/** Asks to choose one of several. */
export async function askPick<Value>(options: PickOptions<Value>): Promise<Outcome<Value>> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly value: Value }>();
  framed(pick, options);
  pick.placeholder = options.placeholder;
  pick.matchOnDetail = true;
  pick.items = options.items;
  const active = options.items.find(({ value }) => options.isActive?.(value) ?? false);
  // Setting none would leave Enter without effect.
  if (active !== undefined) pick.activeItems = [active];
  return untilAnswered(pick, (answer) => [
    pick.onDidTriggerButton(() => {
      answer({ kind: 'back' });
    }),
    pick.onDidAccept(() => {
      const [chosen] = pick.selectedItems;
      if (chosen !== undefined) answer({ kind: 'next', value: chosen.value });
    }),
  ]);
}

/** Asks to type something. What is wrong is said while typing, but not before anything was typed. */
export async function askInput(options: InputOptions): Promise<Outcome<string>> {
  const box = vscode.window.createInputBox();
  framed(box, options);
  box.prompt = options.prompt;
  box.value = options.value;
  box.password = options.password;
  if (options.placeholder !== undefined) box.placeholder = options.placeholder;
  const show = (raw: string): void => {
    const checked = options.check(raw);
    if ('problem' in checked) box.validationMessage = raw === '' ? undefined : checked.problem;
    else
      box.validationMessage =
        checked.caution === undefined ? undefined : { message: checked.caution, severity: vscode.InputBoxValidationSeverity.Warning };
  };
  // What is offered may need a word of caution before it is taken as it stands.
  if ('value' in options.check(box.value)) show(box.value);
  return untilAnswered(box, (answer) => [
    box.onDidTriggerButton(() => {
      answer({ kind: 'back' });
    }),
    box.onDidChangeValue(show),
    box.onDidAccept(() => {
      const checked = options.check(box.value);
      if ('value' in checked) answer({ kind: 'next', value: checked.value });
      else box.validationMessage = checked.problem;
    }),
  ]);
}

/** Shows an input until it is answered; hiding it, as Escape does, cancels. */
async function untilAnswered<Value>(
  input: vscode.QuickInput,
  listen: (answer: (outcome: Outcome<Value>) => void) => readonly vscode.Disposable[],
): Promise<Outcome<Value>> {
  let listeners: readonly vscode.Disposable[] = [];
  try {
    return await new Promise<Outcome<Value>>((resolve) => {
      listeners = [
        ...listen(resolve),
        input.onDidHide(() => {
          resolve({ kind: 'cancel' });
        }),
      ];
      input.show();
    });
  } finally {
    for (const listener of listeners) listener.dispose();
    input.dispose();
  }
}

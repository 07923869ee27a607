import * as vscode from 'vscode';
import type { Decimal } from '../core/decimal.ts';
import type { Message } from '../core/message.ts';
import type { Frame, Outcome } from '../flows/account/step-sequence.ts';
import { judgeAmount, type AmountBounds } from '../words/amount-input.ts';
import type { Remark } from '../words/collateral-preview.ts';
import type { TargetVerdict } from '../words/ltv-target.ts';
import { localize } from './localize.ts';

/** The person went one step back. Leaving altogether is `undefined`. */
export const back = Symbol('back');
export type Back = typeof back;

export interface Item<T> extends vscode.QuickPickItem {
  /** Absent on separators. */
  readonly value?: T;
}

interface PickQuestion<T> {
  readonly title: string;
  readonly placeholder: string;
  /** Said under the box, in full. */
  readonly prompt?: string;
  /** Either at hand, or read while the list already stands there and can be left with Escape. */
  readonly items: readonly Item<T>[] | ((signal: AbortSignal) => Promise<readonly Item<T>[]>);
  readonly canGoBack: boolean;
}

/**
 * Asks to pick one of a list.
 * @returns what was picked, `back`, or undefined when the person left. Rejects when the items could not be read.
 */
export async function pick<T>(question: PickQuestion<T>): Promise<T | Back | undefined> {
  const input = vscode.window.createQuickPick<Item<T>>();
  const abort = new AbortController();
  input.title = question.title;
  input.placeholder = question.placeholder;
  input.prompt = question.prompt;
  input.matchOnDescription = true;
  input.ignoreFocusOut = true;
  input.buttons = question.canGoBack ? [vscode.QuickInputButtons.Back] : [];
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
        input.items = question.items;
        input.show();
        return;
      }
      input.busy = true;
      input.show();
      question.items(abort.signal).then((items) => {
        input.busy = false;
        input.items = items;
      }, reject);
    });
  } finally {
    abort.abort();
    input.dispose();
  }
}

/** What the box holds an amount against, and says about it. */
export interface AmountFacts {
  readonly bounds: AmountBounds;
  readonly prompt: string;
  /** Said under an allowed amount. */
  readonly remark?: (amount: Decimal) => Remark;
}

interface AmountQuestion {
  readonly title: string;
  readonly placeholder: string;
  readonly facts: AmountFacts;
  /** Fresher facts that take over when they arrive. When they cannot be had, the first ones stay. */
  readonly later?: (signal: AbortSignal) => Promise<AmountFacts>;
  /** Told why, when the fresher facts allow no amount at all: a box in which nothing can be typed is closed. */
  readonly instead?: (why: Message) => Promise<undefined>;
  /** To start from, when the person comes back to this step. */
  readonly value?: string;
  readonly canGoBack: boolean;
}

/**
 * Asks for an exact amount and judges it at every key.
 * @returns the amount, `back`, or undefined when the person left, or no amount is possible by the fresher facts.
 */
export async function askAmount(question: AmountQuestion): Promise<Decimal | Back | undefined> {
  const input = vscode.window.createInputBox();
  const abort = new AbortController();
  let facts = question.facts;
  const show = (): void => {
    input.prompt = facts.prompt;
    input.validationMessage = verdictText(input.value, facts);
  };
  input.title = question.title;
  input.placeholder = question.placeholder;
  input.value = question.value ?? '';
  input.ignoreFocusOut = true;
  input.buttons = question.canGoBack ? [vscode.QuickInputButtons.Back] : [];
  show();
  try {
    return await new Promise<Decimal | Back | undefined>((resolve) => {
      input.onDidTriggerButton(() => {
        resolve(back);
      });
      input.onDidHide(() => {
        resolve(undefined);
      });
      input.onDidChangeValue(show);
      input.onDidAccept(() => {
        const verdict = judgeAmount(input.value, facts.bounds);
        if (verdict.ok) resolve(verdict.amount);
        else input.validationMessage = { message: localize(verdict.sentence), severity: vscode.InputBoxValidationSeverity.Error };
      });
      input.show();
      if (question.later === undefined) return;
      input.busy = true;
      const settled = (): void => {
        if (!abort.signal.aborted) input.busy = false;
      };
      question
        .later(abort.signal)
        .then((fresher) => {
          if (abort.signal.aborted) return;
          facts = fresher;
          const { impossible } = facts.bounds;
          if (impossible === undefined || question.instead === undefined) show();
          else resolve(question.instead(impossible));
        })
        // The preview reads everything anew and will say what is wrong.
        .catch(() => undefined)
        .finally(settled);
    });
  } finally {
    abort.abort();
    input.dispose();
  }
}

function verdictText(value: string, facts: AmountFacts): string | vscode.InputBoxValidationMessage {
  // Nothing typed yet is no mistake.
  if (value === '') return '';
  const verdict = judgeAmount(value, facts.bounds);
  if (!verdict.ok) return { message: localize(verdict.sentence), severity: vscode.InputBoxValidationSeverity.Error };
  if (facts.remark === undefined) return '';
  const { sentence, caution } = facts.remark(verdict.amount);
  const { Info, Warning } = vscode.InputBoxValidationSeverity;
  return { message: localize(sentence), severity: caution ? Warning : Info };
}

/** Runs `work` under a notification that can be cancelled; cancelling aborts the signal. */
export function underProgress<T>(title: string, work: (signal: AbortSignal, say: (text: string) => void) => Promise<T>): Promise<T> {
  return Promise.resolve(
    vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, async (progress, token) => {
      const abort = new AbortController();
      const subscription = token.onCancellationRequested(() => {
        abort.abort();
      });
      try {
        return await work(abort.signal, (text) => {
          progress.report({ message: text });
        });
      } finally {
        subscription.dispose();
      }
    }),
  );
}

interface TargetQuestion<T> {
  readonly title: string;
  readonly prompt: Message;
  readonly placeholder: string;
  readonly judge: (text: string) => TargetVerdict<T>;
  /** To start from, when the person comes back to this step. */
  readonly value: string;
  readonly canGoBack: boolean;
}

/** Asks for a target and judges it at every key. @returns it with the text as typed, `back`, or undefined when the person left. */
export async function askTarget<T>(question: TargetQuestion<T>): Promise<{ readonly target: T; readonly text: string } | Back | undefined> {
  const { Info, Warning, Error } = vscode.InputBoxValidationSeverity;
  const input = vscode.window.createInputBox();
  const show = (): void => {
    const verdict = question.judge(input.value);
    // Nothing typed yet is no mistake.
    if (input.value === '') input.validationMessage = '';
    else if (!verdict.ok) input.validationMessage = { message: localize(verdict.sentence), severity: Error };
    else input.validationMessage = { message: localize(verdict.remark.sentence), severity: verdict.remark.caution ? Warning : Info };
  };
  input.title = question.title;
  input.prompt = localize(question.prompt);
  input.placeholder = question.placeholder;
  input.value = question.value;
  input.ignoreFocusOut = true;
  input.buttons = question.canGoBack ? [vscode.QuickInputButtons.Back] : [];
  show();
  try {
    return await new Promise((resolve) => {
      input.onDidTriggerButton(() => {
        resolve(back);
      });
      input.onDidHide(() => {
        resolve(undefined);
      });
      input.onDidChangeValue(show);
      input.onDidAccept(() => {
        const verdict = question.judge(input.value);
        if (verdict.ok) resolve({ target: verdict.target, text: input.value });
        else input.validationMessage = { message: localize(verdict.sentence), severity: Error };
      });
      input.show();
    });
  } finally {
    input.dispose();
  }
}

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

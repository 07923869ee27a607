import * as vscode from 'vscode';
import type { Message } from '../../core/message.ts';
import { localize } from '../localize.ts';
import { back, type Back } from './prompts.ts';
import type { TargetVerdict } from './target-percent.ts';

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

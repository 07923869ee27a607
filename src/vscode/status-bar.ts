import * as vscode from 'vscode';
import { msg } from '../core/message.ts';
import { type App, type Frame, frameOf, msUntilAnyAgeChanges } from './front.ts';
import { commandIds } from './command-ids.ts';
import { localize, onScreen } from './localize.ts';
import { escapeMarkdown, markdownTable } from './markdown.ts';
import type * as Views from '../views/outlines.ts';
import type { Status } from '../views/status.ts';
import type { Text } from '../words/text.ts';
import { hidesAmounts, onDidChangeSetting, statusLook } from './ports.ts';
import { Ticker } from './age-ticker.ts';
import { withViews } from '../views/lazy-pages.ts';

/** The worst of all loans and positions, at the left of the status bar. Hidden while there is no account. */
export function registerStatusBar(app: App): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('ltvGauge.worst', vscode.StatusBarAlignment.Left, 100);
  item.name = 'LTV Gauge';
  let shown: { readonly status: Status | undefined; readonly hides: boolean } | undefined;
  let ended = false;
  const show = ({ isSameStatus, statusOf }: typeof Views, { states, scene }: Frame): void => {
    if (ended) return;
    const status = statusOf(states, scene, statusLook());
    const hides = hidesAmounts();
    if (shown?.hides === hides && isSameStatus(shown.status, status)) return;
    shown = { status, hides };
    if (status === undefined) item.hide();
    else paint(item, status);
  };
  const draw = (frame: Frame): void => {
    // Without an account there is nothing to show or load.
    if (frame.states.length === 0 && shown === undefined) return;
    withViews(
      (views) => {
        show(views, frame);
        if (!ended) ticker.start();
      },
      (error) => {
        app.log.warn(`status bar: ${String(error)}`);
      },
    );
  };
  const update = (): void => {
    app.painter.soon(draw);
  };
  const ticker = new Ticker({ nextMs: () => msUntilAnyAgeChanges(app), tick: update });
  draw(frameOf(app));
  return vscode.Disposable.from(
    { dispose: () => (ended = true) },
    item,
    ticker,
    app.painter.follow(draw),
    onDidChangeSetting('statusBar', update),
    onDidChangeSetting('hideAmounts', update),
  );
}

function paint(item: vscode.StatusBarItem, status: Status): void {
  item.text = `$(shield) ${status.text.map(onScreen()).join(' · ')}`;
  item.backgroundColor = background(status);
  item.accessibilityInformation = { label: onScreen()(status.spoken), role: 'button' };
  item.tooltip = tooltip(status);
  item.command = {
    command: commandIds.openGauges,
    title: item.name ?? '',
    ...(status.place === undefined ? {} : { arguments: [status.place] }),
  };
  item.show();
}

function background({ level }: Status): vscode.ThemeColor | undefined {
  if (level === 'danger') return new vscode.ThemeColor('statusBarItem.errorBackground');
  return level === 'warn' ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
}

function tooltip({ rows, left, mark, note }: Status): vscode.MarkdownString {
  const say = onScreen();
  const head = [
    localize(msg('term.account', 'Account')),
    localize(msg('status.loan-position', 'Loan or position')),
    localize(msg('term.ltv', 'LTV')),
    localize(msg('term.level', 'Level')),
    localize(msg('status.distance', 'Distance')),
    localize(msg('term.updated', 'Updated')),
  ];
  const cells = rows.map(({ account, what, ltv, level, distance, age }) => [account, what, ltv, level, distance, age].map(say));
  // Untrusted, as made: nothing in it can run a command.
  const line = (text: Text | undefined): string[] => (text === undefined ? [] : [escapeMarkdown(localize(text))]);
  return new vscode.MarkdownString([...line(mark), markdownTable(head, cells), ...line(left), ...line(note)].join('\n\n'));
}

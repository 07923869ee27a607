import * as vscode from 'vscode';
import { msg, type Message } from '../core/message.ts';
import type { Preview } from '../engine/ledger/ledger.ts';
import { targetOf } from '../engine/ledger/write-states.ts';
import type { RequestView } from '../exchanges/exchange.ts';
import { back, pick } from '../vscode/conversation.ts';
import type { App } from '../vscode/front.ts';
import { localize } from '../vscode/localize.ts';
import { positionName } from '../words/change.ts';
import { previewText, stakesLine, type PreviewText } from '../words/collateral-preview.ts';
import { confirmButtons, confirmNotes, type ConfirmButton, type ConfirmFacts } from '../words/failure.ts';
import { marginPreviewText } from '../words/margin-preview.ts';
import { requestLines } from '../words/request.ts';
import { ageText } from '../words/time.ts';
import { isDemo } from './mark.ts';

/** What the person decided in front of a preview. */
export type Decision = ConfirmButton | 'leave';

/** What is known besides the preview. */
export interface Confirming {
  /** Said above everything else. */
  readonly remark: string | undefined;
  /** Nothing was ever sent from this account, and real money may move. */
  readonly first: boolean;
  /** The request of this very change was shown. */
  readonly rehearsed: boolean;
}

/**
 * Shows the preview and asks. The first button has the focus, so it is the harmless one: Enter alone never acts.
 * Live and simulated differ in title, in the line about money and, unless danger lies ahead, in the kind of dialog.
 */
export async function confirm(app: App, preview: Preview, { remark, first, rehearsed }: Confirming): Promise<Decision> {
  const { account, change } = preview;
  const text = textOf(app, preview);
  const facts: ConfirmFacts = {
    armed: app.arming.state(account.id).armed,
    first,
    rehearsed,
    doubt: preview.kind === 'collateral' && preview.doubt !== undefined,
    direction: change.direction,
  };
  const above = [...(remark === undefined ? [] : [remark]), ...confirmNotes(facts).map(localize)];
  const detail = [...above.flatMap((note) => [note, '']), ...text.lines.map(localize)].join('\n');
  const title = localize(text.title);
  const items = confirmButtons(facts).map((button) => ({ button, title: localize(buttonLabel(button, text.act)) }));
  const chosen =
    account.simulated && !text.alarming
      ? await vscode.window.showInformationMessage(title, { modal: true, detail }, ...items)
      : await vscode.window.showWarningMessage(title, { modal: true, detail }, ...items);
  if (chosen === undefined) return 'leave';
  return chosen.button;
}

/** The preview in words, as it is confirmed. */
export function textOf(app: App, preview: Preview): PreviewText {
  const { account } = preview;
  const venue = app.exchanges.find((exchange) => exchange.id === account.venue);
  const site = venue?.sites.find((one) => one.id === account.site);
  const around = {
    venueName: venue?.name ?? account.venue,
    siteLabel: site?.label ?? account.site,
    demo: isDemo(app, account),
    wallet: (preview.kind === 'margin' ? venue?.marginWallet : venue?.collateralWallet) ?? msg('wallet of the exchange'),
    readAt: new Date(preview.readAt).toLocaleTimeString(vscode.env.language),
    age: ageText(preview.readAt, app.clock.now()),
    cross: (app.store.get(account.id)?.snapshot?.positions ?? []).filter(({ marginMode }) => marginMode === 'cross').map(positionName),
  };
  return preview.kind === 'margin' ? marginPreviewText(preview, around) : previewText(preview, around);
}

function buttonLabel(button: ConfirmButton, act: Message): Message {
  switch (button) {
    case 'readAgain':
      return msg('Read Again');
    case 'showRequest':
      return msg('Show Request');
    case 'arm':
      return msg('Arm Writing…');
    case 'act':
      return act;
    case 'actWithoutEstimate':
      return msg('{0}, Without an Estimate', act);
  }
}

const scheme = 'ltv-gauge-request';

/** What the open pages say, by address. Nothing of it is written anywhere. */
const pages = new Map<string, string>();
let shown = 0;

/**
 * Opens the exact request of a preview as a page that can be read and copied, and waits beside it until the person goes back.
 * Nothing is sent. Rejects when there is no such request.
 * @returns the request that was shown
 */
export async function showRequest(app: App, preview: Preview): Promise<RequestView> {
  const { account, change } = preview;
  const request = await app.ledger.rehearse(preview);
  const { title } = textOf(app, preview);
  const stakes = stakesLine(account.simulated, isDemo(app, account));
  const text = `${requestLines(request, { title, accountName: account.name, stakes }).map(localize).join('\n')}\n`;
  if (shown === 0) provide(app);
  shown += 1;
  // Plain text: for a page of another kind somebody else's extension may offer to send it.
  const uri = vscode.Uri.from({ scheme, path: `/${shown.toString()}/${vscode.l10n.t('Request, not sent')}.txt` });
  pages.set(uri.toString(), text);
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: true, preserveFocus: true });
  app.log.info(`request shown, nothing sent: ${change.direction} ${change.amount} ${change.coin}, ${targetOf(change)}`);
  await waitBeside(localize(title), text);
  return request;
}

/** Closes what was opened to be looked at: once something is sent, a page that says that nothing was is no longer true. */
export async function closeRequests(): Promise<void> {
  const open = vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputText && input.uri.scheme === scheme);
  if (open.length > 0) await vscode.window.tabGroups.close(open, true);
}

/**
 * A dialog would cover the page; this list covers no more of it than it says itself: the first lines of the page. Escape goes back too,
 * for nothing was decided.
 */
async function waitBeside(title: string, text: string): Promise<void> {
  let copied = false;
  for (;;) {
    const chosen = await pick({
      title,
      placeholder: copied ? vscode.l10n.t('Copied. Nothing was sent.') : vscode.l10n.t('This is the request. Nothing was sent.'),
      items: [
        { label: vscode.l10n.t('Back to the Preview'), value: 'back' },
        { label: vscode.l10n.t('Copy the Request'), value: 'copy' },
      ],
      canGoBack: false,
    });
    if (chosen === back || chosen !== 'copy') return;
    await vscode.env.clipboard.writeText(text);
    copied = true;
  }
}

function provide(app: App): void {
  app.context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent: (uri) => pages.get(uri.toString()) ?? vscode.l10n.t('This request is not kept.'),
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => pages.delete(uri.toString())),
  );
}

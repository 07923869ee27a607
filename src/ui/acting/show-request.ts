import * as vscode from 'vscode';
import type { RequestView } from '../../exchanges/exchange.ts';
import type { Preview } from '../../ledger/ledger.ts';
import { targetOf } from '../../ledger/write-machine.ts';
import type { App } from '../app.ts';
import { localize } from '../localize.ts';
import { textOf } from './confirm.ts';
import { isDemo } from './mark.ts';
import { stakesLine } from './preview-text.ts';
import { back, pick } from './prompts.ts';
import { requestLines } from './request-text.ts';

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

import * as vscode from 'vscode';
import { msg } from '../../core/message.ts';
import type { Preview } from '../../ledger/ledger.ts';
import type { App } from '../app.ts';
import { localize } from '../localize.ts';
import { ageText } from '../presentation/age.ts';
import { marginPreviewText } from './margin-preview-text.ts';
import { isDemo } from './mark.ts';
import { previewText } from './preview-text.ts';

/** What the person decided in front of a preview. */
export type Decision = 'act' | 'read-again' | 'leave';

/**
 * Shows the preview and asks. The first button has the focus, so it is the harmless one: Enter alone never acts.
 * Live and simulated differ in title, first line and kind of dialog.
 */
export async function confirm(app: App, preview: Preview, remark: string | undefined): Promise<Decision> {
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
  };
  const text = preview.kind === 'margin' ? marginPreviewText(preview, around) : previewText(preview, around);
  const readAgain = vscode.l10n.t('Read Again');
  const act = localize(text.act);
  const detail = [...(remark === undefined ? [] : [remark, '']), ...text.lines.map(localize)].join('\n');
  const title = localize(text.title);
  const chosen = account.simulated
    ? await vscode.window.showInformationMessage(title, { modal: true, detail }, readAgain, act)
    : await vscode.window.showWarningMessage(title, { modal: true, detail }, readAgain, act);
  if (chosen === act) return 'act';
  return chosen === readAgain ? 'read-again' : 'leave';
}

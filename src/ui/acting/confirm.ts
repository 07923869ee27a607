import * as vscode from 'vscode';
import { msg, type Message } from '../../core/message.ts';
import type { Preview } from '../../ledger/ledger.ts';
import type { App } from '../app.ts';
import { localize } from '../localize.ts';
import { ageText } from '../presentation/age.ts';
import { positionName } from './change-text.ts';
import { confirmButtons, confirmNotes, type ConfirmButton, type ConfirmFacts } from './confirm-buttons.ts';
import { marginPreviewText } from './margin-preview-text.ts';
import { isDemo } from './mark.ts';
import { previewText, type PreviewText } from './preview-text.ts';

/** What the person decided in front of a preview. */
export type Decision = 'act' | 'readAgain' | 'showRequest' | 'arm' | 'leave';

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
  return chosen.button === 'actWithoutEstimate' ? 'act' : chosen.button;
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

import { msg, type Message } from '../core/message.ts';
import { targetKey } from '../core/model.ts';
import type { Preview } from '../engine/ledger/ledger.ts';
import { changeTarget } from '../engine/ledger/write-states.ts';
import type { RequestView } from '../exchanges/exchange.ts';
import type { Text } from '../words/text.ts';
import { back, type Conversation } from './conversation.ts';
import type { Acting } from './acting.ts';
import { positionName } from '../words/change.ts';
import { stakesLine, type PreviewText } from '../words/collateral-preview.ts';
import { confirmButtons, confirmNotes, type ConfirmButton, type ConfirmFacts } from '../words/failure.ts';
import { requestLines } from '../words/request.ts';
import { ageText } from '../words/time.ts';
import { flowOf } from './kinds.ts';
import { isDemo } from './mark.ts';

/** What the person decided in front of a preview. */
export type Decision = ConfirmButton | 'leave';

/** What is known besides the preview. */
export interface Confirming {
  /** Said above everything else. */
  readonly remark: Text | undefined;
  /** Nothing was ever sent from this account, and real money may move. */
  readonly first: boolean;
  /** The request of this very change was shown. */
  readonly rehearsed: boolean;
}

/**
 * Shows the preview and asks. The first button has the focus, so it is the harmless one: Enter alone never acts.
 * Live and simulated differ in title, in the line about money and, unless danger lies ahead, in the kind of dialog.
 */
export async function confirm(app: Acting, preview: Preview, { remark, first, rehearsed }: Confirming): Promise<Decision> {
  const { account, change } = preview;
  const text = textOf(app, preview);
  const facts: ConfirmFacts = {
    armed: app.arming.state(account.id).armed,
    first,
    rehearsed,
    doubt: flowOf(change).isDoubtful(preview),
    direction: change.direction,
  };
  const above = [...(remark === undefined ? [] : [remark]), ...confirmNotes(facts)];
  const detail = [...above.flatMap((note) => [note, '']), ...text.lines];
  const chosen = await app.talk.confirm({
    kind: account.simulated && !text.alarming ? 'info' : 'warning',
    title: text.title,
    detail,
    buttons: confirmButtons(facts).map((id) => ({ id, label: buttonLabel(id, text.act) })),
  });
  if (chosen === undefined) return 'leave';
  return chosen;
}

/** The preview in words, as it is confirmed. */
export function textOf(app: Acting, preview: Preview): PreviewText {
  const { account, change } = preview;
  const flow = flowOf(change);
  const venue = app.exchanges.find((exchange) => exchange.id === account.venue);
  const site = venue?.sites.find((one) => one.id === account.site);
  const around = {
    venueName: venue?.name ?? account.venue,
    siteLabel: site?.label ?? account.site,
    demo: isDemo(app, account),
    wallet: venue === undefined ? msg('wallet of the exchange') : flow.wallet(venue),
    readAt: new Date(preview.readAt).toLocaleTimeString(app.language),
    age: ageText(preview.readAt, app.clock.now()),
    cross: (app.store.get(account.id)?.snapshot?.positions ?? []).filter(({ marginMode }) => marginMode === 'cross').map(positionName),
  };
  return flow.text(preview, around);
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

/**
 * Opens the exact request of a preview as a page that can be read and copied, and waits beside it until the person goes back.
 * Nothing is sent. Rejects when there is no such request.
 * @returns the request that was shown
 */
export async function showRequest(app: Acting, preview: Preview): Promise<RequestView> {
  const { account, change } = preview;
  const request = await app.ledger.rehearse(preview);
  const { title } = textOf(app, preview);
  const stakes = stakesLine(account.simulated, isDemo(app, account));
  const text = `${requestLines(request, { title, accountName: account.name, stakes })
    .map((line) => app.talk.localize(line))
    .join('\n')}\n`;
  await app.talk.show({ title: msg('Request, not sent'), text });
  app.log.info(`request shown, nothing sent: ${change.direction} ${change.amount} ${change.coin}, ${targetKey(changeTarget(change))}`);
  await waitBeside(app.talk, title, text);
  return request;
}

/**
 * A dialog would cover the page; this list covers no more of it than it says itself: the first lines of the page. Escape goes back too,
 * for nothing was decided.
 */
async function waitBeside(talk: Conversation, title: Text, text: string): Promise<void> {
  let copied = false;
  for (;;) {
    const chosen = await talk.pick({
      title,
      placeholder: copied ? msg('Copied. Nothing was sent.') : msg('This is the request. Nothing was sent.'),
      items: [
        { label: msg('Back to the Preview'), value: 'back' },
        { label: msg('Copy the Request'), value: 'copy' },
      ],
      canGoBack: false,
    });
    if (chosen === back || chosen !== 'copy') return;
    await talk.copy(text);
    copied = true;
  }
}

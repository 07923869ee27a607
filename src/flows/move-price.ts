import { msg, type Message } from '../core/message.ts';
import { type Decimal, compare, decimal, isDecimal, isZero } from '../core/decimal.ts';
import type { Text } from '../words/text.ts';
import { back, type Back, type Conversation } from './conversation.ts';
import type { Acting } from './acting.ts';
import { trimmed } from '../words/amount.ts';

/** Moves a price of the simulated exchange, after asking which and by how much. */
export async function movePrice(app: Acting): Promise<void> {
  const account = app.simulated.account();
  if (account === undefined) {
    const chosen = await app.talk.tell({
      kind: 'info',
      sentence: msg('move-price.no-simulated-account', 'No simulated account to move prices on.'),
      buttons: [{ id: 'trySimulated', label: msg('gauges.try-simulated-exchange', 'Try the Simulated Exchange') }],
    });
    if (chosen !== undefined) await app.talk.run(chosen);
    return;
  }
  const title = msg('move-price.simulated-move-price', 'SIMULATED: Move Price');
  for (;;) {
    const coin = await app.talk.pick({
      title,
      placeholder: msg('collateral.coin', 'Which coin?'),
      items: async () => (await app.simulated.coins(account)).map((one) => ({ label: one, value: one })),
      canGoBack: false,
    });
    if (coin === undefined || coin === back) return;
    const percent = await askPercent(app.talk, title);
    if (percent === undefined) return;
    if (percent === back) continue;
    await app.simulated.movePrice(account, coin, percent);
    await app.poller.refresh(account.id);
    void app.talk.tell({
      kind: 'info',
      sentence: msg('move-price.simulated-price-moved', 'SIMULATED: {0} moved by {1}%.', coin, percent),
    });
    return;
  }
}

function askPercent(talk: Conversation, title: Text): Promise<Decimal | Back | undefined> {
  return talk.input({
    title,
    prompt: msg('move-price.how-many-percent', 'Change in percent, such as -10 for a fall.'),
    judge: (typed) => {
      const judged = judgePercent(typed);
      if (judged.ok) return { value: judged.percent };
      return { problem: typed === '-' ? undefined : judged.sentence };
    },
    canGoBack: true,
  });
}

const least = decimal('-99');
const most = decimal('1000');

export type JudgedPercent = { readonly ok: true; readonly percent: Decimal } | { readonly ok: false; readonly sentence: Message };

/** Checks a typed price move: -99 to 1000, not zero, exact. Plus and percent signs are allowed. */
export function judgePercent(text: string): JudgedPercent {
  const bare = text.trim().replace(/\s*%$/, '').replace(/^\+/, '');
  const percent = isDecimal(bare) ? trimmed(bare) : undefined;
  if (percent === undefined || isZero(percent) || compare(percent, least) < 0 || compare(percent, most) > 0)
    return { ok: false, sentence: msg('move-price.range', 'Type a percentage from -99 to 1000, not zero.') };
  return { ok: true, percent };
}

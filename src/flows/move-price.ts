import { msg, type Message } from '../core/message.ts';
import { type Decimal, compare, decimal, isDecimal, isZero } from '../core/decimal.ts';
import type { Text } from '../words/text.ts';
import { back, type Back, type Conversation } from './conversation.ts';
import type { Acting } from './acting.ts';
import { trimmed } from '../words/amount.ts';

/** Shocks a price of the simulated exchange, after asking which and by how much. */
export async function movePrice(app: Acting): Promise<void> {
  const account = app.simulated.account();
  if (account === undefined) {
    const chosen = await app.talk.tell({
      kind: 'info',
      sentence: msg('move-price.no-simulated-account', 'There is no simulated account whose prices could be moved.'),
      buttons: [{ id: 'trySimulated', label: msg('gauges.try-simulated-exchange', 'Try the Simulated Exchange') }],
    });
    if (chosen !== undefined) await app.talk.run(chosen);
    return;
  }
  const title = msg('move-price.simulated-move-price', 'SIMULATED: Move Price');
  for (;;) {
    const coin = await app.talk.pick({
      title,
      placeholder: msg('move-price.price-coin', 'Price of which coin?'),
      items: async () => (await app.simulated.coins(account)).map((one) => ({ label: one, value: one })),
      canGoBack: false,
    });
    if (coin === undefined || coin === back) return;
    const percent = await askPercent(app.talk, title, coin);
    if (percent === undefined) return;
    if (percent === back) continue;
    await app.simulated.movePrice(account, coin, percent);
    await app.poller.refresh(account.id);
    void app.talk.tell({
      kind: 'info',
      sentence: msg('move-price.simulated-price-moved', 'SIMULATED: the price of {0} was moved by {1}%.', coin, percent),
    });
    return;
  }
}

function askPercent(talk: Conversation, title: Text, coin: string): Promise<Decimal | Back | undefined> {
  return talk.input({
    title,
    prompt: msg('move-price.how-many-percent', 'By how many percent? Negative is a fall.'),
    placeholder: msg('move-price.percentage-example-10', 'Percentage for {0}, for example -10', coin),
    judge: (typed) => {
      const verdict = judgePercent(typed);
      if (verdict.ok) return { value: verdict.percent };
      return { problem: typed === '-' ? undefined : verdict.sentence };
    },
    canGoBack: true,
  });
}

const least = decimal('-99');
const most = decimal('1000');

export type PercentVerdict = { readonly ok: true; readonly percent: Decimal } | { readonly ok: false; readonly sentence: Message };

/** Judges a price move as typed: -99 to 1000, not zero, exact. A sign and a percent sign may be written. */
export function judgePercent(text: string): PercentVerdict {
  const bare = text.trim().replace(/\s*%$/, '').replace(/^\+/, '');
  if (!isDecimal(bare)) return { ok: false, sentence: msg('move-price.type-percentage-such', 'Type a percentage such as -10 or 2.5.') };
  const percent = trimmed(bare);
  if (isZero(percent)) return { ok: false, sentence: msg('move-price.zero-moves-nothing', 'Zero moves nothing.') };
  if (compare(percent, least) < 0 || compare(percent, most) > 0)
    return { ok: false, sentence: msg('move-price.between-99-1000', 'Between -99 and 1000, please.') };
  return { ok: true, percent };
}

import { msg } from '../../core/message.ts';
import type { Account } from '../../core/model.ts';
import type { Acting } from '../acting.ts';
import { back, type Conversation } from '../conversation.ts';
import { siteLabel } from '../../words/account.ts';
import { asPlace } from '../../views/place.ts';
import { dotted } from '../../words/text.ts';

/** The account a menu named, the only one there is, or the one a person picks. */
export async function chooseAccount(app: Acting, argument: unknown): Promise<Account | undefined> {
  const place = asPlace(argument);
  if (place !== undefined) return app.book.get(place.accountId);
  const accounts = app.book.list();
  if (accounts.length === 0) {
    await offerFirstAccount(app.talk);
    return undefined;
  }
  if (accounts.length === 1) return accounts[0];
  const viewContext = app.viewContext();
  const items = accounts.map((account) => {
    const venue = app.exchanges.find(({ id }) => id === account.venue)?.name ?? account.venue;
    const site = siteLabel({ account, reading: false }, viewContext);
    return { label: account.name, description: dotted(venue, site), value: account };
  });
  const picked = await app.talk.pick({ placeholder: msg('choose.account', 'Choose an account'), items, canGoBack: false });
  return picked === back ? undefined : picked;
}

async function offerFirstAccount(talk: Conversation): Promise<void> {
  const choice = await talk.tell({
    kind: 'info',
    sentence: msg('choose.no-account-yet', 'Add an account first.'),
    buttons: [
      { id: 'addAccount', label: msg('term.add-account', 'Add Account…') },
      { id: 'trySimulated', label: msg('gauges.try-simulated-exchange', 'Try the Simulated Exchange') },
    ],
  });
  if (choice !== undefined) await talk.run(choice);
}

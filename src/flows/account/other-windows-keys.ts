import { msg } from '../../core/message.ts';
import type { Account } from '../../core/model.ts';
import { isBuiltIn } from '../../engine/simulated/start.ts';
import type { Acting } from '../acting.ts';

/**
 * In a browser a window knows the keys that were stored when it was opened, and writes all it knows whenever it stores or deletes one: keys
 * that another window stored since would be lost. So the person is asked to reload it first.
 * @param concerned the account whose own keys are about to be entered, if any
 * @returns whether to go on
 */
export async function mayChangeKeys(app: Pick<Acting, 'talk' | 'book' | 'vault' | 'keepsOwnKeys'>, concerned?: Account): Promise<boolean> {
  // Windows of the desktop share one keyring.
  if (!app.keepsOwnKeys) return true;
  const accounts = app.book.list().filter((account) => !isBuiltIn(account));
  const found = await Promise.all(accounts.map(({ id }) => app.vault.has(id)));
  const missing = accounts.filter((_account, index) => found[index] === false);
  if (missing.length === 0) return true;
  const choice = await app.talk.confirm({
    kind: 'warning',
    title: msg('This window does not find the keys of {0}.', missing.map(({ name }) => name).join(', ')),
    detail: [
      msg(
        'Another window may have stored them after this one was opened. In a browser, this window would wipe them by storing or deleting a key. Reload it first: nothing is lost by that.',
      ),
    ],
    buttons: [
      { id: 'reload', label: msg('Reload Window') },
      { id: 'goOn', label: concerned === undefined ? msg('Go On Anyway') : msg('Enter Keys Anyway') },
    ],
  });
  if (choice === 'reload') await app.talk.reloadWindow();
  return choice === 'goOn';
}

import { msg } from '../../core/message.ts';
import { randomUUID } from 'node:crypto';
import type { Account } from '../../core/model.ts';
import type { Exchange, Keys } from '../../exchanges/exchange.ts';
import { keySteps, nameStep, placeSteps, type AccountAnswers, runSteps } from './steps.ts';
import type { Acting } from '../acting.ts';
import type { KeptFacts } from '../../engine/replace-keys.ts';
import { tryKeys, mayChangeKeys } from './try-keys.ts';

/** Asks for an account, tests its key, and only then stores anything. Leaving at any point leaves nothing behind. */
export async function addAccount(app: Acting): Promise<void> {
  if (!(await mayChangeKeys(app))) return;
  const title = msg('button.add-account', 'Add Account');
  const before = [
    ...placeSteps(app.talk, title, app.exchanges),
    nameStep(
      app.talk,
      title,
      app.book.list().map(({ name }) => name),
    ),
  ];
  const steps = [...before, ...keySteps(app.talk, title, app.exchanges)];
  let answers: AccountAnswers = { keys: {} };
  let start = 0;
  for (;;) {
    const complete = await runSteps(steps, answers, start);
    if (complete?.exchange === undefined || complete.site === undefined || complete.name === undefined) return;
    const { exchange, site, name, keys } = complete;
    const place = { venue: exchange.id, site: site.id, ...(complete.baseUrl === undefined ? {} : { baseUrl: complete.baseUrl }) };
    const outcome = await tryKeys(app, { exchange, account: place, name, keys });
    if (outcome.kind === 'nothing') return;
    if (outcome.kind === 'save') {
      await save(app, { ...place, id: randomUUID(), name, simulated: site.simulated, ...outcome.kept }, keys);
      return;
    }
    // Everything but the key is kept.
    answers = { ...complete, keys: {} };
    start = before.length;
  }
}

/** Adds keys that turned out to belong to another user than those of `beside`, on the same site. Only the name is missing. */
export async function addBeside(app: Acting, beside: Account, exchange: Exchange, keys: Keys, kept: KeptFacts): Promise<void> {
  const { venue, baseUrl, simulated } = beside;
  const site = exchange.sites.find(({ id }) => id === beside.site);
  if (site === undefined) return;
  const taken = app.book.list().map(({ name }) => name);
  const answers: AccountAnswers = { exchange, site, keys };
  const complete = await runSteps([nameStep(app.talk, msg('button.add-account', 'Add Account'), taken)], answers);
  if (complete?.name === undefined) return;
  const place = { venue, site: site.id, ...(baseUrl === undefined ? {} : { baseUrl }) };
  await save(app, { ...place, id: randomUUID(), name: complete.name, simulated, ...kept }, keys);
}

/** Stores the keys first: a record without keys would be an account that can't be read. */
async function save(app: Acting, account: Account, keys: Keys): Promise<void> {
  // Before the account appears: a person who continues with another command must not lose the focus to this one.
  await app.talk.showLoans();
  try {
    await app.vault.store(account.id, keys, account.uid);
    await app.book.add(account);
  } catch (error) {
    await app.vault.delete(account.id);
    throw error;
  }
  app.log.info(`account added: ${account.id} at ${account.venue} ${account.site}`);
  void app.poller.refresh(account.id);
}

/** "Try the Simulated Exchange": there is one simulated account at most, so a second call shows it again. */
export async function trySimulated(app: Acting): Promise<void> {
  const account = app.simulated.account() ?? (await addSimulated(app));
  if (account === undefined) return;
  await app.poller.refresh(account.id);
  await app.talk.run('openGauges');
}

async function addSimulated(app: Acting): Promise<Account | undefined> {
  if (!(await mayChangeKeys(app))) return undefined;
  return app.talk.steadily(msg('account.starting-simulated-exchange', 'Starting the simulated exchange…'), () =>
    app.simulated.create(app.talk.localize(msg('button.simulated', 'Simulated'))),
  );
}

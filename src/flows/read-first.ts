import { isCurrent } from '../engine/monitor/pace.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import type { Place } from '../views/place.ts';
import type { Acting } from './acting.ts';
import { unread, type Obstacle, type Sought } from './choose.ts';
import { readingText } from './kinds.ts';
import { explainObstacle } from './tell.ts';

/** The choices of a command. If nothing is known yet, accounts are read first; if there is nothing, the person is told why. */
export async function choicesFor<C extends { readonly state: AccountState }>(
  app: Acting,
  place: Place | undefined,
  sought: Sought<C>,
): Promise<readonly C[]> {
  for (let isFirst = true; ; isFirst = false) {
    const known = isFirst ? sought.choices(app.store.all(), place) : [];
    if (known.length > 0) return known;
    const concerned = app.store.all().filter(({ account }) => place === undefined || account.id === place.accountId);
    const toRead = concerned.filter((state) => !isFirst || !isShown(app, state));
    if (toRead.length > 0 && !(await readNow(app, toRead))) return [];
    const read = sought.choices(app.store.all(), place);
    if (read.length > 0) return read;
    if (!(await explainObstacle(app, sought.none(app.store.all(), place), place))) return [];
  }
}

/**
 * The same choice with current figures: figures that are out of date are read first, and only that reading can stop the command.
 * @returns undefined if it does; the person was told
 */
export async function byCurrentFigures<C extends { readonly state: AccountState }>(
  app: Acting,
  choice: C,
  place: Place,
  sought: Sought<C>,
): Promise<C | undefined> {
  if (isShown(app, choice.state, sought.keptFrom(choice))) return choice;
  for (;;) {
    if (!(await readNow(app, [choice.state]))) return undefined;
    const state = app.store.get(place.accountId);
    const [read] = state?.failure === undefined ? sought.choices(app.store.all(), place) : [];
    // A reading may fail in that part alone, and keep what was known of it before.
    if (read !== undefined && sought.keptFrom(read) === undefined) return read;
    const obstacle =
      state?.failure === undefined ? sought.none(app.store.all(), place) : unread(state, state.failure.error, app.keepsOwnKeys);
    if (!(await explainObstacle(app, obstacle, place))) return undefined;
  }
}

/** The one at a place, by current figures, or why it can't be changed now. @returns undefined if the person was told */
export async function freeChoice<C extends { readonly state: AccountState }>(
  app: Acting,
  place: Place,
  sought: Sought<C>,
  obstacleOn: (app: Acting, choice: C) => Obstacle | undefined,
): Promise<C | Obstacle | undefined> {
  const [found] = sought.choices(app.store.all(), place);
  if (found === undefined) return sought.none(app.store.all(), place);
  const choice = await byCurrentFigures(app, found, place, sought);
  return choice && (obstacleOn(app, choice) ?? choice);
}

function isShown(app: Acting, state: AccountState, keptFrom?: number): boolean {
  const { now, intervalMs } = app.viewContext();
  return isCurrent(state, now, intervalMs, keptFrom);
}

/** @returns false if the person didn't wait */
const readNow = (app: Acting, states: readonly AccountState[]): Promise<boolean> =>
  app.talk.progress(readingText, (signal) => {
    const read = Promise.all(states.map(({ account }) => app.poller.refresh(account.id))).then(() => true);
    const left = new Promise<boolean>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve(false);
      });
    });
    return Promise.race([read, left]);
  });

import { intervalInForce } from '../engine/monitor/pace.ts';
import { liveIntervalMs, type AccountState } from '../engine/monitor/store.ts';
import type { ViewContext } from '../words/account.ts';
import { msUntilArmingChanges } from '../words/arming-mark.ts';
import { msUntilAgeChanges } from '../words/time.ts';

/** How long until any shown age or term changes its text; undefined when there is none. Milliseconds. */
export function msUntilAnyAgeChanges(states: readonly AccountState[], { now, intervalMs, arming }: ViewContext): number | undefined {
  const waits = states
    .flatMap(({ account, snapshot, live }) => [
      snapshot === undefined ? undefined : msUntilAgeChanges(snapshot.asOf, now, intervalInForce(snapshot, intervalMs, { account })),
      live?.at === undefined ? undefined : msUntilAgeChanges(live.at, now, liveIntervalMs),
      msUntilArmingChanges(arming(account.id), now),
    ])
    .filter((wait) => wait !== undefined);
  return waits.length === 0 ? undefined : Math.min(...waits);
}

import { msg } from '../core/message.ts';
import type { Outlet } from '../engine/storage/outlet-protocol.ts';
import { outletName, outletShare, outletStanding, outletTrouble } from '../words/outlet.ts';
import { joined } from '../words/text.ts';
import type { Entry } from './entry.ts';

/** The outlets, one entry each. They belong to no account. */
export function outletEntries(outlets: readonly Outlet[], now: number): readonly Entry[] {
  return outlets.map((outlet): Entry => {
    const [standing, trouble] = [outletStanding(outlet, now), outletTrouble(outlet, now)];
    const isFailing = outlet.dead || (outlet.enabled && standing.length > 1);
    return {
      id: `outlet/${outlet.id}`,
      accountId: '',
      label: outletName(outlet),
      description: standing,
      icon: isFailing
        ? { id: 'warning', color: 'notificationsWarningIcon.foreground' }
        : { id: outlet.enabled ? 'broadcast' : 'circle-slash' },
      expansion: 'leaf',
      context: 'note',
      details: () => ({
        title: outletName(outlet),
        lines: [{ label: msg('outlet.gets', 'Gets'), value: joined(outletShare(outlet)) }],
        ...(trouble === undefined ? {} : { note: trouble }),
      }),
    };
  });
}

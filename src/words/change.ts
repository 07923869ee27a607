import { msg, type Message } from '../core/message.ts';
import type { PositionRef } from '../core/model.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';

/** A loan by the id the venue acts on. */
export function loanLabel(orderId: string | undefined, loanId: string): string {
  return orderId ?? loanId;
}

/** A position by instrument and side: long and short of one instrument are two positions. */
export function positionName({ instrument, side }: Pick<PositionRef, 'instrument' | 'side'>): Message {
  return side === 'long' ? msg('{0} long', instrument) : msg('{0} short', instrument);
}

/** What is being waited for, while the progress is shown. */
export function progressText(record: WriteRecord, venueName: string): Message | undefined {
  switch (record.state) {
    case 'planned':
      return msg('written down, about to be sent');
    case 'sent':
      return msg('sent; waiting for the answer of {0}', venueName);
    case 'accepted':
      return msg('accepted by {0}, not done yet; waiting for proof', venueName);
    case 'unknown':
      return msg('no clear answer from {0}; finding out by reading', venueName);
    case 'effective':
    case 'rejected':
    case 'not-effective':
    case 'mismatch':
      return undefined;
  }
}

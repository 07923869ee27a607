import { formatAmount } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { PositionRef } from '../core/model.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';

// Views tell of open changes from the start, so this file stays small and needs nothing of the rest of its folder.

/** A loan by the id the venue acts on. */
export function loanLabel(orderId: string | undefined, loanId: string): string {
  return orderId ?? loanId;
}

/** A position by instrument and side: long and short of one instrument are two positions. */
export function positionName({ instrument, side }: Pick<PositionRef, 'instrument' | 'side'>): Message {
  return side === 'long' ? msg('{0} long', instrument) : msg('{0} short', instrument);
}

/** A change in a few words, e.g. "Add 0.1 BTC to loan 12345 (Main)" or "Take 5 USDT out of the margin of BTC-USDT-SWAP long (Main)". */
export function changeText({ change, accountName }: WriteRecord, simulated: boolean): Message {
  const amount = formatAmount(change.amount);
  if (change.kind === 'margin') {
    const args = [amount, change.coin, positionName(change.position), accountName] as const;
    if (simulated) {
      return change.direction === 'add'
        ? msg('SIMULATED: add {0} {1} to the margin of {2} ({3})', ...args)
        : msg('SIMULATED: take {0} {1} out of the margin of {2} ({3})', ...args);
    }
    return change.direction === 'add'
      ? msg('Add {0} {1} to the margin of {2} ({3})', ...args)
      : msg('Take {0} {1} out of the margin of {2} ({3})', ...args);
  }
  const args = [amount, change.coin, loanLabel(change.loan.orderId, change.loan.loanId), accountName] as const;
  if (simulated) {
    return change.direction === 'add'
      ? msg('SIMULATED: add {0} {1} to loan {2} ({3})', ...args)
      : msg('SIMULATED: take {0} {1} out of loan {2} ({3})', ...args);
  }
  return change.direction === 'add' ? msg('Add {0} {1} to loan {2} ({3})', ...args) : msg('Take {0} {1} out of loan {2} ({3})', ...args);
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

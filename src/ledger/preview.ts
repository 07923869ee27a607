import type { Decimal } from '../core/decimal.ts';
import { english, type Message } from '../core/message.ts';
import type { Account } from '../core/model.ts';
import type { CollateralChange, Readiness } from '../exchanges/exchange.ts';
import type { WriteRecord } from './record.ts';

/** What a person decides on. Good for one commit, for a short time. */
export interface Preview {
  readonly change: CollateralChange;
  readonly account: Account;
  readonly readiness: Readiness;
  readonly ltvNow?: Decimal;
  /** Our own estimate, rounded up. */
  readonly ltvAfter?: Decimal;
  readonly distanceNow?: Decimal;
  readonly distanceAfter?: Decimal;
  readonly walletAfter?: Decimal;
  /** When the figures were read. Milliseconds since the Unix epoch. */
  readonly readAt: number;
}

/** Why nothing was sent, and what to do instead. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly sentence: Message;
  /** The write that has to be settled first. */
  readonly openWrite: WriteRecord | undefined;

  constructor(sentence: Message, openWrite?: WriteRecord) {
    super(english(sentence));
    this.sentence = sentence;
    this.openWrite = openWrite;
  }
}

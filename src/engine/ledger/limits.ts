import { compare, decimal, divide, isDecimal, type Decimal } from '../../core/decimal.ts';
import { english, msg, type Message } from '../../core/message.ts';

/** What a person allows at most, from the settings of the user. An absent figure is no limit. */
export interface Limits {
  readonly perActionUsd?: Decimal;
  /** Within 24 hours, per account. */
  readonly perDayUsd?: Decimal;
  /** By coin, in that coin. */
  readonly perActionByCoin: ReadonlyMap<string, Decimal>;
  readonly perDayByCoin: ReadonlyMap<string, Decimal>;
  /** By coin: what has to stay in the wallet when some of it is added. */
  readonly keepInWallet: ReadonlyMap<string, Decimal>;
  /** Fraction: 0.65 is 65 %. */
  readonly highestLtvAfterReduction?: Decimal;
}

/** What the ledger holds a change against: also what an account may borrow within 24 hours, which is no setting. Absent is nothing at all. */
export interface LimitsInForce extends Limits {
  /** USD, as it is at this moment. */
  readonly borrowPerDayUsd?: (accountId: string) => Decimal;
}

/** Settings that cannot be understood, with what to write instead. Nothing is sent while a limit is not understood. */
export interface LimitsFault {
  readonly fault: Message;
}

type ByCoin = 'perActionByCoin' | 'perDayByCoin' | 'keepInWallet';

/** The name by which a person finds a limit among the settings. */
export const settingOf = (limit: keyof Limits): string => `ltvGauge.limits.${limit}`;

const hundred = decimal('100');
/** More than enough for a percentage. */
const fractionPlaces = 12;

/**
 * The limits from what a settings file may hold. Only decimal text is an amount: a JSON number has already been through a float. Coins are told
 * apart without regard to case.
 * @param settings by the last part of the setting's name; what is absent, or an empty text, is no limit
 * @returns the first thing that cannot be understood, with what to write instead, when there is one
 */
export function limitsFrom(settings: Readonly<Record<string, unknown>>): Limits | LimitsFault {
  try {
    const perActionUsd = amountOf(settings, 'perActionUsd');
    const perDayUsd = amountOf(settings, 'perDayUsd');
    const percent = amountOf(settings, 'highestLtvAfterReduction');
    if (percent !== undefined && compare(percent, hundred) > 0) throw tooHigh();
    return {
      ...(perActionUsd === undefined ? {} : { perActionUsd }),
      ...(perDayUsd === undefined ? {} : { perDayUsd }),
      perActionByCoin: byCoinOf(settings, 'perActionByCoin'),
      perDayByCoin: byCoinOf(settings, 'perDayByCoin'),
      keepInWallet: byCoinOf(settings, 'keepInWallet'),
      ...(percent === undefined ? {} : { highestLtvAfterReduction: divide(percent, hundred, fractionPlaces, 'down') }),
    };
  } catch (error) {
    if (error instanceof Fault) return { fault: error.sentence };
    throw error;
  }
}

/** All limits there are, by the last parts of their settings' names. */
export const limitNames: readonly (keyof Limits)[] = [
  'perActionUsd',
  'perDayUsd',
  'perActionByCoin',
  'perDayByCoin',
  'keepInWallet',
  'highestLtvAfterReduction',
];

/**
 * The limits from an editor's settings. Only what the person has put into the settings of their own counts: no folder that is opened, and no
 * default that something else brings along, can raise, lift or set one.
 */
export function limitsOfUser(settings: { inspect(name: string): { readonly globalValue?: unknown } | undefined }): Limits | LimitsFault {
  return limitsFrom(Object.fromEntries(limitNames.map((name) => [name, settings.inspect(name)?.globalValue])));
}

class Fault extends Error {
  readonly sentence: Message;

  constructor(sentence: Message) {
    super(english(sentence));
    this.sentence = sentence;
  }
}

function amountOf(settings: Readonly<Record<string, unknown>>, name: keyof Limits): Decimal | undefined {
  const value = settings[name];
  if (value === undefined || value === null || value === '') return undefined;
  return readAmount(value, settingOf(name));
}

function byCoinOf(settings: Readonly<Record<string, unknown>>, name: ByCoin): ReadonlyMap<string, Decimal> {
  const value = settings[name] ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) throw needsCoins(name);
  const amounts = new Map<string, Decimal>();
  for (const [key, amount] of Object.entries(value)) {
    const coin = key.trim().toUpperCase();
    if (coin === '' || amounts.has(coin)) throw needsCoins(name);
    amounts.set(coin, readAmount(amount, `${settingOf(name)} › ${coin}`));
  }
  return amounts;
}

const needsCoins = (name: ByCoin): Fault =>
  new Fault(
    msg(
      'limit.setting-needs-coins',
      'The setting {0} needs amounts by coin, each coin once, e.g. {1}.',
      settingOf(name),
      '{ "BTC": "0.5" }',
    ),
  );

/** A point that was left out would make a limit that nothing reaches. */
const tooHigh = (): Fault =>
  new Fault(
    msg(
      'limit.setting-too-high',
      'The setting {0} needs a percentage up to 100, e.g. "{1}".',
      settingOf('highestLtvAfterReduction'),
      '65.5',
    ),
  );

function readAmount(value: unknown, where: string): Decimal {
  const text = typeof value === 'string' ? value.trim() : '';
  if (isDecimal(text) && !text.startsWith('-')) return text;
  // A bare number has lost digits when it is read, so it has to be written as text.
  const example = typeof value === 'number' ? value.toString() : '2500.5';
  throw new Fault(msg('limit.setting-not-amount', 'The setting {0} needs an amount in quotation marks, e.g. "{1}".', where, example));
}

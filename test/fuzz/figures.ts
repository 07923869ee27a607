import { digitsOf, fieldOf, textOf, type Json } from './json.ts';

/** An exact number of our own: whole units over a power of ten, without the product's arithmetic. */
export interface Figure {
  readonly units: bigint;
  readonly places: number;
}

const plain = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;
/** What is longer is nothing a venue prints, also when an exponent is written out. */
const most = 80;

/** A number as a venue prints it, or as we show it; undefined for anything else. @param longest letters it may have, written out */
export function figure(text: string | undefined, longest = Infinity): Figure | undefined {
  if (text === undefined || text.length > longest) return undefined;
  const [, sign, whole, fraction = '', exponent = '0'] = plain.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const places = fraction.length - Number(exponent);
  const digits = (whole + fraction).length;
  const written = places <= 0 ? digits - places : Math.max(digits, places + 1) + 1;
  if (exponent !== '0' && written + (sign ?? '').length > longest) return undefined;
  const units = BigInt(`${sign ?? ''}${whole}${fraction}`);
  return places >= 0 ? { units, places } : { units: units * 10n ** BigInt(-places), places: 0 };
}

/** The figure in a field, which must be a text: a number of JSON may have lost digits. */
export const figureIn = (row: Json | undefined, key: string): Figure | undefined => figure(textOf(fieldOf(row, key)), most);

export const positive = (one: Figure | undefined): Figure | undefined => (one !== undefined && one.units > 0n ? one : undefined);
export const natural = (one: Figure | undefined): Figure | undefined => (one !== undefined && one.units >= 0n ? one : undefined);
export const wordIn = (row: Json | undefined, key: string): string | undefined => digitsOf(fieldOf(row, key));

const scaled = ({ units, places }: Figure, to: number): bigint => units * 10n ** BigInt(to - places);

export function plus(a: Figure, b: Figure): Figure {
  const places = Math.max(a.places, b.places);
  return { units: scaled(a, places) + scaled(b, places), places };
}

export const times = (a: Figure, b: Figure): Figure => ({ units: a.units * b.units, places: a.places + b.places });
export const absolute = ({ units, places }: Figure): Figure => ({ units: units < 0n ? -units : units, places });

export function order(a: Figure, b: Figure): number {
  const places = Math.max(a.places, b.places);
  const [x, y] = [scaled(a, places), scaled(b, places)];
  return x < y ? -1 : x > y ? 1 : 0;
}

export const isSame = (a: Figure | undefined, b: Figure | undefined): boolean =>
  a === undefined || b === undefined ? a === b : order(a, b) === 0;

/** For comparisons where a hair's breadth does not matter. */
export const approximately = ({ units, places }: Figure): number => Number(units) / 10 ** places;

/** A threshold is above zero, and at 100 % at most. */
export const line = (one: Figure | undefined): Figure | undefined =>
  one !== undefined && one.units > 0n && order(one, { units: 1n, places: 0 }) <= 0 ? one : undefined;

/** In plain digits, for a message. */
export const printed = (one: Figure | undefined): string =>
  one === undefined ? 'unknown' : `${one.units.toString()}e-${one.places.toString()}`;

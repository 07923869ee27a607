import { ExchangeError } from '../../core/errors.ts';
import type { Message } from '../../core/message.ts';

/** Removes every secret from a text. */
export type Hide = (text: string) => string;

/** Shorter texts are not secrets, and hiding them would garble ordinary words. */
const shortest = 4;
/** Shorter parts of a base64 text reveal nothing. */
const shortestInside = 8;
/** How many decodings of a text are searched: enough for three nested encodings. */
const mostLayers = 12;

/**
 * Hides `secrets` in any form in which an answer may repeat them: in any case, encoded for a URL, for JSON or for HTML, once or several times
 * over, as base64 or hex, alone or within more, and split by spaces, lines or invisible characters. It needs the raw text: a shortened one may
 * end inside a secret and show part of it.
 */
export function hiding(secrets: readonly string[]): Hide {
  // Made only when needed: most answers contain no words to clean.
  let needles: readonly string[] | undefined;
  return (text) => {
    if (text === '') return text;
    needles ??= [...new Set(secrets.flatMap(needlesOf))];
    return without(text, spansOf(text, needles));
  };
}

/** The venue's own words, without secrets, short, and safe for a screen or a log. */
export function spoken(text: string, hide: Hide): string {
  return hide(text)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
}

/** The same error without secrets in its sentence. */
export function withoutSecrets(error: ExchangeError, hide: Hide): ExchangeError {
  const sentence = masked(error.sentence, hide);
  if (sentence === error.sentence) return error;
  const { kind, code, field, effect, retryAfterMs, instead } = error;
  return new ExchangeError({
    kind,
    sentence,
    effect,
    instead,
    ...(code === undefined ? {} : { code }),
    ...(field === undefined ? {} : { field }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function masked(message: Message, hide: Hide): Message {
  const args = message.args.map((arg) => (typeof arg === 'string' ? hide(arg) : masked(arg, hide)));
  return args.every((arg, index) => arg === message.args[index]) ? message : { template: message.template, args };
}

/** A secret as it looks after decoding a text: in lower case, without spaces. */
function needlesOf(secret: string): readonly string[] {
  const plain = bare(secret);
  if (plain.length < shortest) return [];
  const bytes = Buffer.from(secret, 'utf8');
  const base64 = base64Ways(bytes).flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]);
  // A form writes spaces as plus signs.
  return [secret.replaceAll(' ', '+'), bytes.toString('hex'), ...base64].map(bare).concat(plain);
}

/**
 * As base64 alone, and within a longer text that starts one or two bytes before it. Characters that also encode neighbouring bytes are left out.
 */
function base64Ways(bytes: Buffer): readonly string[] {
  const ways = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const shared = (before + bytes.byteLength) % 3 === 0 ? 0 : 1;
    return text.slice(before === 0 ? 0 : before + 1, text.length - shared);
  });
  return ways.filter((text) => text.length >= shortestInside);
}

const unseen = /[\s\p{C}]/u;
const bare = (text: string): string => layerOf(text).seen;

/** A text after some decoding, with where each of its characters begins and ends in the original. */
interface Layer {
  readonly seen: string;
  readonly from: readonly number[];
  readonly to: readonly number[];
}

function layerOf(text: string): Layer {
  const [seen, from, to]: [string[], number[], number[]] = [[], [], []];
  // By UTF-16 unit, so that positions can be counted; keys have only characters of the basic plane.
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charAt(at);
    if (unseen.test(unit)) continue;
    // Some letters have two in lower case.
    seen.push(unit.toLowerCase().charAt(0));
    from.push(at);
    to.push(at + 1);
  }
  return { seen: seen.join(''), from, to };
}

const htmlNames: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", plus: '+', sol: '/', equals: '=' };
/** For each encoding, the escapes and the characters they stand for. Decoded one by one: what is plain text in one is an escape in another. */
const encodings: readonly { readonly escape: RegExp; readonly character: (found: readonly (string | undefined)[]) => string }[] = [
  { escape: /%([0-9a-f]{2})/g, character: ([, hex]) => ofCode(hex, 16) },
  { escape: /\\u([0-9a-f]{4})|\\(.)/g, character: ([, hex, itself = '']) => (hex === undefined ? itself : ofCode(hex, 16)) },
  {
    escape: /&#x0*([0-9a-f]{1,4});?|&#0*(\d{1,5});?|&(amp|lt|gt|quot|apos|plus|sol|equals);/g,
    character: ([, hex, number, name = '']) => htmlNames[name] ?? (hex === undefined ? ofCode(number, 10) : ofCode(hex, 16)),
  },
];

const ofCode = (digits: string | undefined, radix: number): string => String.fromCharCode(Number.parseInt(digits ?? '0', radix));

/** The text with one encoding decoded once. */
function decoded({ seen, from, to }: Layer, { escape, character }: (typeof encodings)[number]): Layer {
  const next: [string[], number[], number[]] = [[], [], []];
  const put = (one: string, start: number, end: number): void => {
    if (one === '' || unseen.test(one)) return;
    next[0].push(one.toLowerCase().charAt(0));
    next[1].push(from[start] ?? 0);
    next[2].push(to[end - 1] ?? 0);
  };
  let done = 0;
  const upTo = (end: number): void => {
    for (; done < end; done += 1) put(seen.charAt(done), done, done + 1);
  };
  for (const found of seen.matchAll(escape)) {
    upTo(found.index);
    done = found.index + found[0].length;
    put(character(found), found.index, done);
  }
  upTo(seen.length);
  return { seen: next[0].join(''), from: next[1], to: next[2] };
}

/** The text as it is, and with each of its encodings decoded, in any order. */
function layersOf(text: string): readonly Layer[] {
  const layers = [layerOf(text)];
  const known = new Set(layers.map(({ seen }) => seen));
  for (const layer of layers) {
    for (const encoding of encodings) {
      if (layers.length >= mostLayers) return layers;
      const next = decoded(layer, encoding);
      if (known.has(next.seen)) continue;
      known.add(next.seen);
      layers.push(next);
    }
  }
  return layers;
}

/** Without separators between the bytes of a hex text. */
function unpunctuated({ seen, from, to }: Layer): Layer {
  const kept = from.flatMap((_from, at) => (':-'.includes(seen.charAt(at)) ? [] : [at]));
  return { seen: kept.map((at) => seen.charAt(at)).join(''), from: kept.map((at) => from[at] ?? 0), to: kept.map((at) => to[at] ?? 0) };
}

type Span = readonly [from: number, to: number];

function spansOf(text: string, needles: readonly string[]): readonly Span[] {
  const spans: Span[] = [];
  const look = ({ seen, from, to }: Layer): void => {
    for (const needle of needles) {
      for (let at = seen.indexOf(needle); at >= 0; at = seen.indexOf(needle, at + needle.length))
        spans.push([from[at] ?? 0, to[at + needle.length - 1] ?? 0]);
    }
  };
  const layers = layersOf(text);
  for (const layer of layers) look(layer);
  look(unpunctuated(layerOf(text)));
  return spans.sort(([a], [b]) => a - b);
}

function without(text: string, spans: readonly Span[]): string {
  let masked = '';
  let done = 0;
  for (const [from, to] of spans) {
    if (from >= done) masked += `${text.slice(done, from)}***`;
    done = Math.max(done, to);
  }
  return masked + text.slice(done);
}

import { timingSafeEqual } from 'node:crypto';

/** A request exactly as it arrived. */
export interface RawRequest {
  readonly method: string;
  /** Path and query, byte for byte. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** The other side's IP address. */
  readonly address: string;
}

/** What goes back over HTTP. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** Beside the content type and length. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What happens to a request: an answer, perhaps late or cut short, or none at all. */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly delayMs: number; readonly cut: boolean; readonly contentType: string }
  /** The connection ends in good order, but too early. */
  | { readonly kind: 'dropped'; readonly after: 'nothing' | 'head'; readonly answer: Answer }
  | { readonly kind: 'reset' }
  | { readonly kind: 'silence' };

/** Parameters of a request by name. From a query they are text; from a body they may be anything. */
export type Parameters = Readonly<Record<string, unknown>>;

/** The value of a header; `""` when it is missing. */
export function header(request: RawRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

/** Where a request goes to, without its query. */
export function pathOf({ target }: Pick<RawRequest, 'target'>): string {
  const mark = target.indexOf('?');
  return mark < 0 ? target : target.slice(0, mark);
}

/** The parameters in a query string (without the question mark). The first of several with one name counts. */
export function fromQuery(query: string): Parameters {
  const found: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(query)) found[name] ??= value;
  return found;
}

export function isParameters(value: unknown): value is Parameters {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether two texts are the same, in a time that says nothing about where they differ. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

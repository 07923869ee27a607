// Not by name: the editor puts its own functions, which know its proxy and certificates, into these two objects.
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { gunzipSync } from 'node:zlib';

/** How asking an origin went, where it ever failed. */
interface Standing {
  /** How often in a row only the platform got an answer. */
  failures: number;
  /** How many of the next questions go through the platform. */
  byPlatform: number;
}

const standings = new Map<string, Standing>();
const mostFailures = 3;
/** About one reading. */
const afterFailure = 10;
const redirects: readonly unknown[] = [301, 302, 303, 307, 308];

/** An answer was longer than what is read of one. */
export class TooLong extends Error {}

/**
 * A `fetch` for questions without a body, in half of the platform's time. Never for a change: it can't tell as well what never left, and takes
 * for the venue's answer what a proxy says of itself. So a question that would go by the editor's proxy is left to the platform before it is
 * sent, and so is an origin that only the platform reaches, as with a browser's network.
 */
export function asking(platform: typeof globalThis.fetch, mostBytes: number): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const standing = standings.get(url.origin);
    if (standing !== undefined && (standing.byPlatform > 0 || standing.failures >= mostFailures)) {
      return askPlatform(platform(input, init), standing);
    }
    try {
      const answer = await ask(url, init, mostBytes);
      if (answer === undefined) standings.set(url.origin, { failures: mostFailures, byPlatform: 0 });
      else if (standing !== undefined) standings.delete(url.origin);
      return answer ?? (await platform(input, init));
    } catch (error) {
      // Of several that fail together only one counts, and none that was only stopped.
      if (standings.get(url.origin) === standing && !(error instanceof TooLong) && !isStopped(init)) {
        standings.set(url.origin, { failures: (standing?.failures ?? 0) + 1, byPlatform: afterFailure });
      }
      throw error;
    }
  };
}

async function askPlatform(answer: Promise<Response>, standing: Standing): Promise<Response> {
  standing.byPlatform -= 1;
  try {
    return await answer;
  } catch (error) {
    // Then it wasn't our way of asking.
    if (standing.failures < mostFailures) standing.failures = Math.max(0, standing.failures - 1);
    throw error;
  }
}

const isStopped = ({ signal }: RequestInit): boolean => signal?.aborted === true && (signal.reason as Error).name !== 'TimeoutError';

/**
 * @param headers plain ones
 * @returns undefined when a proxy is on the way; then nothing was sent
 */
function ask(url: URL, { headers, redirect, signal }: RequestInit, mostBytes: number): Promise<Response | undefined> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      // The editor's functions keep no connection unless told so.
      headers: {
        connection: 'keep-alive',
        'accept-encoding': 'gzip',
        'user-agent': 'node',
        ...(headers as Readonly<Record<string, string>>),
      },
    });
    const stop = (): void => {
      request.destroy(signal?.reason as Error);
    };
    // By the editor's functions, as soon as it is clear where to connect to.
    request.on('proxy', ({ proxy }: { readonly proxy?: unknown }) => {
      if (proxy === 'DIRECT') return;
      resolve(undefined);
      request.destroy();
    });
    request.on('response', (response) => {
      isAnswered = true;
      const { statusCode: status = 0, headers: said } = response;
      if (redirect === 'error' && redirects.includes(status)) request.destroy(new Error('redirected'));
      else {
        bodyOf(response, mostBytes)
          .then((bytes) => {
            const body = plainBytes(bytes, said['content-encoding'], mostBytes);
            // What a transport reads of an answer; a body that is no stream is called so.
            const answer = { status, headers: { get: (name: string) => said[name] ?? null }, body: null, _bodyInit: body };
            resolve(answer as unknown as Response);
          })
          .catch(reject);
      }
    });
    request.on('error', reject);
    let isAnswered = false;
    request.on('close', () => {
      signal?.removeEventListener('abort', stop);
      if (!isAnswered) reject(new Error('closed'));
    });
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop);
    request.end();
  });
}

function bodyOf(response: IncomingMessage, mostBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let length = 0;
    response.on('data', (piece: Buffer) => {
      pieces.push(piece);
      length += piece.byteLength;
      if (length > mostBytes) response.destroy(new TooLong());
    });
    response.on('error', reject);
    response.on('end', () => {
      resolve(Buffer.concat(pieces));
    });
  });
}

function plainBytes(bytes: Buffer, encoding: string | undefined, mostBytes: number): Uint8Array {
  if (encoding === undefined || encoding === 'identity') return bytes;
  if (encoding !== 'gzip') throw new Error('encoded as nobody asked');
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytes });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? new TooLong() : error;
  }
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { controlPrefix, type Control } from './control.ts';
import type { Api } from './api.ts';
import type { Answer, Outcome, RawRequest } from './request.ts';
import type { Sockets } from './sockets.ts';

const host = '127.0.0.1';
/** Far above any documented request. */
const mostBytes = 1_000_000;

export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Listens on loopback. `afterEach` is called when a request has been dealt with.
 * @throws the system's own error when the port cannot be had.
 */
export async function listen(port: number, api: Api, control: Control, sockets: Sockets, afterEach: () => void): Promise<Listening> {
  const late = new Set<NodeJS.Timeout>();
  const server = createServer((request, response) => {
    readAll(request)
      .then((body) => {
        if (body === undefined) send(response, { status: 413, body: '{"code":"413","msg":"The body is too large."}' });
        else serve(request, body, response);
      })
      .catch((error: unknown) => {
        // The client hung up while sending, or the simulated exchange itself is broken: log the latter.
        if (!response.headersSent && !response.destroyed) {
          send(response, { status: 500, body: JSON.stringify({ code: '500', msg: String(error) }) });
        }
      })
      .finally(afterEach);
  });

  function serve(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const raw = rawRequest(request, body);
    if (raw.target.startsWith(controlPrefix)) {
      serveControl(raw, control, response);
      return;
    }
    deliver(api.handle(raw), response, late);
  }

  server.on('upgrade', (request) => {
    sockets.upgrade(request, request.socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${taken.toString()}`,
    close: () => {
      for (const timer of late) clearTimeout(timer);
      sockets.close();
      return closeServer(server);
    },
  };
}

function rawRequest(request: IncomingMessage, body: Buffer): RawRequest {
  return {
    method: request.method ?? '',
    target: request.url ?? '',
    headers: request.headers,
    body,
    address: request.socket.remoteAddress ?? '',
  };
}

/** The whole body; undefined when it is too large. */
async function readAll(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > mostBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** A page in a browser must not reach the control API, whatever host name it uses. */
function serveControl(request: RawRequest, control: Control, response: ServerResponse): void {
  const called = request.headers['host'];
  const fromHere = typeof called === 'string' && /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(called);
  if (!fromHere || request.headers['origin'] !== undefined) {
    send(response, { status: 403, body: '{"error":"not for web pages"}' });
    return;
  }
  const [name = '', query = ''] = request.target.slice(controlPrefix.length).split('?');
  const { status, body } = control.handle(request.method, name, request.body.toString('utf8'), query);
  send(response, { status, body: JSON.stringify(body) });
}

function deliver(outcome: Outcome, response: ServerResponse, late: Set<NodeJS.Timeout>): void {
  if (outcome.kind === 'silence') return;
  if (outcome.kind === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (outcome.kind === 'dropped') {
    drop(outcome, response);
    return;
  }
  const { answer, delayMs, cut, contentType } = outcome;
  const finish = (): void => {
    if (cut) sendHalf(response, answer);
    else send(response, answer, contentType);
  };
  if (delayMs === 0) {
    finish();
    return;
  }
  const timer = setTimeout(() => {
    late.delete(timer);
    finish();
  }, delayMs);
  late.add(timer);
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer, contentType = 'application/json'): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body), ...headers }).end(body);
}

/** Closes the connection cleanly: before a byte was sent, or after status and headers. */
function drop({ after, answer }: Extract<Outcome, { kind: 'dropped' }>, response: ServerResponse): void {
  if (after === 'head') {
    const { status, body, headers = {} } = answer;
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers });
    response.flushHeaders();
  }
  response.socket?.end();
}

/** Promises the whole body and hangs up half-way. */
function sendHalf(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, ...headers });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.socket?.destroy());
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

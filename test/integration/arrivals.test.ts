import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import * as vscode from 'vscode';
import { ExchangeError } from '../../src/core/errors.ts';
import { Transport, type Answer } from '../../src/exchanges/http/transport.ts';
import { RawServer } from '../unit/exchanges/raw-server.ts';

const body = '{"collateralAmt":"0.1"}';

/** Sends one change with the fetch of the editor, whatever it has put in the place of the platform's. */
async function write(origin: string): Promise<Answer | ExchangeError> {
  const headers = { 'Content-Type': 'application/json' };
  const departure = { method: 'POST', origin, target: '/change', body, headers, write: true, deadlineMs: 5_000 } as const;
  return new Transport({ venue: 'Raw' }).send(departure).catch((error: unknown) => {
    if (error instanceof ExchangeError) return error;
    throw error;
  });
}

/** Asks something by name, twice; how it arrived, and on how many connections. */
async function questions(origin: (port: string) => string): Promise<Pick<RawServer, 'arrivals' | 'connections'>> {
  const server = await new RawServer((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nsaid')).start();
  const departure = { method: 'GET', target: '/question', body: undefined, headers: {}, write: false, deadlineMs: 5_000 } as const;
  try {
    for (const _ of [1, 2]) {
      const { text } = await new Transport({ venue: 'Raw' }).send({ ...departure, origin: origin(new URL(server.url).port) });
      assert.equal(text, 'said');
    }
    return server;
  } finally {
    await server.stop();
  }
}

/** A proxy that resolves every name to this machine, and counts requests. Loopback names themselves never go through a proxy. */
class Proxy {
  connections = 0;
  /** Answered instead of connecting. */
  refusal: number | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer();

  async start(): Promise<string> {
    this.#server.on('connect', (request: IncomingMessage, socket: Socket) => {
      this.connections += 1;
      this.#keep(socket);
      if (this.refusal !== undefined) {
        socket.end(`HTTP/1.1 ${this.refusal.toString()} No\r\n\r\n`);
        return;
      }
      const port = Number(request.url?.split(':')[1]);
      const far = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connected\r\n\r\n');
        far.pipe(socket);
        socket.pipe(far);
      });
      this.#keep(far);
    });
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port.toString()}`;
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

/** Settings arrive in the extension host some time after they were written. */
async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(what);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One change for each status; which of them arrived how often, and whole. */
async function arrivalsOfAll(origin: (port: string) => string): Promise<void> {
  for (let from = 100; from < 600; from += 50) {
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const status = from + index;
        const bodyless = status < 200 || status === 204 || status === 304;
        const server = await new RawServer((socket) => {
          socket.write(
            `HTTP/1.1 ${status.toString()} Said\r\nlocation: /elsewhere\r\n${bodyless ? '\r\n' : 'content-length: 4\r\n\r\nsaid'}`,
          );
          if (status < 200) socket.end();
        }).start();
        try {
          const outcome = await write(origin(new URL(server.url).port));
          await pause(30);
          assert.deepEqual(
            server.arrivals.map((arrival) => arrival.body),
            [body],
            status.toString(),
          );
          if (outcome instanceof ExchangeError) assert.equal(outcome.effect, 'unknown');
          else assert.equal(outcome.status, status);
          if (status === 421) assert.ok(!(outcome instanceof ExchangeError));
        } finally {
          await server.stop();
        }
      }),
    );
  }
}

describe("a change that leaves through the editor's own fetch", () => {
  it('is sent by what the editor put in the place of the platform', () => {
    assert.ok('__vscodeOriginalFetch' in globalThis);
  });

  it('arrives once and whole, whatever status answers it', () => arrivalsOfAll((port) => `http://127.0.0.1:${port}`)).timeout(120_000);

  it('has questions beside it that need less, and keep their connection here too', async () => {
    const { arrivals, connections } = await questions((port) => `http://127.0.0.1:${port}`);
    assert.equal(connections, 1);
    for (const { head } of arrivals) assert.doesNotMatch(head, /^sec-fetch-mode:/im);
  });

  describe('and a proxy that is set in the editor', () => {
    const proxy = new Proxy();
    const settings = () => vscode.workspace.getConfiguration('http');
    const set = async (address: string | undefined, support: string | undefined): Promise<void> => {
      await settings().update('proxy', address, vscode.ConfigurationTarget.Global);
      await settings().update('proxySupport', support, vscode.ConfigurationTarget.Global);
    };

    before(async () => {
      await set(await proxy.start(), 'override');
      const server = await new RawServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')).start();
      try {
        await until(async () => {
          await fetch(`http://venue.test:${new URL(server.url).port}/`).catch(() => undefined);
          return proxy.connections > 0;
        }, 'the editor does not use the proxy');
      } finally {
        await server.stop();
      }
    });
    after(async () => {
      await set(undefined, undefined);
      proxy.stop();
    });

    it('arrives once and whole, whatever status answers it', async () => {
      const before = proxy.connections;
      await arrivalsOfAll((port) => `http://venue.test:${port}`);
      assert.ok(proxy.connections - before >= 500, 'all of them went by the proxy');
    }).timeout(120_000);

    it('has questions beside it that go by the proxy too, and once', async () => {
      const before = proxy.connections;
      const { arrivals } = await questions((port) => `http://venue.test:${port}`);
      assert.equal(arrivals.length, 2);
      assert.ok(proxy.connections > before);
    });

    it('certainly did nothing where the proxy makes no connection', async () => {
      for (const status of [502, 407, 403]) {
        proxy.refusal = status;
        const server = await new RawServer((socket) => socket.end()).start();
        try {
          const error = await write(`http://venue.test:${new URL(server.url).port}`);
          assert.ok(error instanceof ExchangeError);
          assert.deepEqual([error.kind, error.effect, server.arrivals.length], ['network', 'none', 0]);
          assert.match(error.message, new RegExp(`proxy.*HTTP ${status.toString()}`));
        } finally {
          proxy.refusal = undefined;
          await server.stop();
        }
      }
    });
  });
});

import assert from 'node:assert/strict';
import http from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { ExchangeError } from '../../../src/core/errors.ts';
import { Transport, type Answer, type Departure } from '../../../src/exchanges/http/transport.ts';
import { saysLike, saysInTurn } from '../../texts.ts';
import { failureOf } from './bench.ts';
import { RawServer, withServer, type Answering } from './raw-server.ts';

const question = (server: RawServer, more: Partial<Departure> = {}): Departure => ({
  ...{ method: 'GET', origin: server.url, target: '/question?a=1&b=%20', body: undefined, write: false, deadlineMs: 2_000 },
  headers: { 'OK-ACCESS-SIGN': 'signed-once' },
  ...more,
});
const send = (server: RawServer, more?: Partial<Departure>, signal?: AbortSignal): Promise<Answer> =>
  new Transport({ venue: 'Raw' }).send(question(server, more), signal);
const fail = (server: RawServer, more?: Partial<Departure>): Promise<ExchangeError> => failureOf(send(server, more));

const say = (socket: Socket, body: string | Buffer, more = '', status = 200): void => {
  socket.write(`HTTP/1.1 ${status.toString()} Said\r\n${more}content-length: ${Buffer.byteLength(body).toString()}\r\n\r\n`);
  socket.write(body);
};
/** Only the platform's fetch says so. */
const isByPlatform = ({ head }: { readonly head: string }): boolean => /^sec-fetch-mode:/im.test(head);

describe('a question', () => {
  it('is sent as signed, and the next one on the same connection', async () => {
    await withServer(
      (socket) => {
        say(socket, '{"a":"¼"}', 'Retry-After: 2\r\nX-Bapi-Limit-Status: 9\r\n');
      },
      async (server) => {
        for (const _ of [1, 2]) {
          const { status, text, retryAfterMs, headers } = await send(server);
          assert.deepEqual([status, text, retryAfterMs, headers?.get('x-bapi-limit-status')], [200, '{"a":"¼"}', 2_000, '9']);
        }
        const [{ head } = { head: '' }] = server.arrivals;
        assert.match(head, /^GET \/question\?a=1&b=%20 HTTP\/1\.1\r\n/);
        assert.match(head, /^ok-access-sign: signed-once$/im);
        assert.match(head, /^user-agent: node$/im);
        assert.doesNotMatch(head, /^(?:sec-fetch-mode|content-length|transfer-encoding):/im);
        assert.deepEqual([server.arrivals.length, server.connections], [2, 1]);
      },
    );
  });

  it('is answered whatever the status, without a body too', async () => {
    for (const status of [200, 204, 304, 400, 403, 404, 407, 421, 429, 500, 502, 503]) {
      const hasBody = status !== 204 && status !== 304;
      await withServer(
        (socket) => {
          say(socket, hasBody ? 'said' : '', '', status);
        },
        async (server) => {
          const answer = await send(server);
          assert.deepEqual([answer.status, answer.text, server.arrivals.length], [status, hasBody ? 'said' : '', 1]);
        },
      );
    }
  });

  it('is never led elsewhere', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      await withServer(
        (socket) => {
          say(socket, '', 'Location: /elsewhere\r\n', status);
        },
        async (server) => {
          assert.deepEqual([(await fail(server)).kind, server.arrivals.length], ['network', 1]);
        },
      );
    }
  });

  it('asks for a packed answer, and reads it', async () => {
    await withServer(
      (socket) => {
        say(socket, gzipSync('{"packed":"¼"}'), 'Content-Encoding: gzip\r\n');
      },
      async (server) => {
        assert.equal((await send(server)).text, '{"packed":"¼"}');
        assert.match(server.arrivals[0]!.head, /^accept-encoding: gzip$/im);
      },
    );
  });

  it('refuses an answer that is too long, packed or not, or packed wrongly', async () => {
    const long = Buffer.alloc(1_000_001, ' ');
    for (const [body, more, kind] of [
      [long, '', 'shape'],
      [gzipSync(long), 'Content-Encoding: gzip\r\n', 'shape'],
      [Buffer.from('no gzip'), 'Content-Encoding: gzip\r\n', 'network'],
      [gzipSync('cut').subarray(0, 12), 'Content-Encoding: gzip\r\n', 'network'],
      [Buffer.from('nobody asked'), 'Content-Encoding: br\r\n', 'network'],
    ] as const) {
      await withServer(
        (socket) => {
          say(socket, body, more);
        },
        async (server) => {
          assert.equal((await fail(server)).kind, kind);
        },
      );
    }
  });

  const deaths: readonly (readonly [name: string, Answering])[] = [
    ['dies before the answer', (socket) => socket.destroy()],
    ['is reset before the answer', (socket) => socket.resetAndDestroy()],
    ['ends before the answer', (socket) => socket.end()],
    ['dies within the head', (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-le', () => socket.destroy())],
    ['dies after the head', (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n{"code"', () => socket.destroy())],
    ['ends within a piece', (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{"cod')],
    ['says what is no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')],
    ['changes the protocol', (socket) => socket.end('HTTP/1.1 101 Said\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n')],
    ['says more than a head may have', (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)],
  ];
  for (const [name, death] of deaths) {
    it(`fails, with nothing done, on a connection that ${name}`, async () => {
      await withServer(death, async (server) => {
        const error = await fail(server);
        assert.deepEqual([error.kind, error.effect, server.arrivals.length], ['network', 'none', 1]);
      });
    });
  }

  it('ends in time, and when it is stopped, in the middle of an answer too', async () => {
    for (const answering of [() => undefined, (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n{')]) {
      await withServer(answering, async (server) => {
        assert.match((await fail(server, { deadlineMs: 40 })).message, saysLike('http.timed-out'));
        const stop = new AbortController();
        setTimeout(() => {
          stop.abort();
        }, 40);
        assert.equal((await failureOf(send(server, {}, stop.signal))).kind, 'aborted');
      });
    }
  });

  it('says why there is no connection', async () => {
    const server = await new RawServer(() => undefined).start();
    const asked = question(server);
    await server.stop();
    const error = await failureOf(new Transport({ venue: 'Raw' }).send(asked));
    assert.match(error.message, saysInTurn(saysLike('http.unreachable'), '(ECONNREFUSED)'));
  });
});

describe("the platform's fetch gets a question", () => {
  it('whose answer nobody else got, and for a while the next ones', async () => {
    await withServer(
      (socket, arrival) => {
        if (arrival === 1) socket.destroy();
        else say(socket, 'said');
      },
      async (server) => {
        await fail(server);
        for (let asked = 0; asked < 12; asked += 1) await send(server);
        assert.deepEqual(server.arrivals.map(isByPlatform), [false, ...Array<boolean>(10).fill(true), false, false]);
      },
    );
  });

  it('always, where only that gets answers', async () => {
    let others = 0;
    const only: Answering = (socket, arrival) => {
      if (isByPlatform(reached.arrivals[arrival - 1]!)) say(socket, 'said');
      else {
        others += 1;
        socket.destroy();
      }
    };
    const reached = new RawServer(only);
    await reached.start();
    try {
      for (let asked = 0; asked < 80; asked += 1) await send(reached).catch(() => undefined);
      assert.equal(others, 3);
    } finally {
      await reached.stop();
    }
  });

  it('not for longer because nothing can be reached for a while', async () => {
    let isDown = true;
    await withServer(
      (socket) => {
        if (isDown) socket.destroy();
        else say(socket, 'said');
      },
      async (server) => {
        for (let asked = 0; asked < 80; asked += 1) await fail(server);
        isDown = false;
        for (let asked = 0; asked < 11; asked += 1) await send(server).catch(() => undefined);
        assert.equal(isByPlatform(server.arrivals.at(-1)!), false);
      },
    );
  });

  // As the editor tells of it: see createHttpPatch and PacProxyAgent of @vscode/proxy-agent.
  it('that would go by a proxy, before anything else was sent', async () => {
    const { request } = http;
    const towards = (proxy: string): void => {
      class Editors extends http.Agent {
        addRequest(made: http.ClientRequest, options: object): void {
          process.nextTick(() => {
            made.emit('proxy', { proxy });
            (http.globalAgent as Editors).addRequest(made, options);
          });
        }
      }
      http.request = ((url: URL, options: http.RequestOptions) => request(url, { ...options, agent: new Editors() })) as typeof request;
    };
    try {
      await withServer(
        (socket) => {
          say(socket, 'said');
        },
        async (server) => {
          towards('DIRECT');
          await send(server);
          towards('PROXY 127.0.0.1:1');
          for (const _ of [1, 2]) assert.equal((await send(server)).text, 'said');
          assert.deepEqual(server.arrivals.map(isByPlatform), [false, true, true]);
        },
      );
    } finally {
      http.request = request;
    }
  });
});

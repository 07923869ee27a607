import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { ExchangeError } from '../../../src/core/errors.ts';
import { Transport, type Answer } from '../../../src/exchanges/http/transport.ts';
import { withServer, type Answering } from './raw-server.ts';

const body = '{"collateralAmt":"0.1","note":"ein Viertel – ¼"}';
const headers = { 'Content-Type': 'application/json', 'OK-ACCESS-SIGN': 'signed-once' };

/** Sends one change with the platform's own fetch, as a window does. */
async function write(url: string, transport = new Transport({ venue: 'Raw' })): Promise<Answer | ExchangeError> {
  const departure = { method: 'POST', origin: url, target: '/change', body, headers, write: true, deadlineMs: 2_000 } as const;
  return transport.send(departure).catch((error: unknown) => {
    if (error instanceof ExchangeError) return error;
    throw error;
  });
}

/** A second arrival would come at once, on this connection or another one. */
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

const reply = (socket: Socket, status: number, more = ''): void => {
  const bodyless = status < 200 || status === 204 || status === 304;
  socket.write(`HTTP/1.1 ${status.toString()} Said\r\n${more}${bodyless ? '\r\n' : 'content-length: 4\r\n\r\nsaid'}`);
  // What only announces an answer is followed by none.
  if (status < 200) socket.end();
};

/** Where the platform drops an answer that came: the protocol is broken, or an unknown proxy requires a sign-in. */
const unread = (status: number): boolean => status < 200 || status === 407;

describe('a change on the wire', () => {
  it('arrives once and whole, whatever status answers it, and its answer is read', async () => {
    for (let from = 100; from < 600; from += 50) {
      const statuses = Array.from({ length: 50 }, (_, index) => from + index);
      await Promise.all(
        statuses.map((status) =>
          withServer(
            (socket) => {
              reply(socket, status, 'location: /elsewhere\r\nretry-after: 1\r\nwww-authenticate: Basic realm="x"\r\n');
            },
            async (server) => {
              const outcome = await write(server.url);
              await aWhile();
              assert.deepEqual(
                server.arrivals.map((arrival) => Buffer.from(arrival.body, 'latin1').toString('utf8')),
                [body],
                status.toString(),
              );
              if (unread(status)) {
                assert.ok(outcome instanceof ExchangeError && outcome.effect === 'unknown', status.toString());
              } else {
                assert.ok(!(outcome instanceof ExchangeError), status.toString());
                assert.equal(outcome.status, status);
              }
            },
          ),
        ),
      );
    }
  }).timeout(30_000);

  it('says how long it is and comes in one piece, as the venues document it', async () => {
    await withServer(
      (socket) => {
        reply(socket, 200);
      },
      async (server) => {
        await write(server.url);
        const [arrival] = server.arrivals;
        assert.match(arrival!.head, new RegExp(`^content-length: ${Buffer.byteLength(body).toString()}$`, 'im'));
        assert.doesNotMatch(arrival!.head, /transfer-encoding|^expect:/im);
        assert.match(arrival!.head, /^POST \/change HTTP\/1\.1\r\n/);
        assert.match(arrival!.head, /^ok-access-sign: signed-once$/im);
      },
    );
  });

  it('arrives once when it has no body', async () => {
    await withServer(
      (socket) => {
        reply(socket, 421);
      },
      async (server) => {
        const departure = { method: 'POST', origin: server.url, target: '/change', body: undefined, headers: {}, write: true } as const;
        const { status } = await new Transport({ venue: 'Raw' }).send({ ...departure, deadlineMs: 2_000 });
        await aWhile();
        assert.deepEqual([status, server.arrivals.map((arrival) => arrival.body)], [421, ['']]);
      },
    );
  });

  const deaths: readonly (readonly [name: string, Answering])[] = [
    ['dies before the answer', (socket) => socket.destroy()],
    ['is reset before the answer', (socket) => socket.resetAndDestroy()],
    ['ends before the answer', (socket) => socket.end()],
    ['dies within the head', (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-le', () => socket.destroy())],
    ['dies after the head', (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n{"code"', () => socket.destroy())],
    ['is reset after the head', (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n', () => socket.resetAndDestroy())],
    ['says what is no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')],
    [
      'sends a second head',
      (socket) => socket.end('HTTP/1.1 421 X\r\ncontent-length: 0\r\n\r\nHTTP/1.1 421 X\r\ncontent-length: 0\r\n\r\n'),
    ],
  ];
  for (const [name, death] of deaths) {
    it(`arrives once on a connection that ${name}`, async () => {
      await withServer(death, async (server) => {
        const outcome = await write(server.url);
        await aWhile();
        assert.equal(server.arrivals.length, 1);
        if (!name.startsWith('sends')) assert.ok(outcome instanceof ExchangeError && outcome.effect === 'unknown');
      });
    });
  }

  it('arrives once on a connection that was kept, whatever becomes of it', async () => {
    const ends: readonly (readonly [string, Answering])[] = [
      ...deaths,
      [
        'says 421',
        (socket) => {
          reply(socket, 421);
        },
      ],
    ];
    for (const [name, end] of ends) {
      await withServer(
        (socket, arrival) => {
          if (arrival === 1) reply(socket, 200);
          else end(socket, arrival);
        },
        async (server) => {
          const transport = new Transport({ venue: 'Raw' });
          await write(server.url, transport);
          await aWhile();
          await write(server.url, transport);
          await aWhile();
          assert.equal(server.arrivals.length, 2, name);
          assert.equal(server.connections, 1, `${name}: the connection was kept`);
        },
      );
    }
  });

  it('arrives once at most when the server closes a kept connection as it comes', async () => {
    for (let afterMs = 0; afterMs < 12; afterMs += 1) {
      const sockets: Socket[] = [];
      await withServer(
        (socket) => {
          sockets.push(socket);
          reply(socket, 200);
        },
        async (server) => {
          const transport = new Transport({ venue: 'Raw' });
          await write(server.url, transport);
          const closed = once(sockets[0]!, 'close');
          setTimeout(() => sockets[0]!.end(), afterMs / 4);
          await new Promise((resolve) => setTimeout(resolve, afterMs / 4));
          const outcome = await write(server.url, transport);
          await aWhile();
          const seconds = server.arrivals.slice(1);
          assert.ok(seconds.length <= 1, `${afterMs.toString()}: ${seconds.length.toString()} arrivals`);
          // Where an answer was read the change was there, and whole.
          if (!(outcome instanceof ExchangeError)) assert.equal(Buffer.from(seconds[0]!.body, 'latin1').toString('utf8'), body);
          else assert.equal(outcome.effect, 'unknown');
          sockets[0]!.destroy();
          await closed;
        },
      );
    }
  });
});

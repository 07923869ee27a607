import assert from 'node:assert/strict';
import { channel } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import type { ExchangeError } from '../../../src/core/errors.ts';
import { Transport } from '../../../src/exchanges/http/transport.ts';
import { failureOf } from './bench.ts';
import { saysLike, saysInTurn } from '../../texts.ts';

/** Made for these tests: one key, and certificates signed with it for 127.0.0.1, for another name, and of January 2020. */
const pem = (name: string): string => readFileSync(path.join(process.cwd(), 'test/fixtures/tls', `${name}.pem`), 'utf8');
const key = pem('key');
const connectError = channel('undici:client:connectError');

/** A TLS server; `take` is given each connection whose handshake is done, when something was said on it. */
function secured(cert: string, more: tls.TlsOptions = {}, take: (socket: tls.TLSSocket) => void = () => undefined): Server {
  const server = tls.createServer({ key, cert, ...more }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      take(socket);
    });
  });
  server.on('tlsClientError', () => undefined);
  return server;
}

/** A server without TLS; `take` is given each connection when something was said on it. */
const bare = (take: (socket: Socket) => void): Server =>
  createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      take(socket);
    });
  });

async function change(server: Server, deadlineMs = 3_000): Promise<ExchangeError> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`;
    const departure = { method: 'POST', origin, target: '/change', body: '{"amt":"1"}', headers: {}, write: true, deadlineMs } as const;
    return await failureOf(new Transport({ venue: 'Raw' }).send(departure));
  } finally {
    server.close();
  }
}

/** How a connection can fail before anything of a change was sent, and what the sentence names. */
const nothingSent: readonly (readonly [name: string, server: () => Server, says: RegExp])[] = [
  [
    'is signed by nobody known',
    () => secured(pem('good'), { key }),
    saysInTurn(saysLike('http.certificate'), '(DEPTH_ZERO_SELF_SIGNED_CERT)'),
  ],
  ['does not speak TLS', () => bare((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')), /encrypted.*WRONG_VERSION_NUMBER/],
  ['closes during the handshake', () => bare((socket) => socket.destroy()), saysInTurn(saysLike('http.unreachable'), '(ECONNRESET)')],
  [
    'resets during the handshake',
    () => bare((socket) => socket.resetAndDestroy()),
    saysInTurn(saysLike('http.unreachable'), '(ECONNRESET)'),
  ],
  [
    'speaks an old TLS only',
    () => secured(pem('good'), { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    /encrypted.*PROTOCOL_VERSION/,
  ],
  [
    'wants a certificate of ours',
    () => secured(pem('good'), { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' }),
    /encrypted.*HANDSHAKE_FAILURE|certificate/,
  ],
];

describe('a change to a server that', () => {
  for (const [name, server, says] of nothingSent) {
    it(`${name} certainly did nothing`, async () => {
      const error = await change(server());
      assert.deepEqual([error.kind, error.effect], ['network', 'none']);
      assert.match(error.message, says);
    });
  }

  describe('has a certificate we would trust, but', () => {
    const trusted = tls.getCACertificates('default');
    before(() => {
      tls.setDefaultCACertificates([pem('good'), pem('expired'), pem('other')]);
    });
    after(() => {
      tls.setDefaultCACertificates(trusted);
    });

    it('for another name certainly did nothing', async () => {
      const error = await change(secured(pem('other')));
      assert.equal(error.effect, 'none');
      assert.match(error.message, saysInTurn(saysLike('http.certificate'), '(ERR_TLS_CERT_ALTNAME_INVALID)'));
    });

    it('of a time long gone certainly did nothing', async () => {
      const error = await change(secured(pem('expired')));
      assert.equal(error.effect, 'none');
      assert.match(error.message, saysInTurn(saysLike('http.certificate'), '(CERT_HAS_EXPIRED)'));
    });

    it('dies after the change was sent may have done it', async () => {
      for (const take of [
        (socket: tls.TLSSocket) => socket.destroy(),
        (socket: tls.TLSSocket) => socket.end(),
        (socket: tls.TLSSocket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{', () => socket.destroy()),
      ]) {
        const error = await change(secured(pem('good'), {}, take));
        assert.deepEqual([error.kind, error.effect], ['network', 'unknown']);
      }
    });

    it('does not answer may have done it', async () => {
      assert.equal((await change(secured(pem('good')), 200)).effect, 'unknown');
    });

    // With TLS 1.3 the refusal of our missing certificate comes after the change was sent.
    it('wants a certificate of ours afterwards may have done it', async () => {
      const error = await change(secured(pem('good'), { requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' }));
      assert.equal(error.effect, 'unknown');
    });
  });
});

describe('a proxy on the way that', () => {
  for (const [status, says] of [
    [407, saysInTurn(saysLike('http.proxy'), '(HTTP 407)')],
    [502, /HTTP 502/],
    [403, /HTTP 403/],
  ] as const) {
    it(`answers ${status.toString()} instead of connecting certainly did nothing`, async () => {
      const error = await failureOf(
        new Transport({
          venue: 'Raw',
          // As the client of the platform says it, which cannot be given a proxy here.
          fetch: () => {
            const cause = Object.assign(new Error(`Proxy response (${status.toString()}) !== 200 when HTTP Tunneling`), {
              code: 'UND_ERR_ABORTED',
            });
            connectError.publish({ error: cause });
            throw new TypeError('fetch failed', { cause: Object.assign(new Error('Request was cancelled.', { cause }), { code: 0 }) });
          },
        }).send({ method: 'POST', origin: 'https://x.example', target: '/', body: '{}', headers: {}, write: true, deadlineMs: 1_000 }),
      );
      assert.deepEqual([error.kind, error.effect], ['network', 'none']);
      assert.match(error.message, says);
    });
  }
});

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { english } from '../../../../src/core/message.ts';
import { hostOf, kinds, type Outgoing, type OutletParts } from '../../../../src/engine/outlets/kinds.ts';
import { send, type Sent } from '../../../../src/engine/outlets/send.ts';
import type { OutletKindId } from '../../../../src/engine/storage/outlet-protocol.ts';
import type { OutsideAlert } from '../../../../src/engine/storage/warning-protocol.ts';
import { says, saysLike } from '../../../texts.ts';
import { FakeClock, settled } from '../../core/fake-clock.ts';
import { botToken, StandIn } from '../../../host/stand-ins/outlets.ts';

const at = Date.UTC(2026, 10, 30, 12);
const alert: OutsideAlert = {
  ...{ venue: 'okx', account: 'Main', simulated: false, target: 'level loan:12345', level: 'danger', state: 'alarm' },
  ...{ since: '2026-11-30T11:59:00.000Z', figures: 'current', ltv: '0.7412', distance: '0.0117' },
};
const outgoing: Outgoing = {
  id: 'outlet-7',
  at,
  level: 'danger',
  text: 'Danger: loan 12345 (Main) is 1.1% from margin call.',
  alerts: [alert],
};
const hmacSecret = 'a secret of the webhook'.replaceAll(' ', '-');

describe('one message to an outlet', () => {
  let there: StandIn;
  let parts: Readonly<Record<OutletKindId, OutletParts>>;
  const clock = new FakeClock();
  beforeEach(async () => {
    there = await new StandIn().start();
    parts = {
      ntfy: { url: there.url, topic: 'ltv-5f3a9c1e', token: 'tk_0123456789' },
      telegram: { token: botToken, chat: '987654321' },
      webhook: { url: `${there.url}/hook`, secret: hmacSecret },
      alertmanager: { url: `${there.url}/hook` },
      ping: { url: `${there.url}/ping/8d1f1a4e-2222-4444-8888-0123456789ab` },
    };
  });
  afterEach(() => there.close());

  /** Telegram's own host is the stand-in. */
  const fetchThere: typeof globalThis.fetch = (asked, init) =>
    fetch((asked as string).replace('https://api.telegram.org', there.url), init);
  const sends = (kind: OutletKindId, more: Partial<Outgoing> = {}): Promise<Sent> =>
    send(kind, parts[kind], { ...outgoing, ...more }, { clock, fetch: fetchThere });
  const failed = async (kind: OutletKindId): Promise<Sent & { ok: false }> => {
    const sent = await sends(kind);
    assert.ok(!sent.ok);
    return sent;
  };
  const all = Object.keys(kinds) as OutletKindId[];

  it('arrives as each kind documents it', async () => {
    for (const kind of all) assert.deepEqual(await sends(kind), { ok: true }, kind);
    const [ntfy, telegram, webhook, , ping] = there.arrived;
    assert.equal(ntfy?.headers.authorization, 'Bearer tk_0123456789');
    assert.deepEqual(JSON.parse(ntfy.body), {
      ...{ topic: 'ltv-5f3a9c1e', title: 'LTV Gauge', message: outgoing.text, priority: 5, tags: ['rotating_light'] },
    });
    assert.equal(telegram?.path, `/bot${botToken}/sendMessage`);
    assert.deepEqual(JSON.parse(telegram.body), { chat_id: '987654321', text: outgoing.text });
    assert.deepEqual(JSON.parse(webhook!.body), { version: 1, ...outgoing, at: '2026-11-30T12:00:00.000Z' });
    assert.deepEqual([ping?.method, ping?.body], ['GET', '']);
  });

  it('has the priority of its level at ntfy', async () => {
    for (const level of ['danger', 'warn', 'note'] as const) await sends('ntfy', { level });
    assert.deepEqual(
      there.bodies.map(({ priority }) => priority),
      [5, 4, 3],
    );
  });

  it('is signed over time and body, as the README says', async () => {
    await sends('webhook');
    const { headers, body } = there.arrived[0]!;
    const time = String(headers['x-ltv-gauge-timestamp']);
    assert.equal(time, (at / 1_000).toString());
    const expected = createHmac('sha256', hmacSecret).update(`${time}.${body}`).digest('hex');
    assert.equal(headers['x-ltv-gauge-signature'], `sha256=${expected}`);
    await sends('alertmanager');
    assert.equal(there.arrived[1]?.headers['x-ltv-gauge-signature'], undefined);
  });

  it('is firing for Alertmanager until it recovered, and the same alert all along', async () => {
    for (const state of ['alarm', 'gone', 'recovered'] as const)
      await sends('alertmanager', { alerts: [{ ...alert, state, level: 'warn' }] });
    await sends('alertmanager', { alerts: [] });
    const bodies = there.bodies as { version: string; status: string; groupKey: string; alerts: Record<string, unknown>[] }[];
    assert.deepEqual(
      bodies.map(({ version, status, alerts }) => [version, status, alerts.map((one) => one['status'])]),
      [
        ['4', 'firing', ['firing']],
        ['4', 'firing', ['firing']],
        ['4', 'resolved', ['resolved']],
        ['4', 'firing', ['firing']],
      ],
    );
    assert.equal(new Set(bodies.slice(0, 3).map(({ groupKey, alerts }) => JSON.stringify([groupKey, alerts[0]?.['fingerprint']]))).size, 1);
    assert.deepEqual(bodies[0]?.alerts[0], {
      status: 'firing',
      labels: { alertname: 'LTVGauge', venue: 'okx', account: 'Main', target: 'level loan:12345', severity: 'warn' },
      annotations: { summary: outgoing.text, state: 'alarm', ltv: '0.7412', distance: '0.0117', figures: 'current' },
      startsAt: '2026-11-30T11:59:00.000Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: '',
      fingerprint: bodies[0]?.alerts[0]?.['fingerprint'],
    });
    assert.equal(bodies[2]?.alerts[0]?.['endsAt'], '2026-11-30T12:00:00.000Z');
  });

  it('is cut where the receiver would make something else of it', async () => {
    const text = '危'.repeat(5_000);
    assert.deepEqual([await sends('ntfy', { text }), await sends('telegram', { text })], [{ ok: true }, { ok: true }]);
  });

  it('waits as long as a receiver asks', async () => {
    for (const kind of ['ntfy', 'telegram'] as const) {
      there.faults.push('busy');
      const { effect, isFinal, retryAfterMs } = await failed(kind);
      assert.deepEqual({ effect, isFinal, retryAfterMs }, { effect: 'none', isFinal: false, retryAfterMs: 40_000 }, kind);
    }
  });

  it('may have arrived where the answer is an error of the server, cut off, or not that of such a receiver', async () => {
    for (const [kind, fault] of [
      ['ntfy', 'broken'],
      ['webhook', 'cut'],
      ['ntfy', 'garbage'],
      ['telegram', 'garbage'],
      ['webhook', 'endless'],
      ['ping', 'notFound'],
    ] as const) {
      there.faults.push(fault);
      const { effect, isFinal } = await failed(kind);
      assert.deepEqual({ effect, isFinal }, { effect: 'unknown', isFinal: false }, `${kind} ${fault}`);
    }
  });

  it('follows no redirect, and says so', async () => {
    for (const kind of all) {
      there.faults.push('redirect');
      const { why, effect, isFinal } = await failed(kind);
      assert.deepEqual({ effect, isFinal }, { effect: 'none', isFinal: true }, kind);
      assert.equal(english(why), says('outlet.redirect', hostOf(kind, parts[kind])));
    }
    assert.ok(there.arrived.every(({ path: asked }) => asked !== '/elsewhere'));
  });

  it('is given up after ten seconds', async () => {
    there.faults.push('hang');
    const sending = failed('webhook');
    while (there.arrived.length === 0) await settled();
    await clock.advance(9_999);
    await clock.advance(1);
    const { why, effect } = await sending;
    assert.equal(effect, 'unknown');
    assert.equal(english(why), says('http.timed-out', there.host, '10'));
    assert.equal(clock.sleeping, 0);
  });

  it('certainly did not arrive where nobody listens, or not with a certificate that is known', async () => {
    const gone = await new StandIn().start();
    const { url: left } = gone;
    await gone.close();
    const fixture = (name: string): string => readFileSync(path.join(process.cwd(), 'test/fixtures/tls', `${name}.pem`), 'utf8');
    const server = tls.createServer({ key: fixture('key'), cert: fixture('good') }).on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const secure = `https://127.0.0.1:${(server.address() as AddressInfo).port.toString()}/hook`;
    try {
      for (const [url, says] of [
        [`${left}/hook`, saysLike('http.unreachable')],
        [secure, saysLike('http.certificate')],
      ] as const) {
        const sent = await send('webhook', { url, secret: hmacSecret }, outgoing, { clock });
        assert.ok(!sent.ok);
        assert.equal(sent.effect, 'none');
        assert.match(english(sent.why), says);
      }
    } finally {
      server.close();
    }
  });

  it('fails without a word of address, topic, token or secret', async () => {
    for (const kind of all) {
      for (const fault of ['unauthorized', 'broken', 'redirect', 'busy', 'cut'] as const) {
        there.faults.push(fault);
        const text = JSON.stringify(await failed(kind));
        for (const secret of Object.values(parts[kind])) {
          const hidden = secret === there.url ? [] : [secret, new URL(secret, 'http://x').pathname];
          for (const one of hidden) assert.ok(!text.includes(one), `${kind} ${fault}: ${text}`);
        }
      }
    }
    parts = { ...parts, telegram: { ...parts.telegram, token: `${botToken}x` } };
    const { why, isFinal } = await failed('telegram');
    assert.deepEqual([english(why), isFinal], [`${says('outlet.refused', 'api.telegram.org')} (HTTP 404: Not Found)`, true]);
  });

  it('goes to encrypted addresses and to this computer only', () => {
    const url = kinds.webhook.fields.find(({ id }) => id === 'url')!;
    for (const good of ['https://example.com/a?b=c', 'http://127.0.0.1:8080/x', 'http://localhost/', 'http://[::1]:9/'])
      assert.ok(url.isGood(good), good);
    for (const bad of [
      'http://example.com/',
      'https://a:b@example.com/',
      'ftp://example.com',
      'example.com',
      '',
      'https://x/#y',
      'http://127.0.0.1.example.com/',
    ])
      assert.ok(!url.isGood(bad), bad);
    const good: Readonly<Record<string, string>> = { topic: 'ltv-5f3a', token: botToken, chat: '-100123456', secret: hmacSecret };
    for (const kind of all)
      for (const { id, isGood } of kinds[kind].fields) {
        if (id !== 'url') assert.ok(isGood(good[id]!) && !isGood('a b') && !isGood('x\r\nHost: y'), `${kind} ${id}`);
      }
  });
});

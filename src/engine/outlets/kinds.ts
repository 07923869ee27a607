import { createHash, createHmac } from 'node:crypto';
import { msg, type Message } from '../../core/message.ts';
import { loopbackHosts } from '../../exchanges/http/address.ts';
import type { OutletKindId } from '../storage/outlet-protocol.ts';
import type { Notice, OutsideAlert } from '../storage/warning-protocol.ts';

/** Address, token, topic, secret of an outlet. Kept in the keyring only. */
export type OutletParts = Readonly<Record<string, string>>;

/** One message as sent. */
export interface Outgoing {
  /** The same for each attempt, so that a receiver recognises repeats. */
  readonly id: string;
  /** When it is sent. Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly level: Notice['level'];
  readonly text: string;
  readonly alerts: readonly OutsideAlert[];
}

export interface OutletRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface OutletField {
  readonly id: string;
  readonly prompt: Message;
  readonly placeholder?: string;
  /** Initial value; the field is shown while typing. */
  readonly value?: string;
  readonly isOptional?: true;
  readonly isGood: (typed: string) => boolean;
}

export interface OutletKind {
  readonly label: Message | string;
  /** What this kind of outlet does, for the list. */
  readonly detail: Message;
  readonly fields: readonly OutletField[];
  readonly request: (parts: OutletParts, outgoing: Outgoing) => OutletRequest;
  /** Whether a successful answer really comes from such an outlet. */
  readonly isTaken?: (json: Readonly<Record<string, unknown>>, text: string) => boolean;
}

/** A URL with https, or on this computer. No user name: it would be sent unencrypted. */
function addressOf(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopbackHosts.has(url.hostname));
  return isSafe && url.username === '' && url.password === '' && url.hash === '' ? url : undefined;
}

const address = (more: Pick<OutletField, 'placeholder' | 'value'>): OutletField => ({
  id: 'url',
  prompt: msg('outlet.address', 'Address: https://, or on this computer'),
  isGood: (typed) => addressOf(typed) !== undefined,
  ...more,
});

const secret = (more: Pick<OutletField, 'isOptional'> = {}): OutletField => ({
  id: 'secret',
  prompt: msg('outlet.webhook-secret', 'Secret to sign with, at least 16 characters'),
  isGood: (typed) => /^[!-~]{16,256}$/.test(typed),
  ...more,
});

/** By kind: the fields to enter, the request, and the expected answer. */
export const kinds: Readonly<Record<OutletKindId, OutletKind>> = {
  ntfy: {
    label: 'ntfy',
    detail: msg('outlet.ntfy', 'Notification on your phone. Anyone who knows the topic can read it.'),
    fields: [
      address({ value: 'https://ntfy.sh' }),
      {
        id: 'topic',
        prompt: msg('outlet.ntfy-topic', 'Topic: long and random, because it works like a password'),
        isGood: (typed) => /^[-\w]{1,64}$/.test(typed),
      },
      {
        id: 'token',
        prompt: msg('outlet.ntfy-token', 'Access token'),
        placeholder: 'tk_…',
        isOptional: true,
        isGood: (typed) => /^[!-~]{4,256}$/.test(typed),
      },
    ],
    request: ({ url = '', topic, token }, { level, text }) => ({
      method: 'POST',
      url: new URL(url),
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
      body: {
        topic,
        title: 'LTV Gauge',
        // Longer messages become attachments.
        message: shortened(text, 4_000),
        priority: { danger: 5, warn: 4, note: 3 }[level],
        tags: [{ danger: 'rotating_light', warn: 'warning', note: 'information_source' }[level]],
      },
    }),
    isTaken: ({ event }) => event === 'message',
  },
  telegram: {
    label: 'Telegram',
    detail: msg('outlet.telegram', 'Message from your bot. Create one with @BotFather.'),
    fields: [
      {
        id: 'token',
        prompt: msg('outlet.telegram-token', 'Token of the bot'),
        placeholder: '123456789:AA…',
        isGood: (typed) => /^\d{5,16}:[-\w]{30,64}$/.test(typed),
      },
      {
        id: 'chat',
        prompt: msg('outlet.telegram-chat', "Chat id. Send your bot a message first, or it can't write to you."),
        value: '',
        placeholder: '123456789',
        isGood: (typed) => /^(-?\d{3,20}|@[A-Za-z]\w{3,31})$/.test(typed),
      },
    ],
    request: ({ token = '', chat }, { text }) => ({
      method: 'POST',
      url: new URL(`https://api.telegram.org/bot${token}/sendMessage`),
      // Plain text: coins and minus signs would break the markup.
      body: { chat_id: chat, text: shortened(text, 4_000) },
    }),
    isTaken: ({ ok }) => ok === true,
  },
  webhook: {
    label: msg('outlet.webhook-label', 'Webhook'),
    detail: msg('outlet.webhook', 'JSON for your own program, signed with HMAC-SHA256.'),
    fields: [address({ placeholder: 'https://example.com/hook' }), secret()],
    request: (parts, outgoing) => signed(parts, outgoing, { version: 1, ...outgoing, at: new Date(outgoing.at).toISOString() }),
  },
  alertmanager: {
    label: msg('outlet.alertmanager-label', 'Webhook (Alertmanager format)'),
    detail: msg('outlet.alertmanager', 'JSON as Prometheus Alertmanager sends it (version 4).'),
    fields: [address({ placeholder: 'https://example.com/hook' }), secret({ isOptional: true })],
    request: (parts, outgoing) => signed(parts, outgoing, alertmanager(outgoing)),
  },
  ping: {
    label: msg('outlet.ping-label', "Dead man's switch"),
    detail: msg(
      'outlet.ping',
      'Pings an address after each complete update. When the pings stop, that service (such as healthchecks.io) alerts you.',
    ),
    fields: [address({ placeholder: 'https://hc-ping.com/…' })],
    request: ({ url = '' }) => ({ method: 'GET', url: new URL(url) }),
    // Sent with a success status.
    isTaken: (_json, text) => !text.startsWith('OK ('),
  },
};

/** The part of an address that is shown. */
export const hostOf = (kind: OutletKindId, parts: OutletParts): string =>
  kinds[kind].request(parts, { id: '', at: 0, level: 'note', text: '', alerts: [] }).url.host;

/** Cuts at a whole character. The limit counts bytes. */
function shortened(text: string, most: number): string {
  const bytes = new TextEncoder().encode(text);
  return bytes.length <= most ? text : new TextDecoder().decode(bytes.subarray(0, most), { stream: true });
}

function signed({ url = '', secret: key }: OutletParts, { at }: Outgoing, content: unknown): OutletRequest {
  const [body, timestamp] = [JSON.stringify(content), Math.floor(at / 1_000).toString()];
  const mac = key === undefined ? undefined : createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex');
  return {
    method: 'POST',
    url: new URL(url),
    headers: mac === undefined ? {} : { 'X-LTV-Gauge-Timestamp': timestamp, 'X-LTV-Gauge-Signature': `sha256=${mac}` },
    body,
  };
}

/** Something that disappeared may have been liquidated, so it isn't resolved. */
const statusOf = (states: readonly OutsideAlert['state'][]): 'firing' | 'resolved' =>
  states.length > 0 && states.every((state) => state === 'recovered') ? 'resolved' : 'firing';

/** Source: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
function alertmanager({ id, at, level, text, alerts }: Outgoing): unknown {
  const now = new Date(at).toISOString();
  const rows = alerts.map(({ venue, account, target, state, since, level: alarm, ltv, distance, figures, simulated }) => {
    const what = { alertname: 'LTVGauge', venue, account, target, ...(simulated ? { simulated: 'true' } : {}) };
    const status = statusOf([state]);
    return {
      status,
      labels: { ...what, severity: alarm },
      annotations: { summary: text, state, ...given({ ltv, distance, figures }) },
      startsAt: since,
      endsAt: status === 'resolved' ? now : '0001-01-01T00:00:00Z',
      generatorURL: '',
      // Without the level: it's one alert from beginning to end.
      fingerprint: createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 16),
    };
  });
  const plain = {
    ...{ status: 'firing', labels: { alertname: 'LTVGauge', severity: level }, annotations: { summary: text } },
    ...{ startsAt: now, endsAt: '0001-01-01T00:00:00Z', generatorURL: '', fingerprint: id },
  };
  const all = rows.length === 0 ? [plain] : rows;
  return {
    ...{ version: '4', groupKey: `ltv-gauge/${all[0]?.fingerprint ?? ''}`, truncatedAlerts: 0, receiver: 'ltv-gauge' },
    status: statusOf(alerts.map(({ state }) => state)),
    ...{ groupLabels: { alertname: 'LTVGauge' }, commonLabels: { alertname: 'LTVGauge' }, commonAnnotations: { summary: text } },
    ...{ externalURL: '', alerts: all },
  };
}

const given = (facts: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(facts).filter((entry): entry is [string, string] => entry[1] !== undefined));

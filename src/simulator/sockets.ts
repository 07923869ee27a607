import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Parameters } from './request.ts';
import { Peer } from './web-socket.ts';

/**
 * What can be the matter with sockets, beside `close` and `notice`, which happen once, and `heal`, which ends the others.
 * - `silence` everything is acknowledged, and no data comes
 * - `half-open` nothing comes and nothing is heard; the connection stands
 * - `garbage` each message comes after some that are none
 * - `duplicate` each message comes twice
 * - `out-of-order` each message is followed by the one before
 * - `storm` each connection is cut as soon as it has subscribed
 * - `turned-away` what was acknowledged is ended at once, in the words the venue has for that
 */
export const socketFaults = ['silence', 'half-open', 'garbage', 'duplicate', 'out-of-order', 'storm', 'turned-away'] as const;
type SocketFault = (typeof socketFaults)[number];

/** One topic of one client as the venue tells it. */
export interface Topic {
  /** What it would tell now; told when it differs from what was told last. Undefined while there is nothing to tell. */
  now(): { readonly key: string; readonly message: (last: string | undefined) => unknown } | undefined;
  /** It is told again after so long, changed or not. Milliseconds. */
  readonly againMs?: number;
}

/** How a venue answers a text of a client. */
export interface Talk {
  hear(text: string, client: Client): void;
  /** The words for "your subscription has ended", and those that come before the venue closes, where it has some. */
  readonly turnedAway: () => string;
  readonly notice?: () => string;
}

/** What a venue serves over sockets. */
export interface SocketVenue {
  /** Undefined where nothing is served. */
  at(path: string, address: string): Talk | undefined;
  /** Lets happen what was due. */
  advance(): void;
}

interface Subscription {
  readonly topic: Topic;
  last?: { readonly key: string; readonly at: number };
}

/** One client, with what it has subscribed. */
export class Client {
  readonly path: string;
  /** The key it has logged in with. */
  key = '';
  readonly subscriptions = new Map<string, Subscription>();
  readonly peer: Peer;
  readonly #fault: () => SocketFault | undefined;
  #before: string | undefined;

  constructor(path: string, peer: Peer, fault: () => SocketFault | undefined) {
    this.path = path;
    this.peer = peer;
    this.#fault = fault;
  }

  /** Says what is no data. */
  say(message: string): void {
    if (this.#fault() !== 'half-open') this.peer.send(message);
  }

  /** Tells what is new of all topics. */
  tell(now: number): void {
    for (const subscription of this.subscriptions.values()) {
      const { topic, last } = subscription;
      const told = topic.now();
      if (told === undefined || (last?.key === told.key && now - last.at < (topic.againMs ?? Infinity))) continue;
      subscription.last = { key: told.key, at: now };
      this.#data(JSON.stringify(told.message(last?.key)));
    }
  }

  #data(text: string): void {
    const fault = this.#fault();
    if (fault === 'silence' || fault === 'half-open') return;
    const before = this.#before;
    this.#before = text;
    if (fault === 'garbage')
      for (const odd of ['', '{"arg":', '[]', 'null', '{"data":[{}]}', text.slice(1), text.replaceAll('"', '')]) this.peer.send(odd);
    this.peer.send(text);
    if (fault === 'duplicate') this.peer.send(text);
    if (fault === 'out-of-order' && before !== undefined) this.peer.send(before);
  }
}

const tellEveryMs = 250;

/** The sockets of a simulated exchange. */
export class Sockets {
  readonly #venue: SocketVenue;
  readonly #clock: { now(): number };
  readonly #clients = new Map<Client, Talk>();
  #fault: SocketFault | undefined;
  #opened = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(venue: SocketVenue, clock: { now(): number }) {
    this.#venue = venue;
    this.#clock = clock;
  }

  upgrade(request: IncomingMessage, socket: Socket): void {
    const path = (request.url ?? '').replace(/\?.*/, '');
    const talk = this.#venue.at(path, socket.remoteAddress ?? '');
    const peer = talk === undefined ? undefined : Peer.from(request, socket);
    if (talk === undefined || peer === undefined) {
      socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
      return;
    }
    this.#opened += 1;
    const client = new Client(path, peer, () => this.#fault);
    this.#clients.set(client, talk);
    peer.onText = (text) => {
      this.#hear(text, client, talk);
    };
    peer.onGone = () => {
      this.#clients.delete(client);
      if (this.#clients.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
    // Only while somebody listens.
    this.#timer ??= setInterval(() => {
      this.#venue.advance();
      this.tell();
    }, tellEveryMs);
  }

  /** Tells everybody what is new. */
  tell(): void {
    for (const client of this.#clients.keys()) client.tell(this.#clock.now());
  }

  /** @throws RangeError saying what there is */
  control({ fault, ms }: Parameters): unknown {
    const wanted = socketFaults.find((one) => one === fault);
    if (wanted !== undefined || fault === 'heal') this.#fault = wanted;
    else if (fault === 'close') for (const { peer } of this.#clients.keys()) peer.destroy();
    else if (fault === 'notice') this.#notice(typeof ms === 'number' ? ms : 60_000);
    else throw new RangeError(`fault must be one of ${[...socketFaults, 'close', 'notice', 'heal'].join(', ')}`);
    if (wanted === 'turned-away') for (const [client, talk] of this.#clients) this.#turnAway(client, talk);
    return this.list();
  }

  list(): unknown {
    const open = [...this.#clients.keys()].map(({ path, key, subscriptions }) => ({ path, key, topics: [...subscriptions.keys()] }));
    return { fault: this.#fault ?? 'none', opened: this.#opened, open };
  }

  close(): void {
    for (const { peer } of this.#clients.keys()) peer.destroy();
    clearInterval(this.#timer);
  }

  #hear(text: string, client: Client, talk: Talk): void {
    if (this.#fault === 'half-open') return;
    const before = client.subscriptions.size;
    talk.hear(text, client);
    if (client.subscriptions.size > before) {
      if (this.#fault === 'storm') client.peer.destroy();
      if (this.#fault === 'turned-away') this.#turnAway(client, talk);
    }
    client.tell(this.#clock.now());
  }

  #turnAway(client: Client, talk: Talk): void {
    if (client.subscriptions.size > 0) client.say(talk.turnedAway());
    client.subscriptions.clear();
  }

  #notice(ms: number): void {
    for (const [client, talk] of this.#clients) {
      const notice = talk.notice?.();
      if (notice === undefined) continue;
      client.say(notice);
      setTimeout(() => {
        client.peer.destroy();
      }, ms).unref();
    }
  }
}

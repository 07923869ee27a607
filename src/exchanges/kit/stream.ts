import { isTime, uptimeOf, type Clock } from '../../core/clock.ts';
import type { Disposable } from '../../core/emitter.ts';
import type { ConnectionOptions, Site } from '../exchange.ts';
import type { Heard, LineSpec, Socket, SocketMaker, StreamEvent } from '../streams.ts';

/** What a venue makes its source from. */
export interface StreamOptions {
  readonly site: Pick<Site, 'id' | 'simulated'>;
  readonly origin: string;
  /** Asked for at every login, right before it leaves; never kept. */
  readonly keys: ConnectionOptions['keys'];
  /** By the venue's clock, as far as it is known. Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** A time that is further ahead of the venue's clock is wrong, and would make all that comes later look old. Milliseconds. */
const aheadMs = 60_000;

export const mayBeTold = (ts: unknown, now: number): ts is number => isTime(ts) && ts <= now + aheadMs;

/** A time of a maintenance; not a number where none is told. */
export function announcedTime(value: unknown): number {
  const ms = Number(value);
  return isTime(ms) && ms > 0 ? ms : NaN;
}

export interface LinePorts {
  readonly clock: Clock;
  /** 0 up to but not including 1. */
  readonly random: () => number;
  readonly WebSocket: SocketMaker;
  readonly onEvents: (events: readonly StreamEvent[], topic: string | undefined) => void;
  /** All that was asked for is subscribed, and what tells prices has told one: from now on nothing is missed. */
  readonly onSettled: () => void;
  readonly trace: (line: string) => void;
}

const beatMs = 5_000;
/** Until then a connection stands and is subscribed, and a ping is answered. Milliseconds. */
const patienceMs = 10_000;
/** A topic may be silent for so long before the connection is given up. It may be a quiet market, which is asked about until then. Milliseconds. */
const silentMs = 200_000;
/**
 * What comes later over a connection has come after all that was sent before: data of any topic says so much of all. Ten seconds and some room,
 * as OKX tells a mark price that stands still. Milliseconds.
 */
const newestMs = 12_000;
const longestWaitMs = 30_000;
/** A connection that lasted this long was a good one. Milliseconds. */
const goodMs = 30_000;
const refusedWaitMs = 60_000;

interface LinkNews {
  lost(link: Link, refused: boolean): void;
  moving(link: Link): void;
  settled(link: Link): void;
}

/** One socket. Tells how it ends once, and nothing after `close`. */
class Link {
  readonly began: number;
  isSettled = false;
  readonly #spec: LineSpec;
  readonly #ports: LinePorts;
  readonly #told: LinkNews;
  readonly #socket: Socket;
  readonly #read: (text: string) => readonly Heard[];
  readonly #end = new AbortController();
  readonly #dataAt = new Map<string, number>();
  #heardAt: number;
  #unacked: number;

  constructor(spec: LineSpec, ports: LinePorts, told: LinkNews) {
    this.#spec = spec;
    this.#ports = ports;
    this.#told = told;
    this.#read = spec.reader();
    this.#unacked = spec.topics.size;
    this.began = this.#heardAt = uptimeOf(ports.clock);
    this.#socket = new ports.WebSocket(spec.url);
    this.#socket.addEventListener('open', () => {
      this.#greet().catch(() => {
        this.#lose(true);
      });
    });
    this.#socket.addEventListener('message', ({ data }) => {
      this.#hear(data);
    });
    for (const type of ['close', 'error'] as const) {
      this.#socket.addEventListener(type, () => {
        this.#lose(false);
      });
    }
    void this.#keep();
  }

  /** When data last came, by `uptimeOf`; undefined before the first. */
  get newestAt(): number | undefined {
    return this.#dataAt.size === 0 ? undefined : Math.max(...this.#dataAt.values());
  }

  isFresh(topic: string): boolean {
    const now = uptimeOf(this.#ports.clock);
    const at = this.#dataAt.get(topic);
    return at !== undefined && now - at <= (this.#spec.topics.get(topic) ?? 0) && now - (this.newestAt ?? at) <= newestMs;
  }

  close(): void {
    this.#end.abort();
    this.#socket.close();
  }

  async #greet(): Promise<void> {
    if (this.#spec.login === undefined) this.#subscribe();
    else this.#send(await this.#spec.login());
  }

  #subscribe(): void {
    for (const text of this.#spec.subscribe) this.#send(text);
  }

  #send(text: string): void {
    if (!this.#end.signal.aborted) this.#socket.send(text);
  }

  #hear(data: unknown): void {
    if (this.#end.signal.aborted || typeof data !== 'string') return;
    let heard: readonly Heard[];
    try {
      heard = this.#read(data);
    } catch {
      // Garbage says nothing, not even that the venue is still there.
      return;
    }
    this.#heardAt = uptimeOf(this.#ports.clock);
    for (const one of heard) this.#take(one);
  }

  #take(heard: Heard): void {
    if (this.#end.signal.aborted) return;
    switch (heard.kind) {
      case 'loggedIn':
        this.#subscribe();
        return;
      case 'moving':
        this.#told.moving(this);
        return;
      case 'lost':
        this.#lose(heard.refused);
        return;
      case 'ack':
        this.#unacked -= 1;
        break;
      case 'data':
        if (heard.topic !== undefined) this.#dataAt.set(heard.topic, this.#heardAt);
        this.#ports.onEvents(heard.events, heard.topic);
    }
    if (this.isSettled || this.#unacked > 0 || this.#limited().some((topic) => !this.#dataAt.has(topic))) return;
    this.isSettled = true;
    this.#told.settled(this);
  }

  /** What ought to tell something all the time. */
  #limited(): readonly string[] {
    return [...this.#spec.topics].flatMap(([topic, limit]) => (limit === undefined ? [] : [topic]));
  }

  /** Pings, and notices what no event tells: a connection that stands and is dead. */
  async #keep(): Promise<void> {
    const { clock } = this.#ports;
    const { text, everyMs } = this.#spec.ping;
    for (let pingedAt = this.began; ;) {
      try {
        await clock.sleep(beatMs, this.#end.signal);
      } catch {
        return;
      }
      const now = uptimeOf(clock);
      if (this.#isDead(now)) this.#lose(false);
      // Timers are not exact, and a beat later could be too late.
      else if (now - pingedAt >= everyMs - beatMs / 2 && now - this.began >= patienceMs) {
        pingedAt = now;
        this.#send(text);
      }
    }
  }

  #isDead(now: number): boolean {
    if (this.#unacked > 0 && now - this.began >= patienceMs) return true;
    if (now - this.#heardAt >= this.#spec.ping.everyMs + patienceMs) return true;
    return this.#limited().some((topic) => now - (this.#dataAt.get(topic) ?? this.began) > silentMs);
  }

  #lose(refused: boolean): void {
    if (this.#end.signal.aborted) return;
    this.close();
    this.#told.lost(this, refused);
  }
}

/**
 * Keeps one connection to a venue: makes it anew when it is lost, opens the next one before the venue closes this, and knows how old what it
 * told is. Who needs to know more than that something happened reads it from the venue.
 */
export class StreamLine implements Disposable {
  #spec: LineSpec;
  readonly #ports: LinePorts;
  readonly #end = new AbortController();
  #link: Link | undefined;
  /** Takes the place of the other one as soon as nothing is missed by that. */
  #next: Link | undefined;
  #isMoving = false;
  #isWaiting = false;
  #attempts = 0;

  constructor(spec: LineSpec, ports: LinePorts) {
    this.#spec = spec;
    this.#ports = ports;
    this.#open();
  }

  /** When data last came, by `uptimeOf`; undefined while no connection has brought any. */
  get newestAt(): number | undefined {
    const times = [this.#link, this.#next].flatMap((link) => link?.newestAt ?? []);
    return times.length === 0 ? undefined : Math.max(...times);
  }

  /** Whether what a topic told last still stands. */
  isFresh(topic: string): boolean {
    return [this.#link, this.#next].some((link) => link?.isFresh(topic) === true);
  }

  /** Asks for other topics, or at another place. */
  change(spec: LineSpec): void {
    const nameOf = ({ url, topics }: LineSpec): string => [url, ...topics.keys()].join('\n');
    if (nameOf(spec) === nameOf(this.#spec)) return;
    this.#spec = spec;
    this.#next?.close();
    this.#next = undefined;
    this.#move();
  }

  /** The machine has slept or moved: this connection may be dead without knowing. */
  renew(): void {
    if (this.#next === undefined) this.#move();
  }

  dispose(): void {
    this.#end.abort();
    this.#link?.close();
    this.#next?.close();
    this.#link = this.#next = undefined;
  }

  #open(): void {
    try {
      const link = new Link(this.#spec, this.#ports, {
        lost: (one, refused) => {
          this.#lost(one, refused);
        },
        moving: (one) => {
          if (one === this.#link) this.renew();
        },
        settled: (one) => {
          this.#settled(one);
        },
      });
      if (this.#link === undefined) this.#link = link;
      else this.#next = link;
    } catch {
      // No such address, or no such thing on this platform.
      this.#retry(true);
    }
  }

  #move(): void {
    if (this.#link === undefined) return;
    this.#isMoving = true;
    this.#open();
  }

  #settled(link: Link): void {
    this.#ports.trace(`stream ${this.#spec.url} settled`);
    if (link === this.#next) {
      this.#link?.close();
      this.#link = link;
      this.#next = undefined;
      this.#isMoving = false;
    }
    this.#ports.onSettled();
  }

  #lost(link: Link, refused: boolean): void {
    this.#ports.trace(`stream ${this.#spec.url} ${refused ? 'refused' : 'lost'}`);
    if (link === this.#link) {
      this.#link = this.#next;
      this.#isMoving = false;
      this.#next = undefined;
    } else this.#next = undefined;
    if (uptimeOf(this.#ports.clock) - link.began >= goodMs) this.#attempts = 0;
    this.#retry(refused);
  }

  /** Full jitter: many windows that lost their lines together do not come back together. */
  #retry(refused: boolean): void {
    const { clock, random } = this.#ports;
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    const ms = refused ? refusedWaitMs * (1 + random()) : random() * Math.min(1_000 * 2 ** this.#attempts, longestWaitMs);
    this.#attempts += 1;
    clock.sleep(Math.round(ms), this.#end.signal).then(
      () => {
        this.#isWaiting = false;
        if (this.#link === undefined || (this.#isMoving && this.#next === undefined)) this.#open();
      },
      () => undefined,
    );
  }
}

import { Agent, createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isWritePath } from './protocol.ts';

/** Where a request that moves money is held: on its way to the exchange, or on the way of its answer. */
export type Hold = 'before' | 'after';

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Sits between windows and the simulated exchange. Passes every byte on, and holds a write on command. */
export class Gate {
  readonly #server: Server;
  readonly #target: URL;
  readonly #agent = new Agent({ keepAlive: true });
  #hold: Hold | undefined;
  #held: (() => void) | undefined;
  #release: ((what: 'forward' | 'drop') => void) | undefined;
  #done: Promise<unknown> = Promise.resolve();
  /** Writes that came this far, by the bytes of their body. */
  readonly writes: string[] = [];
  url = '';

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((incoming, outgoing) => {
      const done = this.#pass(incoming, outgoing).catch(() => outgoing.socket?.resetAndDestroy());
      if (isWritePath(new URL(incoming.url ?? '/', target).pathname)) this.#done = done;
    });
  }

  static async open(target: string): Promise<Gate> {
    const gate = new Gate(target);
    await new Promise<void>((resolve) => gate.#server.listen(0, '127.0.0.1', resolve));
    gate.url = `http://127.0.0.1:${(gate.#server.address() as AddressInfo).port.toString()}`;
    return gate;
  }

  /** Holds the next write. Resolves when it is there. */
  hold(where: Hold): Promise<void> {
    this.#hold = where;
    return new Promise((resolve) => (this.#held = resolve));
  }

  /** Lets the held write go its way, or lose it. Resolves when that is over. */
  async release(what: 'forward' | 'drop'): Promise<void> {
    this.#release?.(what);
    this.#release = undefined;
    await this.#done;
  }

  async close(): Promise<void> {
    this.#release?.('drop');
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of incoming as AsyncIterable<Buffer>) parts.push(part);
    const body = Buffer.concat(parts);
    const isWrite = isWritePath(new URL(incoming.url ?? '/', this.#target).pathname);
    if (isWrite) this.writes.push(body.toString('utf8'));
    if (isWrite && (await this.#wait('before')) === 'drop') {
      outgoing.socket?.resetAndDestroy();
      return;
    }
    const answer = await this.#forward(incoming, body);
    if (isWrite && (await this.#wait('after')) === 'drop') {
      outgoing.socket?.resetAndDestroy();
      return;
    }
    outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  }

  async #wait(where: Hold): Promise<'forward' | 'drop'> {
    if (this.#hold !== where) return 'forward';
    this.#hold = undefined;
    return new Promise((resolve) => {
      this.#release = resolve;
      this.#held?.();
    });
  }

  #forward(incoming: IncomingMessage, body: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = this.#target;
      const { method = 'GET', url: path = '/', headers } = incoming;
      const onward = ask({ hostname, port, method, path, headers, agent: this.#agent }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: Buffer.concat(parts) });
        });
      });
      onward.on('error', reject);
      onward.end(body);
    });
  }
}

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Node tells by this that a server has got a request. */
const arrival = 'http.server.request.start';

/** Requests between clients and servers of this process. With it a test knows when to go on, however slow the machine is. */
export class Traffic {
  /** How many were sent and are not answered. */
  #asked = 0;
  /** Those that have arrived. */
  readonly #arrived = new Map<IncomingMessage, ServerResponse>();

  constructor() {
    subscribe(arrival, this.#note);
  }

  readonly #note = (message: unknown): void => {
    const { request, response } = message as { readonly request: IncomingMessage; readonly response: ServerResponse };
    this.#arrived.set(request, response);
    response.once('close', () => this.#arrived.delete(request));
  };

  async counted<T>(request: Promise<T>): Promise<T> {
    this.#asked += 1;
    try {
      return await request;
    } finally {
      this.#asked -= 1;
    }
  }

  /** Whether one is on its way, or its answer is: all but those that a server holds back on purpose. */
  get isMoving(): boolean {
    const held = [...this.#arrived].filter(
      ([{ complete }, { writableEnded, socket }]) => complete && !writableEnded && socket?.writable === true,
    );
    return this.#asked > held.length;
  }

  end(): void {
    unsubscribe(arrival, this.#note);
  }
}

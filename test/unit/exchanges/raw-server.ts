import { createServer, type AddressInfo, type Socket } from 'node:net';

/** One request as it came over the wire. */
export interface Arrival {
  readonly head: string;
  readonly body: string;
}

/** What the server does with a request that is there in full: `arrival` counts from one. */
export type Answering = (socket: Socket, arrival: number) => void;

/**
 * A server of bare sockets that writes down every request, whole or not: what a library for HTTP would refuse, repeat or mend is seen as it is.
 * A request counts from its first byte.
 */
export class RawServer {
  readonly arrivals: Arrival[] = [];
  readonly #answering: Answering;
  readonly #server = createServer((socket) => {
    this.#listen(socket);
  });
  readonly #sockets = new Set<Socket>();

  constructor(answering: Answering) {
    this.#answering = answering;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port.toString()}`;
  }

  /** How many connections were made. */
  connections = 0;

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #listen(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    let text = '';
    let at: number | undefined;
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      at ??= this.arrivals.push({ head: '', body: '' }) - 1;
      const end = text.indexOf('\r\n\r\n');
      const head = text.slice(0, Math.max(end, 0));
      const body = end < 0 ? '' : text.slice(end + 4);
      this.arrivals[at] = { head, body };
      if (end < 0 || body.length < Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0)) return;
      if (/^transfer-encoding: chunked$/im.test(head) && !body.endsWith('0\r\n\r\n')) return;
      text = '';
      const arrival = at + 1;
      at = undefined;
      this.#answering(socket, arrival);
    });
  }
}

/** A server for the time of some work. */
export async function withServer<T>(answering: Answering, work: (server: RawServer) => Promise<T>): Promise<T> {
  const server = await new RawServer(answering).start();
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a receiver does to one request instead of its work. `cut`: takes it and breaks the connection before answering. */
export type Fault = 'busy' | 'broken' | 'redirect' | 'hang' | 'garbage' | 'endless' | 'cut' | 'unauthorized' | 'notFound';

export interface Arrived {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Undefined where it was taken and answered. */
  readonly fault: Fault | undefined;
}

/** The token of the Telegram bot that it knows. */
export const botToken = '123456789:AAabcdefghijklmnopqrstuvwxyz0123456';
const topic = /^[-\w]{1,64}$/;

/**
 * The receivers of all kinds, over real HTTP, each as strict as its documentation: ntfy at `/`, Telegram at `/bot<token>/sendMessage`, a webhook
 * at `/hook`, healthchecks at `/ping/<uuid>`.
 */
export class StandIn {
  readonly arrived: Arrived[] = [];
  /** For the next requests, one each. */
  readonly faults: Fault[] = [];
  readonly #server = createServer((request, response) => {
    void this.#take(request, response);
  });

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port.toString()}`;
  }

  get host(): string {
    return new URL(this.url).host;
  }

  /** Bodies, in the order they came. */
  get bodies(): readonly Record<string, unknown>[] {
    return this.arrived.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const fault = this.faults.shift();
    const arrived = { method, path, headers, body, fault };
    this.arrived.push(arrived);
    const answer = (status: number, text: string, more: Record<string, string> = {}): void => {
      response.writeHead(status, more).end(text);
    };
    switch (fault) {
      case undefined: {
        const [status, text] = this.#answer(arrived);
        answer(status, text);
        return;
      }
      case 'busy':
        // Telegram says it in the body, all others in the header.
        if (path.startsWith('/bot'))
          answer(429, '{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 40","parameters":{"retry_after":40}}');
        else answer(429, '{"code":42901,"http":429,"error":"limit reached"}', { 'Retry-After': '40' });
        return;
      case 'broken':
        answer(500, 'Internal Server Error');
        return;
      case 'redirect':
        answer(302, '', { Location: `${this.url}/elsewhere` });
        return;
      case 'garbage':
        answer(200, '<html>Sign in to the network</html>');
        return;
      case 'endless':
        answer(200, 'x'.repeat(200_000));
        return;
      case 'unauthorized':
        // A proxy that says everything back.
        answer(401, JSON.stringify({ error: `no ${path} ${body} ${headers.authorization ?? ''}` }));
        return;
      case 'notFound':
        answer(200, 'OK (not found)');
        return;
      case 'cut':
        response.destroy();
        return;
      case 'hang':
    }
  }

  #answer({ method, path, headers, body }: Arrived): [status: number, text: string] {
    if (path.startsWith('/ping/')) return ['GET', 'POST', 'HEAD'].includes(method) ? [200, 'OK'] : [405, ''];
    assert.equal(method, 'POST', path);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(Number(headers['content-length']), Buffer.byteLength(body));
    const json = JSON.parse(body) as Record<string, unknown>;
    if (path === '/hook') return [204, ''];
    if (path === `/bot${botToken}/sendMessage`) {
      const { chat_id: chat, text, ...more } = json;
      if (typeof chat !== 'string' || typeof text !== 'string' || text === '' || text.length > 4096 || Object.keys(more).length > 0)
        return [400, '{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}'];
      return [200, '{"ok":true,"result":{"message_id":1}}'];
    }
    if (path.startsWith('/bot')) return [404, '{"ok":false,"error_code":404,"description":"Not Found"}'];
    const { message, priority } = json;
    const isGood =
      path === '/' &&
      topic.test(String(json['topic'])) &&
      typeof message === 'string' &&
      Buffer.byteLength(message) <= 4096 &&
      [1, 2, 3, 4, 5].includes(Number(priority));
    return isGood
      ? [200, JSON.stringify({ id: 'abc', time: 1, event: 'message', topic: json['topic'], message })]
      : [400, '{"code":40009,"http":400,"error":"invalid request: topic invalid"}'];
  }
}

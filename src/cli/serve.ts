import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Complaint } from './complaint.ts';

export interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

export interface Serving {
  readonly port: number;
  close(): void;
}

const hosts = ['127.0.0.1', '::1'] as const;

/**
 * Serves pages to this computer only, at both of its loopback addresses.
 * @param port 0 for any free one
 * @throws Complaint if the port is taken
 */
export async function serveLocally(port: number, pages: ReadonlyMap<string, () => Page>): Promise<Serving> {
  // Takes a fifth of the time in which `status` is done.
  const { createServer } = process.getBuiltinModule('node:http');
  const servers: Server[] = [];
  const close = (): void => {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
  };
  let taken = port;
  for (const host of hosts) {
    const server = createServer(
      { maxHeaderSize: 8_192, headersTimeout: 2_000, requestTimeout: 2_000, connectionsCheckingInterval: 1_000 },
      (asked, answer) => {
        reply(asked, answer, taken, pages);
      },
    );
    server.maxConnections = 16;
    try {
      taken = await listening(server, taken, host);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A computer without IPv6.
      if (host === '::1' && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT')) continue;
      close();
      throw new Complaint(
        code === 'EADDRINUSE'
          ? `Port ${taken.toString()} is in use by another program. Choose one with --port.\n`
          : `Can't listen at port ${taken.toString()}: ${code ?? String(error)}\n`,
      );
    }
    servers.push(server);
  }
  return { port: taken, close };
}

const listening = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, ipv6Only: true }, () => {
      server.removeListener('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });

function reply(asked: IncomingMessage, answer: ServerResponse, port: number, pages: ReadonlyMap<string, () => Page>): void {
  const { status, type, text } = pageFor(asked, port, pages);
  answer.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
    ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
  });
  answer.end(asked.method === 'HEAD' ? undefined : text);
}

function pageFor({ method, url, headers }: IncomingMessage, port: number, pages: ReadonlyMap<string, () => Page>): Page {
  // A website whose name leads to this computer asks with its own name.
  const isMeant = ['127.0.0.1', 'localhost', '[::1]'].some((host) => headers.host === `${host}:${port.toString()}`);
  if (!isMeant) return plain(421, 'This address is served by its loopback names only.\n');
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'GET and HEAD only.\n');
  const page = pages.get(url?.split('?')[0] ?? '');
  if (page === undefined) return plain(404, `There is ${[...pages.keys()].join(' and ')}.\n`);
  return page();
}

export const plain = (status: number, text: string): Page => ({ status, type: 'text/plain; charset=utf-8', text });

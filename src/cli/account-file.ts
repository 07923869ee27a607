import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import type { Exchange, Keys } from '../exchanges/exchange.ts';
import { Complaint } from './complaint.ts';

/** An account that a file names, with its key. */
export interface FiledAccount {
  readonly file: string;
  readonly exchange: Exchange;
  readonly site: Exchange['sites'][number];
  readonly baseUrl?: string;
  readonly name: string;
  readonly keys: Keys;
}

const mostBytes = 8_192;

/**
 * Reads an account with its key: `{"venue", "site", "name", "key", "secret", "passphrase"}`, and `"baseUrl"` for an exchange on this computer.
 * @param credentials where systemd puts credentials, which it protects itself
 * @throws Complaint without anything of what is in the file
 */
export function accountIn(file: string, exchanges: readonly Exchange[], credentials: string | undefined): FiledAccount {
  const full = path.resolve(file);
  const fields = fieldsOf(full, textOf(full, credentials !== undefined && full.startsWith(path.resolve(credentials) + path.sep)));
  const need = (name: string): string => {
    const value = fields[name];
    if (typeof value !== 'string' || value.trim() === '') throw new Complaint(`${full}: "${name}" is missing.\n`);
    return value;
  };
  const exchange = exchanges.find(({ id }) => id === need('venue'));
  if (exchange === undefined) throw new Complaint(`${full}: "venue" must be one of ${exchanges.map(({ id }) => id).join(', ')}.\n`);
  const site = exchange.sites.find(({ id }) => id === need('site'));
  if (site === undefined) throw new Complaint(`${full}: "site" must be one of ${exchange.sites.map(({ id }) => id).join(', ')}.\n`);
  const keys = exchange.keyFields.map(({ id }) => [id, need(id === 'apiKey' ? 'key' : id)]);
  return {
    ...{ file: full, exchange, site, name: need('name').trim(), keys: Object.fromEntries(keys) as Keys },
    ...(site.baseUrl === undefined ? { baseUrl: need('baseUrl') } : {}),
  };
}

function textOf(file: string, isCredential: boolean): string {
  let open: number;
  try {
    open = openSync(file, 'r');
  } catch (error) {
    throw new Complaint(`${file} can't be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}\n`);
  }
  try {
    const stats = fstatSync(open);
    const { mode, uid, size } = stats;
    if (stats.isDirectory()) throw new Complaint(`${file} is a folder, not the file of an account.\n`);
    // Windows has no such modes.
    if (process.platform !== 'win32' && !isCredential) {
      if ((mode & 0o077) !== 0) throw new Complaint(`${file} holds a key and others can read it. Run: chmod 600 ${JSON.stringify(file)}\n`);
      if (![process.getuid?.(), 0].includes(uid)) throw new Complaint(`${file} holds a key and belongs to another user.\n`);
    }
    const bytes = Buffer.alloc(mostBytes);
    const count = size > mostBytes ? mostBytes + 1 : readSync(open, bytes);
    if (count > mostBytes) throw new Complaint(`${file} is too large for an account.\n`);
    return bytes.toString('utf8', 0, count);
  } catch (error) {
    if (error instanceof Complaint) throw error;
    throw new Complaint(`${file} can't be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}\n`);
  } finally {
    closeSync(open);
  }
}

function fieldsOf(file: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const fields: unknown = JSON.parse(text);
    if (typeof fields === 'object' && fields !== null) return fields as Readonly<Record<string, unknown>>;
  } catch {
    // The error quotes the text, and so the key.
  }
  throw new Complaint(`${file} isn't a JSON object.\n`);
}

// Holds the ledger's database in a thread of its own: SQLite waits for the disk and for locks, and the editor must not.
import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { LedgerFile } from './ledger-file.ts';
import type { Answered, Answers, Asked, Place, Request } from './protocol.ts';
import { LedgerFault, troubleOf } from './trouble.ts';

let file: LedgerFile | undefined;

/** @throws LedgerFault when this Node has no SQLite */
function opened(): LedgerFile {
  if (file !== undefined) return file;
  const sqlite = quietly(() => process.getBuiltinModule('node:sqlite') as { readonly DatabaseSync: typeof DatabaseSync } | undefined);
  if (sqlite === undefined) throw new LedgerFault({ kind: 'noSqlite' });
  file = new LedgerFile(sqlite.DatabaseSync, workerData as Place);
  return file;
}

/** Node warns that its SQLite is experimental. The person at the editor can do nothing about that; any other warning is passed on. */
function quietly<T>(load: () => T): T {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).includes('SQLite')) Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}

function answerTo(request: Request): Answers[Request['do']] {
  switch (request.do) {
    case 'read':
      return opened().read(request.id, request.after, request.seen);
    case 'append':
      return opened().append(request.line, request.seen);
    case 'takeIn':
      return opened().takeIn(request.lines, request.source, request.seen);
    case 'verify':
      return opened().verify(request.seen);
    case 'setAside':
      return opened().setAside(request.seen);
    case 'close':
      file?.close();
      parentPort?.close();
      return undefined;
  }
}

parentPort?.on('message', ({ number, request }: Asked) => {
  let answered: Answered;
  try {
    answered = { number, answer: answerTo(request) };
  } catch (error) {
    answered = { number, trouble: troubleOf(error) };
  }
  parentPort?.postMessage(answered);
});

// Holds a database, the ledger's or that of all else the windows share, in a thread of its own: SQLite waits for the disk and for locks, and the
// editor must not.
import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { LedgerFile } from './ledger/database/ledger-file.ts';
import type { Answers, Request } from './storage/ledger-protocol.ts';
import type { Answered, Asked, Place } from './storage/worker-link.ts';
import { StateFile } from './storage/state-file.ts';
import type { StateAnswers, StateAsked } from './storage/state-protocol.ts';
import { LedgerFault, troubleOf } from './storage/trouble.ts';

let ledger: LedgerFile | undefined;
let shared: StateFile | undefined;

/** What is being answered. */
let current = 0;
const tell = (done: number, of: number): void => {
  parentPort?.postMessage({ number: current, done, of } satisfies Answered);
};
const opened = (): LedgerFile => (ledger ??= new LedgerFile(database(), workerData as Place, tell));
const state = (): StateFile => (shared ??= new StateFile(database(), workerData as Place));

/** @throws LedgerFault when this Node has no SQLite */
function database(): typeof DatabaseSync {
  const sqlite = quietly(() => process.getBuiltinModule('node:sqlite') as { readonly DatabaseSync: typeof DatabaseSync } | undefined);
  if (sqlite === undefined) throw new LedgerFault({ kind: 'noSqlite' });
  return sqlite.DatabaseSync;
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

type AnyAnswer = (Answers & StateAnswers)[keyof Answers | keyof StateAnswers] | undefined;

function answerTo(request: Request | StateAsked | { readonly do: 'close' }): AnyAnswer {
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
      ledger?.close();
      shared?.close();
      parentPort?.close();
      return undefined;
    default:
      return state().answer(request);
  }
}

parentPort?.on('message', ({ number, request }: Asked<Request | StateAsked>) => {
  let answered: Answered;
  current = number;
  try {
    answered = { number, answer: answerTo(request) };
  } catch (error) {
    answered = { number, trouble: troubleOf(error) };
  }
  parentPort?.postMessage(answered);
});

// One window, as a process that can be killed: everything a write needs but the editor. It stops where its parent wants it to stop, says so, and
// goes on when it is told to.
import type { Clock } from '../../src/core/clock.ts';
import { english } from '../../src/core/message.ts';
import { JournalError, type Journal } from '../../src/engine/ledger/journal.ts';
import { Refusal, type Preview } from '../../src/engine/ledger/ledger.ts';
import { unavailableLog } from '../../src/engine/ledger/refusal.ts';
import { accountId, compose, type Composition } from './composition.ts';
import { isWritePath, type Call, type Failure, type News, type Order } from './protocol.ts';

let now = 0;
let armed: ReadonlySet<string> = new Set();
let stopped: (() => void)[] = [];
let asked = 0;
const asleep = new Map<number, () => void>();
let composition: Composition | undefined;
let previews = new Map<string, Preview>();
/** Whether a write has left, or may have left before this process was there. */
let looking = false;

function tell(news: News): void {
  process.send?.(news);
}

/** Stops here when it is wanted. */
function step(name: string): Promise<void> {
  if (!armed.has(name)) return Promise.resolve();
  return new Promise((resolve) => {
    stopped.push(resolve);
    tell({ kind: 'at', step: name });
  });
}

/** Whether the disk is to fail here: once, at the first row in this state. */
function failing(name: string): boolean {
  if (!armed.has(name)) return false;
  armed = new Set([...armed].filter((one) => one !== name));
  return true;
}

const diskFailed = (): JournalError => new JournalError(unavailableLog());

/** Time passes only while something waits, and then at once: the parent's clock is also the venue's. */
const clock: Clock = {
  now: () => now,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      asked += 1;
      asleep.set(asked, resolve);
      tell({ kind: 'sleep', id: asked, ms });
    }),
};

function watched(journal: Journal): Journal {
  return {
    verify: () => journal.verify(),
    setAside: () => journal.setAside(),
    dispose: () => {
      journal.dispose();
    },
    load: async () => {
      const rows = await journal.load();
      await step('loaded');
      return rows;
    },
    append: async (record) => {
      await step(`before ${record.state}`);
      if (failing(`fail before ${record.state}`)) throw diskFailed();
      const done = journal.append(record);
      // Both outcomes are fine: killed here, it's unknown how far the disk got.
      const inside = step(`inside ${record.state}`);
      await done;
      await inside;
      if (failing(`fail after ${record.state}`)) throw diskFailed();
      await step(record.state);
    },
  };
}

const fetching: typeof globalThis.fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input.toString());
  const isWrite = isWritePath(url.pathname);
  if (isWrite) await step('before leaving');
  else if (looking) await step('reading');
  try {
    return await fetch(input, init);
  } finally {
    if (isWrite) looking = true;
    await step(isWrite ? 'answered' : looking ? 'read' : 'read before');
  }
};

async function carryOut(call: Call): Promise<unknown> {
  if (call.name === 'open' || call.name === 'close') {
    composition?.dispose();
    composition = undefined;
    armed = new Set();
    stopped = [];
    previews = new Map();
    looking = false;
    if (call.name === 'open') composition = await compose(call.setup, { clock, fetch: fetching, watch: watched });
    return undefined;
  }
  if (composition === undefined) throw new RangeError('not opened');
  const { ledger, journal } = composition;
  switch (call.name) {
    case 'preview':
      composition.reconnect();
      looking = false;
      previews.set(call.as, await ledger.preview(accountId, call.change));
      return undefined;
    case 'commit': {
      const preview = previews.get(call.as);
      if (preview === undefined) throw new RangeError('no such preview');
      composition.reconnect();
      await step('before anything');
      return ledger.commit(preview, () => undefined);
    }
    case 'reconcile':
      composition.reconnect();
      looking = true;
      return ledger.reconcile(accountId);
    case 'unsettled':
      return ledger.unsettled(accountId);
    case 'settle':
      composition.reconnect();
      return ledger.settle(call.id, call.settlement);
    case 'rows':
      return journal.load();
    case 'verify':
      return ledger.verify();
    case 'setAside':
      return ledger.setAside();
    case 'read': {
      composition.reconnect();
      const { loans, positions } = await (await composition.connection()).read();
      return loans.length + positions.length;
    }
  }
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: 'unknown', sentence: String(error) };
  const sentence = 'sentence' in error ? english(error.sentence as Refusal['sentence']) : error.message;
  const openWrite = error instanceof Refusal ? error.openWrite?.id : undefined;
  return { name: error.name, sentence, ...(openWrite === undefined ? {} : { openWrite }) };
}

process.on('message', (order: Order) => {
  now = order.now;
  switch (order.kind) {
    case 'arm':
      armed = new Set(order.steps);
      break;
    case 'go':
      for (const goOn of stopped.splice(0)) goOn();
      break;
    case 'slept':
      asleep.get(order.id)?.();
      asleep.delete(order.id);
      break;
    case 'call':
      carryOut(order.call).then(
        (value) => {
          tell({ kind: 'done', id: order.id, value });
        },
        (error: unknown) => {
          tell({ kind: 'failed', id: order.id, failure: failureOf(error) });
        },
      );
  }
});
// No one is left to report to.
process.on('disconnect', () => process.exit(0));
tell({ kind: 'ready' });

// A window of its own process: `node append-rows.ts <folder> <worker> <name> <how many>`. Sends changes of loan after loan and says of each
// what came of it, right after it came; when asked for none, it goes on until it is killed.
import { writeSync } from 'node:fs';
import { SqliteJournal } from '../../../../../src/engine/ledger/database/sqlite-journal.ts';
import { TargetTaken } from '../../../../../src/engine/ledger/journal.ts';
import type { WriteRecord } from '../../../../../src/engine/ledger/record.ts';

const [folder = '', worker = '', name = '', count = '0'] = process.argv.slice(2);
const storage = { get: () => undefined, note: () => Promise.resolve() };
const journal = new SqliteJournal({ folder, worker, storage });

for (let loan = 0; count === '0' || loan < Number(count); loan += 1) {
  const record = {
    id: `${name}${loan.toString()}`,
    accountId: 'a',
    venue: 'okx',
    accountName: 'Main',
    change: { kind: 'collateral', loan: { loanId: `loan${loan.toString()}` }, direction: 'add', coin: 'BTC', amount: '0.1' },
    request: { method: 'POST', path: '/adjust', body: '{}' },
    baseline: { kind: 'collateral', pledged: '0.8' },
    state: 'sent',
    plannedAt: 1,
    sentAt: 2,
    updatedAt: 2,
  } as unknown as WriteRecord;
  const came = await journal.append(record).then(
    () => 'taken',
    (error: unknown) => (error instanceof TargetTaken ? 'refused' : String(error)),
  );
  writeSync(1, `${record.id} ${came}\n`);
}

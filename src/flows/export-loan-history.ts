import { byteOrderMark, csvRows } from '../core/csv.ts';
import { msg, type Message } from '../core/message.ts';
import type { Account } from '../core/model.ts';
import { venueRows } from '../engine/history/queries.ts';
import type { Going } from '../engine/moving-file.ts';
import type { VenueRow } from '../engine/storage/history-protocol.ts';
import { localIso } from '../words/activity.ts';
import { eventsForm, KoinlyForm, type LeftOut } from '../words/loan-history-export.ts';
import type { KeptRow } from '../words/loan-history-row.ts';
import type { Acting } from './acting.ts';
import { back, type Item, type NamedFile } from './conversation.ts';
import { mayExport, sayExported, sayingWhyNot, whichAccounts, withPatience, write } from './export-activity.ts';

const title = msg('button.export-loan-history', 'Export Loan History');

type Form = 'events' | 'koinly';

const forms: readonly Item<Form>[] = [
  {
    label: msg('export.events', 'Events (CSV)'),
    detail: msg('export.events-detail', 'Every row, with exact amounts.'),
    value: 'events',
  },
  {
    label: msg('export.koinly', 'Koinly universal (CSV)'),
    detail: msg('export.koinly-detail', "Loans, repayments and paid interest. Collateral is left out: moving it isn't a trade."),
    value: 'koinly',
  },
];

/** Rows read or written at once: a few milliseconds. */
const pageRows = 250;

/** "Export Loan History…": the exchange's rows as they are kept here, as events or for a tax tool. */
export const exportLoanHistory = (app: Acting): Promise<void> => sayingWhyNot(app, exported);

async function exported(app: Acting): Promise<void> {
  const recorded = await withHistory(app);
  if (recorded.length === 0) {
    void app.talk.tell({ kind: 'info', sentence: msg('export.no-loan-history', 'No loan history recorded yet.') });
    return;
  }
  if (!(await mayExport(app))) return;
  const form = await app.talk.pick({ title, placeholder: msg('export.which-form', 'Which form?'), items: forms, canGoBack: false });
  if (form === undefined || form === back) return;
  const accounts = await askAccounts(app, form, recorded);
  if (accounts === undefined) return;
  const file = await askFile(app, form, accounts);
  if (file === undefined) return;
  const done = await withPatience(app, msg('export.exporting-loan-history', 'Exporting loan history'), async (going) => {
    const read = await contentOf(app, form, accounts, going);
    if (read === undefined || going.stopped()) return undefined;
    await write(file, Buffer.concat(read.parts));
    return read;
  });
  if (done !== undefined) await sayExported(app, file, done.rows, done.leftOut);
}

async function withHistory({ book, shared }: Acting): Promise<readonly Account[]> {
  const accounts = book.list();
  const found = await Promise.all(
    accounts.map(async ({ id }) => {
      const [events, interest] = await Promise.all([
        venueRows(shared, id, { kind: 'event', limit: 1 }),
        venueRows(shared, id, { kind: 'interest', limit: 1 }),
      ]);
      return events.length + interest.length > 0;
    }),
  );
  return accounts.filter((_account, index) => found[index] === true);
}

async function askAccounts(app: Acting, form: Form, recorded: readonly Account[]): Promise<readonly Account[] | undefined> {
  const real = recorded.filter(({ simulated }) => !simulated);
  // In a tax tool nothing would tell simulated money from real money.
  const offered = form === 'koinly' && real.length > 0 ? real : recorded;
  if (offered.length === 1) return offered;
  const items = offered.map((account) => ({
    label: account.name,
    description: account.simulated ? msg('term.simulated', 'simulated') : '',
    value: account,
  }));
  return whichAccounts(app, title, items);
}

function askFile({ talk, clock }: Acting, form: Form, accounts: readonly Account[]): Promise<NamedFile | undefined> {
  const name = [
    'ltv-gauge-loans',
    ...(accounts.every(({ simulated }) => simulated) ? ['simulated'] : []),
    localIso(clock.now()).slice(0, 10),
    ...(form === 'koinly' ? ['koinly'] : []),
  ].join('-');
  return talk.save({ title, label: msg('button.export', 'Export'), name: `${name}.csv`, kinds: { CSV: ['csv'] } });
}

interface Content {
  readonly parts: readonly Uint8Array[];
  readonly rows: number;
  readonly leftOut: readonly Message[];
}

/** @returns undefined when stopped */
async function contentOf(app: Acting, form: Form, accounts: readonly Account[], { stopped }: Going): Promise<Content | undefined> {
  const parts: Uint8Array[] = [];
  let rows = 0;
  const left: LeftOut = { sales: 0, unfinished: 0, unknown: 0 };
  for (const account of accounts) {
    const kept = await rowsOf(app, account.id, stopped);
    const made = form === 'koinly' ? new KoinlyForm(account, left) : eventsForm(account);
    if (parts.length === 0) parts.push(Buffer.from(byteOrderMark + csvRows([made.columns])));
    for (let from = 0; from < kept.length; from += pageRows) {
      // Others have their turn between two pages.
      if (from > 0) await app.clock.sleep(0);
      if (stopped()) return undefined;
      const lines = kept.slice(from, from + pageRows).flatMap((row) => made.linesOf(row));
      rows += lines.length;
      parts.push(Buffer.from(csvRows(lines)));
    }
  }
  return { parts, rows, leftOut: sayLeftOut(left) };
}

function sayLeftOut({ sales, unfinished, unknown }: LeftOut): readonly Message[] {
  if (sales + unfinished + unknown === 0) return [];
  const counts = [sales, unfinished, unknown].map(String);
  return [
    msg(
      'export.left-out',
      'Rows left out: {0} of sold collateral (add them in Koinly as trades), {1} unfinished, {2} of unknown type.',
      ...counts,
    ),
  ];
}

/** All rows of an account, oldest first; of one moment, interest comes first. */
async function rowsOf({ shared }: Acting, account: string, stopped: () => boolean): Promise<readonly KeptRow[]> {
  const lists: KeptRow[][] = [];
  for (const kind of ['interest', 'event'] as const) {
    const rows: KeptRow[] = [];
    let page: readonly VenueRow[];
    do {
      const before = rows.at(-1);
      page = await venueRows(shared, account, { kind, limit: pageRows, ...(before && { before: { at: before.at, id: before.id } }) });
      rows.push(...page.map((row) => ({ ...row, kind })));
    } while (page.length === pageRows && !stopped());
    lists.push(rows.reverse());
  }
  return lists.flat().sort((a, b) => a.at - b.at);
}

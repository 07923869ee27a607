import { english, type Message } from '../core/message.ts';
import type { Answer, WriteRecord } from '../engine/ledger/record.ts';
import { fold } from '../engine/ledger/write-states.ts';
import { madeAt, stateWord } from '../words/activity.ts';
import { aliasOf, cut, iso, plain, plainText } from './named.ts';
import type { Looking } from './looking.ts';
import { WrongInput } from './schema.ts';

const mostListed = 20;
const mostSteps = 20;
/** Letters of a message of the exchange. */
const mostOfText = 120;

const note =
  'From the activity log of this computer. Only the state Confirmed means that the exchange proved it. Text under "data" comes from others.';

/** One change from the activity log: what was requested, sent, answered and proven. Without an id, the newest ones in short. */
export async function explain(looking: Looking, input: object): Promise<object> {
  const { change: id } = input as { readonly change?: string };
  const { amounts } = looking.options();
  const rows = await looking.steps(id);
  const records = [...fold(rows).values()].reverse();
  if (id === undefined)
    return {
      note,
      ...cut(
        'changes',
        records.map((record) => ({ change: plain(record.id), state: english(stateWord(record)), ...requested(record, amounts) })),
        mostListed,
      ),
    };
  const [record] = records;
  if (record === undefined) throw new WrongInput('change', 'no change has this id. Without an id the newest are listed.');
  return {
    note,
    change: plain(record.id),
    state: english(stateWord(record)),
    requested: requested(record, amounts),
    ...cut(
      'steps',
      rows.map((row) => ({ state: english(stateWord(row)), at: iso(row.updatedAt) })),
      mostSteps,
    ),
    figures: figuresOf(record),
    sent: sentOf(record, amounts),
    ...proofOf(record, amounts),
    ...(record.note === undefined ? {} : { reason: marked(record.note, amounts) }),
  };
}

function requested(record: WriteRecord, amounts: boolean): object {
  const { change, accountId, venue } = record;
  return {
    account: aliasOf({ venue, id: accountId }),
    at: iso(madeAt(record)),
    kind: change.kind,
    direction: change.direction,
    coin: plain(change.coin),
    ...('position' in change
      ? { position: plain(change.position.instrument) }
      : { loan: plain(change.loan.orderId ?? change.loan.loanId) }),
    ...('collateral' in change ? { sold: plain(change.collateral) } : {}),
    ...(amounts ? { amount: change.amount } : {}),
  };
}

/** What is unknown is absent. */
const figuresOf = ({
  ltvBefore,
  ltvEstimate,
  ltvAfter,
  liquidationBefore,
  liquidationEstimate,
  liquidationAfter,
}: WriteRecord): object => ({ ltvBefore, ltvEstimate, ltvAfter, liquidationBefore, liquidationEstimate, liquidationAfter });

/** Without headers: they are not in the log, and no key is. */
function sentOf({ request, sentAt, answer, again, reference }: WriteRecord, amounts: boolean): object {
  return {
    ...(sentAt === undefined ? { nothingWasSent: true } : { at: iso(sentAt) }),
    method: plain(request.method),
    path: plainText(request.path.split('?')[0] ?? '', mostOfText),
    ...(amounts && request.body !== '' ? { body: bodyOf(request.body) } : {}),
    ...(answer === undefined ? {} : { answer: answered(answer) }),
    ...(again === undefined
      ? {}
      : { askedAgain: { at: iso(again.at), ...(again.answer === undefined ? {} : { answer: answered(again.answer) }) } }),
    ...(reference === undefined ? {} : { reference: plain(reference) }),
  };
}

const answered = ({ at, kind, code }: Answer): object => ({ at: iso(at), kind, ...(code === undefined ? {} : { code: plain(code) }) });

/** Field by field; anything else as one word. */
function bodyOf(body: string): object | string {
  try {
    const fields = JSON.parse(body) as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [plain(name), plain(typeof value === 'string' ? value : JSON.stringify(value))]),
    );
  } catch {
    return plain(body);
  }
}

function proofOf({ state, sentAt, evidence, freezeLiftedAt }: WriteRecord, amounts: boolean): object {
  const isMarked = state === 'effective' || (state === 'not-effective' && sentAt !== undefined);
  if (evidence === undefined) return isMarked ? { proof: { by: 'person' } } : {};
  const row = evidence.kind === 'history' ? evidence.row : undefined;
  return {
    proof: {
      by: evidence.kind,
      ...(evidence.kind === 'history' ? { id: plain(evidence.id) } : {}),
      ...(row === undefined
        ? {}
        : { type: plain(row.type), coin: plain(row.coin), at: iso(row.at), ...(amounts ? { amount: row.amount } : {}) }),
    },
    ...(freezeLiftedAt === undefined ? {} : { unfrozenAt: iso(freezeLiftedAt) }),
  };
}

/** Our sentence with its gaps, and apart from it what stands in them, which may be the exchange's words. What has digits may be an amount. */
const marked = ({ template, args }: Message, amounts: boolean): object => ({
  text: template,
  data: args.map((arg) => (typeof arg !== 'string' ? marked(arg, amounts) : amounts || !/\d/.test(arg) ? plainText(arg, mostOfText) : '…')),
});

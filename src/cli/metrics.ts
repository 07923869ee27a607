import type { LevelName } from '../agent/named.ts';
import type { AccountStatus, LoanStatus, PositionStatus, Status } from '../agent/status.ts';

/** Source: https://prometheus.io/docs/specs/om/open_metrics_spec/ */
export const metricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** How many requests of each outcome were sent, by venue and outcome. */
export type RequestCounts = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** How many rows of the activity log may still have an effect or keep their account frozen, by their state. */
export type OpenRows = Readonly<Record<'sent' | 'accepted' | 'unknown' | 'mismatch', number>>;

/** What is told beside the status. */
interface Beside {
  readonly version?: string | undefined;
  readonly requests?: RequestCounts | undefined;
  /** Undefined if the activity log isn't known or can't be read. */
  readonly openRows?: OpenRows | undefined;
}

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly labels: Labels;
  /** In the characters it was given in. Undefined if unknown: then there is no sample. */
  readonly value: string | undefined;
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
  /** Default: a gauge. */
  readonly type?: 'gauge' | 'counter' | 'info';
}

const levels: readonly LevelName[] = ['ok', 'watch', 'warning', 'danger', 'unknown'];

/** The status as OpenMetrics text. Ratios that are out of date or weren't read are left out. */
export function metricsText({ accounts }: Status, { version, requests = new Map(), openRows }: Beside): string {
  const counts = [...requests].flatMap(([venue, outcomes]) =>
    [...outcomes].map(([outcome, count]) => ({ labels: { venue, outcome }, value: count.toString() })),
  );
  const open = Object.entries(openRows ?? {}).map(([state, count]) => ({ labels: { state }, value: count.toString() }));
  const families: readonly Family[] = [
    ...accountFamilies(accounts),
    ...unitFamilies(accounts),
    { name: 'requests', type: 'counter', help: 'Requests to exchanges, by outcome.', samples: counts },
    { name: 'ledger_open_rows', help: 'Changes not proven yet, or whose account is frozen until a person looks.', samples: open },
    { name: 'build', type: 'info', help: 'The version of LTV Gauge.', samples: version === undefined ? [] : [one({ version })] },
  ];
  return `${families.map(familyText).join('')}# EOF\n`;
}

function accountFamilies(accounts: readonly AccountStatus[]): readonly Family[] {
  const each = (valueOf: (account: AccountStatus) => string | undefined): Sample[] =>
    accounts.map((account) => ({ labels: labelsOf(account), value: valueOf(account) }));
  const about = accounts.map(({ name, money, ...account }) =>
    one({ ...labelsOf(account), money, ...(name === undefined ? {} : { name }) }),
  );
  const states = accounts.flatMap(({ loans, positions, gone, ...account }) =>
    [
      ...loans.map(({ loan, level }) => ({ labels: { kind: 'loan', unit: loan }, level })),
      ...positions.map((position) => ({ labels: { kind: 'position', ...positionLabels(position) }, level: position.level })),
      ...gone.filter(({ wasNear }) => wasNear).map(({ what, name }) => ({ labels: { kind: what, unit: name }, level: 'danger' })),
    ].flatMap(({ labels, level }) =>
      levels.map((name) => ({ labels: { ...labelsOf(account), ...labels, level: name }, value: name === level ? '1' : '0' })),
    ),
  );
  const missing = accounts.flatMap((account) => account.notRead.map((part) => one({ ...labelsOf(account), part })));
  const at = each(({ readAt }) => (readAt === undefined ? undefined : (Date.parse(readAt) / 1_000).toFixed(3)));
  return [
    { name: 'account', type: 'info', help: 'Each account and whether its money is live, demo or simulated.', samples: about },
    { name: 'up', help: 'Whether the figures of an account are up to date.', samples: each(({ current }) => (current ? '1' : '0')) },
    { name: 'not_read', help: 'A part of an account that could not be read, for example for lack of a permission.', samples: missing },
    { name: 'snapshot_timestamp_seconds', help: 'When the figures of an account were read.', samples: at },
    { name: 'alert_state', help: 'The level of each loan and position: 1 for the one it is at.', samples: states },
    {
      name: 'gone',
      help: 'Loans and positions that the exchange stopped listing within a day, perhaps liquidated.',
      samples: each(({ gone }) => gone.length.toString()),
    },
  ];
}

function unitFamilies(accounts: readonly AccountStatus[]): readonly Family[] {
  const loans = accounts
    .filter(isRead('loans'))
    .flatMap((account) => account.loans.map((loan) => ({ loan, labels: { ...labelsOf(account), unit: loan.loan } })));
  const each = (name: string, help: string, valueOf: (loan: LoanStatus) => string | undefined): Family => ({
    ...{ name: `loan_${name}_ratio`, help },
    samples: loans.map(({ loan, labels }) => ({ labels, value: valueOf(loan) })),
  });
  const amounts = (of: 'debts' | 'collateral'): Sample[] =>
    loans.flatMap(({ loan, labels }) => (loan[of] ?? []).map(({ coin, amount }) => ({ labels: { ...labels, coin }, value: amount })));
  const positions = accounts.filter(isRead('positions')).flatMap((account) =>
    account.positions.map((position) => ({
      labels: { ...labelsOf(account), ...positionLabels(position) },
      value: position.toLiquidation,
    })),
  );
  return [
    each('ltv', 'Loan-to-value ratio.', ({ ltv }) => ltv),
    each('margin_call_ltv', 'The LTV of the margin call.', ({ marginCallLtv }) => marginCallLtv),
    each('liquidation_ltv', 'The LTV of liquidation.', ({ liquidationLtv }) => liquidationLtv),
    each('distance_to_margin_call', 'How far all collateral may fall before the margin call.', ({ toMarginCall }) => toMarginCall),
    each('distance_to_liquidation', 'How far all collateral may fall before liquidation.', ({ toLiquidation }) => toLiquidation),
    { name: 'loan_debt', help: 'What is owed, by coin.', samples: amounts('debts') },
    { name: 'loan_collateral', help: 'What is pledged, by coin.', samples: amounts('collateral') },
    { name: 'position_distance_to_liquidation_ratio', help: 'How far the mark price may move before liquidation.', samples: positions },
  ];
}

const one = (labels: Labels): Sample => ({ labels, value: '1' });
const isRead =
  (what: AccountStatus['notRead'][number]) =>
  ({ current, notRead }: AccountStatus): boolean =>
    current && !notRead.includes(what);
const labelsOf = ({ exchange, account }: Pick<AccountStatus, 'exchange' | 'account'>): Labels => ({ venue: exchange, account });
const positionLabels = ({ position, side, marginMode }: PositionStatus): Labels => ({ unit: position, side, margin_mode: marginMode });

/** What the name of a metric ends in, if that is a unit. */
const unitOf = (name: string): string | undefined => /_(ratio|seconds)$/.exec(name)?.[1];
const suffixes = { gauge: '', counter: '_total', info: '_info' } as const;

function familyText({ name, help, samples, type = 'gauge' }: Family): string {
  const full = `ltv_gauge_${name}`;
  const unit = unitOf(name);
  const seen = new Map<string, number>();
  const lines = samples.flatMap(({ labels, value }) => {
    // Positions that differ in nothing we name would be one series, which makes the whole text invalid.
    const nth = (seen.get(JSON.stringify(labels)) ?? 0) + 1;
    seen.set(JSON.stringify(labels), nth);
    const all = Object.entries(nth === 1 ? labels : { ...labels, nth: nth.toString() });
    return value === undefined
      ? []
      : [`${full}${suffixes[type]}{${all.map(([key, text]) => `${key}="${escaped(text)}"`).join(',')}} ${value}\n`];
  });
  if (lines.length === 0) return '';
  return [
    `# TYPE ${full} ${type}\n`,
    ...(unit === undefined ? [] : [`# UNIT ${full} ${unit}\n`]),
    `# HELP ${full} ${help}\n`,
    ...lines,
  ].join('');
}

const escaped = (text: string): string => text.replace(/[\\"\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`));

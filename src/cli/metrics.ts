import type { LevelName } from '../agent/named.ts';
import type { AccountStatus, LoanStatus, PositionStatus, Status } from '../agent/status.ts';

/** Source: https://prometheus.io/docs/specs/om/open_metrics_spec/ */
export const metricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** How many requests of each outcome were sent, by venue and outcome. */
export type RequestCounts = ReadonlyMap<string, ReadonlyMap<string, number>>;

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly labels: Labels;
  /** In the characters it was given in. Undefined if unknown: then there is no sample. */
  readonly value: string | undefined;
}

interface Family {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'info';
  readonly help: string;
  readonly samples: readonly Sample[];
}

const levels: readonly LevelName[] = ['ok', 'watch', 'warning', 'danger', 'unknown'];

/** The status as OpenMetrics text. Ratios that are out of date or weren't read are left out. */
export function metricsText(status: Status, version: string | undefined, requests: RequestCounts = new Map()): string {
  const families = [...accountFamilies(status.accounts), ...loanFamilies(status.accounts), ...positionFamilies(status.accounts)];
  const counts = [...requests].flatMap(([venue, outcomes]) =>
    [...outcomes].map(([outcome, count]) => ({ labels: { venue, outcome }, value: count.toString() })),
  );
  const about = version === undefined ? [] : [{ labels: { version }, value: '1' }];
  families.push(
    { name: 'requests', type: 'counter', help: 'Requests to exchanges, by outcome.', samples: counts },
    { name: 'build', type: 'info', help: 'The version of LTV Gauge.', samples: about },
  );
  return `${families.map(familyText).join('')}# EOF\n`;
}

function accountFamilies(accounts: readonly AccountStatus[]): Family[] {
  const each = (valueOf: (account: AccountStatus) => string | undefined): Sample[] =>
    accounts.map((account) => ({ labels: labelsOf(account), value: valueOf(account) }));
  const about = accounts.map(({ name, money, ...account }) => ({
    labels: { ...labelsOf(account), money, ...(name === undefined ? {} : { name }) },
    value: '1',
  }));
  const states = accounts.flatMap((account) => [
    ...account.loans.map(({ loan, level }) => ({ account, labels: { kind: 'loan', unit: loan }, level })),
    ...account.positions.map((position) => ({
      account,
      labels: { kind: 'position', ...positionLabels(position) },
      level: position.level,
    })),
    ...account.gone
      .filter(({ wasNear }) => wasNear)
      .map(({ what, name }) => ({ account, labels: { kind: what, unit: name }, level: 'danger' as const })),
  ]);
  return [
    { name: 'account', type: 'info', help: 'Each account and whether its money is live, demo or simulated.', samples: about },
    {
      name: 'up',
      type: 'gauge',
      help: 'Whether the figures of an account are up to date.',
      samples: each(({ current }) => (current ? '1' : '0')),
    },
    {
      name: 'not_read',
      type: 'gauge',
      help: 'A part of an account that could not be read, for example for lack of a permission.',
      samples: accounts.flatMap((account) => account.notRead.map((part) => ({ labels: { ...labelsOf(account), part }, value: '1' }))),
    },
    {
      name: 'snapshot_timestamp_seconds',
      type: 'gauge',
      help: 'When the figures of an account were read.',
      samples: each(({ readAt }) => (readAt === undefined ? undefined : (Date.parse(readAt) / 1_000).toFixed(3))),
    },
    {
      name: 'alert_state',
      type: 'gauge',
      help: 'The level of each loan and position: 1 for the one it is at.',
      samples: states.flatMap(({ account, labels, level }) =>
        levels.map((one) => ({ labels: { ...labelsOf(account), ...labels, level: one }, value: one === level ? '1' : '0' })),
      ),
    },
    {
      name: 'gone',
      type: 'gauge',
      help: 'Loans and positions that the exchange stopped listing within a day, perhaps liquidated.',
      samples: each(({ gone }) => gone.length.toString()),
    },
  ];
}

function loanFamilies(accounts: readonly AccountStatus[]): Family[] {
  const each = (valueOf: (loan: LoanStatus) => string | undefined): Sample[] =>
    accounts
      .filter(isRead('loans'))
      .flatMap((account) => account.loans.map((loan) => ({ labels: { ...labelsOf(account), unit: loan.loan }, value: valueOf(loan) })));
  const amounts = (of: 'debts' | 'collateral'): Sample[] =>
    accounts
      .filter(isRead('loans'))
      .flatMap((account) =>
        account.loans.flatMap((loan) =>
          (loan[of] ?? []).map(({ coin, amount }) => ({ labels: { ...labelsOf(account), unit: loan.loan, coin }, value: amount })),
        ),
      );
  return [
    { name: 'loan_ltv_ratio', type: 'gauge', help: 'Loan-to-value ratio.', samples: each(({ ltv }) => ltv) },
    {
      name: 'loan_margin_call_ltv_ratio',
      type: 'gauge',
      help: 'The LTV of the margin call.',
      samples: each(({ marginCallLtv }) => marginCallLtv),
    },
    {
      name: 'loan_liquidation_ltv_ratio',
      type: 'gauge',
      help: 'The LTV of liquidation.',
      samples: each(({ liquidationLtv }) => liquidationLtv),
    },
    {
      name: 'loan_distance_to_margin_call_ratio',
      type: 'gauge',
      help: 'How far all collateral may fall before the margin call.',
      samples: each(({ toMarginCall }) => toMarginCall),
    },
    {
      name: 'loan_distance_to_liquidation_ratio',
      type: 'gauge',
      help: 'How far all collateral may fall before liquidation.',
      samples: each(({ toLiquidation }) => toLiquidation),
    },
    { name: 'loan_debt', type: 'gauge', help: 'What is owed, by coin.', samples: amounts('debts') },
    { name: 'loan_collateral', type: 'gauge', help: 'What is pledged, by coin.', samples: amounts('collateral') },
  ];
}

function positionFamilies(accounts: readonly AccountStatus[]): Family[] {
  const samples = accounts.filter(isRead('positions')).flatMap((account) =>
    account.positions.map((position) => ({
      labels: { ...labelsOf(account), ...positionLabels(position) },
      value: position.toLiquidation,
    })),
  );
  return [
    {
      name: 'position_distance_to_liquidation_ratio',
      type: 'gauge',
      help: 'How far the mark price may move before liquidation.',
      samples,
    },
  ];
}

const isRead =
  (what: AccountStatus['notRead'][number]) =>
  ({ current, notRead }: AccountStatus): boolean =>
    current && !notRead.includes(what);
const labelsOf = ({ exchange, account }: Pick<AccountStatus, 'exchange' | 'account'>): Labels => ({ venue: exchange, account });
const positionLabels = ({ position, side, marginMode }: PositionStatus): Labels => ({ unit: position, side, margin_mode: marginMode });

/** What the name of a metric ends in, if that is a unit. */
const unitOf = (name: string): string | undefined => /_(ratio|seconds)$/.exec(name)?.[1];
const suffixes = { gauge: '', counter: '_total', info: '_info' } as const;

function familyText({ name, type, help, samples }: Family): string {
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
      : [`${full}${suffixes[type]}{${all.map(([key, one]) => `${key}="${escaped(one)}"`).join(',')}} ${value}\n`];
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

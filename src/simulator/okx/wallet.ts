import { endpoint, optional, type Endpoint, type Question } from './endpoints.ts';

/** The one user of this exchange. */
export const uid = '44705892343619584';

function config({ key, world }: Question): readonly unknown[] {
  return [
    {
      uid,
      mainUid: uid,
      acctLv: world.trading.acctLv,
      posMode: world.trading.posMode,
      autoLoan: false,
      enableSpotBorrow: false,
      ctIsoMode: 'automatic',
      mgnIsoMode: 'automatic',
      kycLv: '2',
      label: key?.label ?? '',
      ip: key?.ip ?? '',
      perm: key?.permissions.join(',') ?? '',
      stgyType: '0',
      settleCcy: 'USDC',
      type: '0',
    },
  ];
}

function balances({ world, parameters }: Question): readonly unknown[] {
  const wanted = optional(parameters, 'ccy')?.split(',');
  return world.wallet
    .filter(({ ccy }) => wanted?.includes(ccy) ?? true)
    .map(({ ccy, amt }) => ({ ccy, bal: amt, availBal: amt, frozenBal: '0' }));
}

const reading = { permission: 'read_only' } as const;

/** The account with its key, and the funding wallet. */
export const walletEndpoints: readonly Endpoint[] = [
  endpoint('account/config', 5, config, reading),
  endpoint('asset/balances', 6, balances, { ...reading, limit: { requests: 6, windowMs: 1000 } }),
];

import { compare, decimalPlaces, divide, isPositive, multiply, subtract, zero, type Decimal } from '../core/decimal.ts';
import { hideable, msg, type Message } from '../core/message.ts';
import type { CoinAmount, Loan, Position, Snapshot } from '../core/model.ts';
import { modelOf, ltvOf } from '../core/risk/loan-model.ts';
import type { Step } from '../core/risk/ltv-solver.ts';
import { borrowLimit } from '../engine/accounts/borrowing.ts';
import { kindOf, noneRemovable, type Kinds } from '../engine/ledger/change-kind.ts';
import type * as Checks from '../engine/ledger/limit-checks.ts';
import type { LimitsFault, LimitsInForce } from '../engine/ledger/limits.ts';
import { holderOf } from '../engine/ledger/owner.ts';
import type { AnyPreview } from '../engine/ledger/preview.ts';
import type { WriteRecord } from '../engine/ledger/record.ts';
import { Refusal, unavailableLog } from '../engine/ledger/refusal.ts';
import { isCurrent } from '../engine/monitor/pace.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { offersFor, type Offers } from '../engine/targets/ltv-offers.ts';
import type { Change, Readiness } from '../exchanges/exchange.ts';
import { canBorrow, canRepay, canSell } from '../exchanges/possible.ts';
import { loanAt, positionAt, isOfLoan, isOfPosition, type PlaceOn } from '../views/place.ts';
import { isDemo, readingAge, type ViewContext } from '../words/account.ts';
import { figuresOf, loanWords, stakesMark, warningOf } from '../words/collateral-preview.ts';
import { frozenText, loanLabel } from '../words/kinds.ts';
import { noWay } from '../words/ltv-target.ts';
import { marginOutlook } from '../words/margin-preview.ts';
import { clipped, numbered, readPlan, reasonText, type PlanFault, type PlanStep, type PlacedStep } from '../words/plan-text.ts';
import { fixedReason, namedWithSide } from '../words/position.ts';
import { bracketed, labelled, lastKnown, spaced, type Text } from '../words/text.ts';
import type { Acting } from './acting.ts';
import { refOf } from './choose.ts';

/** The loan or position that a step names. */
export type Meant = { readonly state: AccountState; readonly place: PlaceOn } & ({ readonly loan: Loan } | { readonly position: Position });

/** Why a step can't be done, and the field that says it. */
interface Obstacle {
  readonly field: Parameters<PlacedStep['at']>[0];
  readonly sentence: Message;
  /** Figures may change; names and acts don't. */
  readonly byFigures?: true;
}

/** What a step names, among the accounts as they were last read. One name that fits two is none. */
export function meantBy({ account, on }: PlanStep, states: readonly AccountState[]): Meant | Obstacle {
  const named = states.filter((state) => state.account.name === account);
  const [state] = named;
  if (state === undefined) return { field: 'account', sentence: msg('plan.no-account', 'No account is called {0}.', clipped(account, 60)) };
  if (named.length > 1) return { field: 'account', sentence: ambiguous(account) };
  const { snapshot } = state;
  if (snapshot === undefined) return { field: 'account', sentence: labelled(state.account.name, readingAge(state, 0)), byFigures: true };
  const { id } = state.account;
  const found: readonly Meant[] =
    on.kind === 'loan'
      ? snapshot.loans.filter((loan) => loanName(loan) === on.name).map((loan) => ({ state, loan, place: loanAt(id, loan.id) }))
      : snapshot.positions
          .filter((position) => positionName(position) === on.name)
          .map((position) => ({ state, position, place: positionAt(id, position.positionId) }));
  if (found.length > 1) return { field: on.kind, sentence: ambiguous(on.name) };
  const trouble = on.kind === 'loan' ? snapshot.loansTrouble : snapshot.positionsTrouble;
  const gone = trouble ?? msg('choose.gone', 'This loan or position no longer exists.');
  return found[0] ?? { field: on.kind, sentence: gone };
}

const ambiguous = (name: string): Message => msg('plan.ambiguous', '{0} could mean more than one.', clipped(name, 60));

/** How a plan names a loan and a position. */
export const loanName = ({ orderId, id }: Loan): string => loanLabel(orderId, id);
export const positionName = ({ instrument, side }: Position): string => `${instrument} ${side}`;

/** The coins that an act could be about, there. */
export function coinsFor(act: PlanStep['act'], meant: Meant): readonly string[] {
  if ('position' in meant) return [meant.position.marginCoin];
  const { loan, state } = meant;
  const wallet = (state.snapshot?.wallet ?? []).filter(({ pledgeable }) => pledgeable !== false);
  const owed = loan.debts.filter(({ amount }) => isPositive(amount));
  const listed = act === 'add' ? [...loan.collateral, ...wallet] : act === 'remove' ? loan.collateral : owed;
  return [...new Set(listed.map(({ coin }) => coin))];
}

/** Why an act is none for this loan or position. */
function impossible({ act, coin, sell }: PlanStep, meant: Meant): Obstacle | undefined {
  const notOffered = { field: 'act', sentence: msg('change.not-offered', "This account doesn't offer that. Nothing was sent.") } as const;
  if ('position' in meant) {
    const fixed = fixedReason(meant.position);
    if (fixed !== undefined) return { field: 'act', sentence: fixed };
  } else {
    const { loan, state } = meant;
    const can = { add: true, remove: true, repay: canRepay, repayWithCollateral: canSell, borrow: canBorrow }[act];
    if (typeof can === 'function' && !can(state.account, loan)) return notOffered;
    if (sell !== undefined && !loan.collateral.some((held) => held.coin === sell)) return { field: 'sell', sentence: noneRemovable(sell) };
  }
  const coins = coinsFor(act, meant);
  if (coins.includes(coin)) return undefined;
  const sentence = msg('plan.no-coin', '{0} is none of the coins for this: {1}.', clipped(coin, 20), coins.join(', '));
  return { field: 'coin', sentence };
}

/** Changes that are open or frozen keep the account from this one. */
function inTheWay(meant: Meant, { frozen, openWrites }: Pick<ViewContext, 'frozen' | 'openWrites'>): Obstacle | undefined {
  const { state, place } = meant;
  const { account } = state;
  const mismatch = frozen(account.id);
  if (mismatch !== undefined) return { field: 'account', sentence: frozenText(mismatch, account.name), byFigures: true };
  if (account.readOnly) return { field: 'account', sentence: labelled(account.name, msg('term.read-only', 'read-only')) };
  const { kind, id } = place.on;
  const open = openWrites(account.id).some(({ change }) => (kind === 'loan' ? isOfLoan(change, id) : isOfPosition(change, id)));
  const name = 'loan' in meant ? loanWords(meant.loan.orderId, id) : namedWithSide(meant.position);
  const sentence = msg('choose.earlier-change-unfinished', 'An earlier change of {0} is unfinished. Resolve it first.', name);
  return open ? { field: kind, sentence, byFigures: true } : undefined;
}

/** Solvers know a sale by its coin. */
export const solved = { add: 'add', remove: 'reduce', repay: 'repay', repayWithCollateral: 'sell' } as const;

/** The one change of an offer that does what a step with a target says. Undefined where its act and coin alone don't lead there. */
export function wayOf({ offers }: Offers, { act, coin, sell }: PlanStep): Step | undefined {
  const [way] = offers.flatMap(({ steps: [only, ...more], shortBy }) => {
    const fits = act !== 'borrow' && only?.act === solved[act] && only.coin === coin && only.sold === sell;
    return only !== undefined && fits && shortBy === undefined && more.length === 0 ? [only] : [];
  });
  return way;
}

function amountOf(step: PlanStep, meant: Meant): Decimal | undefined {
  if ('amount' in step.much) return step.much.amount;
  if ('position' in meant) return undefined;
  const { loan, state } = meant;
  const { snapshot } = state;
  const prices = pricesOf(snapshot);
  const model = modelOf(loan, prices);
  if (typeof model === 'string' || snapshot === undefined) return undefined;
  const direction = compare(ltvOf(model) ?? model.ltv, step.much.target) > 0 ? 'add' : 'reduce';
  const held = direction === 'reduce' ? loan.collateral : snapshot.wallet.filter(({ pledgeable }) => pledgeable !== false);
  const coins = held.map(({ coin, amount }) => ({ coin, limit: amount }));
  const wallet = snapshot.walletTrouble === undefined ? { wallet: snapshot.wallet } : {};
  const reading = { loan, model, prices, direction, coins, ...wallet, sells: canSell(state.account, loan) } as const;
  return wayOf(offersFor(reading, step.much.target), step)?.amount;
}

const pricesOf = (snapshot: Snapshot | undefined): ReadonlyMap<string, Decimal> => new Map(Object.entries(snapshot?.prices ?? {}));
const amountIn = (coins: readonly CoinAmount[], coin: string): Decimal => coins.find((one) => one.coin === coin)?.amount ?? zero;

/** The change of a step. */
export function changeOf({ act, coin, sell = '' }: PlanStep, amount: Decimal, meant: Meant): Change {
  const direction = act === 'add' ? 'add' : 'reduce';
  if ('position' in meant) return { kind: 'margin', position: refOf(meant.position), direction, coin, amount };
  const { id, orderId, debts } = meant.loan;
  const loan = { loanId: id, ...(orderId === undefined ? {} : { orderId }) };
  const all = compare(amount, amountIn(debts, coin)) === 0;
  switch (act) {
    case 'add':
    case 'remove':
      return { kind: 'collateral', loan, direction, coin, amount };
    case 'repay':
      return { kind: 'repay', loan, direction: 'add', coin, amount, all, requestId: 'plan' };
    case 'repayWithCollateral':
      return { kind: 'repay-collateral', loan, direction: 'reduce', coin, collateral: sell, amount, all };
    case 'borrow':
      return { kind: 'borrow', loan, direction: 'reduce', coin, amount, requestId: 'plan' };
  }
}

/** Limits of an exchange are known only when it is asked for a change. */
const anyPlaces = 18;

/** What the last reading knows of all that the engine decides on. What it doesn't know forbids nothing here: the step's own preview asks for it. */
function readinessFor(change: Change, meant: Meant): Readiness | undefined {
  const { snapshot } = meant.state;
  const { coin, amount, direction } = change;
  if (snapshot === undefined) return undefined;
  const { asOf } = snapshot;
  if (change.kind === 'margin') {
    if (!('position' in meant)) return undefined;
    const { position } = meant;
    const { margin = zero, size } = position;
    const reducible = { amount: margin, source: 'estimate' } as const;
    const places = decimalPlaces(amount);
    return { kind: 'margin', position, walletAvailable: amount, reducible, places, baseline: { kind: 'margin', size, margin }, asOf };
  }
  if (!('loan' in meant)) return undefined;
  const { loan } = meant;
  const { kind } = change;
  const walletAvailable = snapshot.walletTrouble === undefined ? amountIn(snapshot.wallet, coin) : amount;
  const [debt, pledged] = [amountIn(loan.debts, coin), amountIn(loan.collateral, 'collateral' in change ? change.collateral : coin)];
  const limit = kind === 'borrow' ? amount : direction === 'add' ? walletAvailable : pledged;
  const baseline = { kind, debt, pledged };
  const all = { kind, loan, walletAvailable, debt, limit, places: anyPlaces, fee: noWay(), prices: pricesOf(snapshot), baseline, asOf };
  // Each kind takes of it what it decides on.
  return all as Readiness;
}

/** What a plan is looked at with. */
interface Scene {
  readonly states: readonly AccountState[];
  readonly viewContext: ViewContext;
  readonly limits: LimitsInForce | LimitsFault;
  /** What was sent before counts towards the limits of a day. */
  readonly writes: readonly WriteRecord[];
  /** The rules of the engine, which are loaded when first needed. */
  readonly kinds: Kinds;
  readonly mustBeWithin: typeof Checks.mustBeWithin;
}

/** Everything that is known without asking an exchange. */
export async function sceneFor(app: Pick<Acting, 'readLimits' | 'book' | 'ledger' | 'store' | 'viewContext'>): Promise<Scene> {
  const [limits, { kinds }, { mustBeWithin }] = await Promise.all([
    app.readLimits(),
    import('../engine/ledger/kinds/kinds.ts'),
    import('../engine/ledger/limit-checks.ts'),
  ]);
  const borrowPerDayUsd = (id: string): Decimal => borrowLimit(app.book.get(id));
  const writes = await app.ledger.activity().catch(() => undefined);
  return {
    states: app.store.all(),
    viewContext: app.viewContext(),
    limits: writes === undefined ? { fault: unavailableLog() } : { ...limits, borrowPerDayUsd },
    writes: writes ?? [],
    kinds,
    mustBeWithin,
  };
}

/** A step as it would go: with the preview of the engine, or why not. Neither where an earlier step ends the plan. */
export interface Foreseen {
  readonly placed: PlacedStep;
  readonly preview?: AnyPreview;
  readonly obstacle?: Obstacle;
}

/**
 * How a plan would go by the last readings, each step after the ones before it. The rules are those of the engine, which checks everything again
 * by fresh figures when a step is previewed.
 */
export function foreseen(steps: readonly PlacedStep[], scene: Scene): readonly Foreseen[] {
  const { states, viewContext, writes } = scene;
  let world = states;
  const sent = [...writes];
  let isOver = false;
  return steps.map((placed): Foreseen => {
    const { step } = placed;
    const meant = meantBy(step, world);
    const obstacle = 'field' in meant ? meant : (impossible(step, meant) ?? (isOver ? undefined : inTheWay(meant, viewContext)));
    if ('field' in meant || obstacle !== undefined || isOver) {
      isOver = true;
      return { placed, ...(obstacle === undefined ? {} : { obstacle }) };
    }
    try {
      const preview = previewOf(step, meant, scene, sent);
      sent.push(asSent(preview, viewContext.now));
      const after = stateAfter(meant, preview);
      world = world.map((state) => (state.account.id === after.account.id ? after : state));
      return { placed, preview };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      isOver = true;
      return { placed, obstacle: { field: 'much', sentence: error.sentence, byFigures: true } };
    }
  });
}

function previewOf(
  step: PlanStep,
  meant: Meant,
  { limits, kinds, mustBeWithin, viewContext: { now } }: Scene,
  sent: readonly WriteRecord[],
): AnyPreview {
  const amount = amountOf(step, meant);
  const change = amount && changeOf(step, amount, meant);
  const readiness = change && readinessFor(change, meant);
  if (change === undefined || readiness === undefined) throw new Refusal(noWay());
  const kind = kindOf(kinds, change);
  const price = meant.state.snapshot?.prices?.[change.coin];
  const preview = kind.preview(meant.state.account, kind.check(change), readiness, price);
  // What the wallet of margin holds isn't known before it is asked for.
  const isWalletKnown = 'loan' in meant && meant.state.snapshot?.walletTrouble === undefined;
  const inForce = 'fault' in limits || isWalletKnown ? limits : { ...limits, keepInWallet: new Map<string, Decimal>() };
  mustBeWithin(inForce, kinds, preview, sent, { now, steady: now });
  return preview;
}

/** As the limits of a day count it. */
function asSent({ account, change, readiness, readAt, usd, ...rest }: AnyPreview, now: number): WriteRecord {
  const { walletAvailable, baseline } = readiness;
  const sold = 'sold' in rest ? { sold: rest.sold } : {};
  return {
    ...holderOf(account),
    ...{ id: 'plan', venue: account.venue, accountName: account.name, change, baseline, state: 'effective', plannedAt: now, sentAt: now },
    request: { method: '', path: '', body: '' },
    figures: { readAt, walletAvailable, ...(usd === undefined ? {} : { usd }), ...sold },
    // It has left the wallet already.
    updatedAt: 0,
  };
}

const withAmount = <C extends CoinAmount>(coins: readonly C[], coin: string, amount: Decimal): readonly (C | CoinAmount)[] => [
  ...coins.filter((one) => one.coin !== coin),
  { ...coins.find((one) => one.coin === coin), coin, amount },
];

/** The account once the step is done, by our estimate. */
function stateAfter({ state, ...meant }: Meant, preview: AnyPreview): AccountState {
  const { snapshot } = state;
  if (snapshot === undefined) return state;
  const swapped = <T>(all: readonly T[], one: T, next: T): readonly T[] => all.map((other) => (other === one ? next : other));
  if (preview.kind === 'margin') {
    if (!('position' in meant)) return state;
    const { margin: _margin, liquidationPrice: _price, ...rest } = meant.position;
    const { margin, liquidationPrice } = preview.after;
    const position = {
      ...rest,
      ...(margin === undefined ? {} : { margin }),
      ...(liquidationPrice === undefined ? {} : { liquidationPrice }),
    };
    return { ...state, snapshot: { ...snapshot, positions: swapped(snapshot.positions, meant.position, position) } };
  }
  if (!('loan' in meant)) return state;
  const { coin } = preview.change;
  const wallet = preview.walletAfter === undefined ? snapshot.wallet : withAmount(snapshot.wallet, coin, preview.walletAfter);
  const loan = loanAfter(meant.loan, preview);
  return { ...state, snapshot: { ...snapshot, wallet, loans: swapped(snapshot.loans, meant.loan, loan) } };
}

function loanAfter(before: Loan, preview: Exclude<AnyPreview, { kind: 'margin' }>): Loan {
  const { ltv: _ltv, debtUsd: _debt, collateralUsd, liquidationPrice: _price, ...rest } = before;
  const { ltvNow, ltvAfter } = preview;
  let { debts, collateral } = before;
  const take = (coin: string, amount: Decimal): void => {
    collateral = withAmount(collateral, coin, subtract(amountIn(collateral, coin), amount)).filter((held) => isPositive(held.amount));
  };
  if (preview.kind === 'collateral') {
    const { direction, coin, amount } = preview.change;
    take(coin, direction === 'reduce' ? amount : subtract(zero, amount));
  } else debts = withAmount(debts, preview.change.coin, preview.debtAfter);
  const isSold = preview.kind === 'repay-collateral';
  if (isSold) take(preview.change.collateral, preview.sold);
  // LTV is debt over collateral: as the debt stays, what counts as collateral follows. A sale changes both.
  const counts =
    preview.kind !== 'collateral'
      ? collateralUsd
      : collateralUsd && ltvNow && ltvAfter && isPositive(ltvAfter) && divide(multiply(collateralUsd, ltvNow), ltvAfter, 8, 'down');
  return {
    ...rest,
    debts,
    collateral,
    ...(ltvAfter === undefined ? {} : { ltv: ltvAfter }),
    ...(counts === undefined || counts === false || isSold ? {} : { collateralUsd: counts }),
  };
}

/** What is wrong with a plan, and where. */
export function planFaults(text: string, scene: Scene): readonly (PlanFault & { readonly byFigures?: true })[] {
  const read = readPlan(text);
  if ('faults' in read) return read.faults;
  return foreseen(read.steps, scene).flatMap(({ placed, obstacle }) =>
    obstacle === undefined
      ? []
      : [{ ...placed.at(obstacle.field), sentence: obstacle.sentence, ...(obstacle.byFigures === true ? { byFigures: true } : {}) }],
  );
}

/** One line of a preview: a heading, or what is said under it. */
export interface PlanLine {
  readonly text: Text;
  readonly isHeading?: true;
}

/** What each step would do, as lines. Nothing in it acts. */
export function planPreview(text: string, scene: Scene): readonly PlanLine[] {
  const { viewContext } = scene;
  const read = readPlan(text);
  const note = { text: msg('plan.note', 'Estimates by the last reading, each step after the ones before it. Nothing is sent from here.') };
  if ('faults' in read) return [note, ...read.faults.map((fault) => ({ text: atLine(text, fault) }))];
  const names = new Set(read.steps.map(({ step }) => step.account));
  const ages = scene.states
    .filter(({ account }) => names.has(account.name))
    .map((state) => {
      const age = spaced(msg('term.updated', 'Updated'), readingAge(state, viewContext.now));
      const isNow = isCurrent(state, viewContext.now, viewContext.intervalMs);
      const mark = stakesMark(state.account.simulated, isDemo(state, viewContext));
      return { text: labelled(bracketed(state.account.name, mark), isNow ? age : lastKnown(age)) };
    });
  const steps = foreseen(read.steps, scene).flatMap(({ placed: { step }, preview, obstacle }, index) => [
    { text: numbered(index, step), isHeading: true as const },
    ...outlookOf(preview, obstacle, viewContext.hidesAmounts === true).map((line) => ({ text: line })),
    ...reasonText(step).map((line) => ({ text: line })),
  ]);
  return [note, ...ages, ...steps];
}

/** A fault with its line, as editors count them. */
export const atLine = (text: string, { from, sentence }: PlanFault): Message =>
  msg('plan.line', 'Line {0}: {1}', text.slice(0, from).split('\n').length.toString(), sentence);

function outlookOf(preview: AnyPreview | undefined, obstacle: Obstacle | undefined, hidesAmounts: boolean): readonly Message[] {
  if (obstacle !== undefined) return [msg('plan.refused', 'Refused: {0}', hidesAmounts ? hideable(obstacle.sentence) : obstacle.sentence)];
  if (preview === undefined) return [msg('plan.not-reached', 'Not begun: the plan stops before it.')];
  if (preview.kind === 'margin') return marginOutlook(preview);
  const warning = warningOf(preview);
  return [...(warning === undefined ? [] : [warning.sentence]), ...figuresOf(preview)];
}

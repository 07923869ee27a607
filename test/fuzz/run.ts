import { ExchangeError } from '../../src/core/errors.ts';
import type { Snapshot } from '../../src/core/model.ts';
import { Random } from '../watch/random.ts';
import { judge } from './judge.ts';
import { faultsInLists } from './lists.ts';
import { drawMutations, mutated, type Mutation } from './mutations.ts';
import { judgeShown } from './judge-shown.ts';
import { screenOf, type Screen } from './shown.ts';
import { firstAt, nextReading, reading, secondAt, stateAfter } from './read.ts';
import { scenes, type Scene } from './scenes.ts';
import { toldByBybit } from './told-bybit.ts';
import { toldByOkx } from './told-okx.ts';
import type { Answers, Told } from './told.ts';

/** One reading in which something is wrong, after one in which nothing was. */
export interface Case {
  readonly scene: Scene;
  readonly mutations: readonly Mutation[];
  /** Both readings are over one connection. */
  readonly isContinued: boolean;
}

/** Milliseconds; a reading has a few milliseconds of work, and the machine may be busy. */
const mostMs = 2_000;

/** Of all cases, how many have loans alone, or positions alone. */
const partly = 0.55;
const ofLists = 0.1;
const continued = 0.1;
/** Of those that are neither lists nor parts. */
const wholly = 0.25;
const ofKind = (kind: Scene['kind']): readonly Scene[] => scenes.filter((one) => one.kind === kind);
const [wholes, parts, others, lists] = [ofKind('whole'), ofKind('part'), ofKind('other'), ofKind('lists')];

export function caseOf(seed: string, number: number): Case {
  const random = new Random(`${seed}/${number.toString()}`);
  const scene = random.pick(random.chance(ofLists) ? lists : random.chance(partly) ? parts : random.chance(wholly) ? wholes : others);
  return { scene, mutations: drawMutations(random, scene.spots), isContinued: random.chance(continued) };
}

function answersOf({ answers }: Scene, mutations: readonly Mutation[]): Answers {
  return new Map(
    [...answers].map(([address, json]) => {
      const own = mutations.filter(({ answer }) => answer === address);
      return [address, own.length === 0 ? plainOf(address, json) : mutated(json, own)] as const;
    }),
  );
}

const plain = new WeakMap<object, ReturnType<typeof mutated>>();
function plainOf(_address: string, json: Parameters<typeof mutated>[0]): ReturnType<typeof mutated> {
  const known = plain.get(json) ?? mutated(json, []);
  plain.set(json, known);
  return known;
}

/** An account in which nothing is wrong, after one reading, and as it looks after another. */
interface Steady {
  readonly first: Snapshot;
  readonly screen: Screen;
  readonly told: Told;
}

const steadies = new Map<Scene, Promise<Steady>>();
function steadyOf(scene: Scene): Promise<Steady> {
  const known = steadies.get(scene) ?? makeSteady(scene);
  steadies.set(scene, known);
  return known;
}

async function makeSteady(scene: Scene): Promise<Steady> {
  const answers = answersOf(scene, []);
  const first = await reading(scene.venue, answers, firstAt);
  const second = await reading(scene.venue, answers, secondAt);
  return { first, screen: screenOf(stateAfter(scene.venue, first, second)), told: toldBy(scene, answers) };
}

/** The rows that are there as they were, where only rows of the same lists differ. */
function untouchedIn(steady: Steady, told: Told, mutations: readonly Mutation[]): ReadonlySet<string> {
  if (!mutations.every(({ answer, at }) => ownLists.some((name) => answer.includes(name)) && at.length > 2)) return new Set();
  const now = new Set(told.rows.map(({ row }) => row));
  const count = (key: string): number => told.rows.filter((row) => row.key === key).length;
  const inHedge = steady.first.positions.some(({ marginMode }) => marginMode === 'cross');
  const keys = steady.told.rows
    .filter(({ row, key }) => now.has(row) && count(key) === 1 && !(inHedge && key.startsWith('position:')))
    .map(({ key }) => key);
  return new Set(keys);
}

/** Lists of which each row stands for itself. */
const ownLists = ['/loan-info', '/account/positions', '/ongoing-orders', '/position/list'];

const toldBy = (scene: Scene, answers: Answers): Told => (scene.venue === 'okx' ? toldByOkx(answers) : toldByBybit(answers));

/** A connection keeps what it read of instruments. */
function withKept(scene: Scene, answers: Answers): Told {
  const told = toldBy(scene, answers);
  const plain = answersOf(scene, []);
  const before = toldBy(
    scene,
    new Map([...answers].map(([address, sent]) => [address, address.includes('/instruments') ? (plain.get(address) ?? sent) : sent])),
  );
  return { ...told, exposures: new Map([...told.exposures].map(([key, some]) => [key, [...some, ...(before.exposures.get(key) ?? [])]])) };
}

/** What is wrong with the product in this case; nothing if all is as it has to be. */
export async function faultsIn(one: Case, isDrawn: boolean, isFirst = true): Promise<readonly string[]> {
  const began = performance.now();
  const faults: string[] = [];
  const answers = answersOf(one.scene, one.mutations);
  try {
    faults.push(
      ...(one.scene.kind === 'lists'
        ? await faultsInLists(one.scene, answers, one.mutations)
        : await faultsInReading(one, answers, isDrawn)),
    );
  } catch (error) {
    faults.push(`throws ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  const tookMs = performance.now() - began;
  // The machine may have been busy.
  if (tookMs > mostMs && isFirst) return faultsIn(one, isDrawn, false);
  return tookMs > mostMs ? [...faults, `takes ${tookMs.toFixed(0)} ms`] : faults;
}

async function faultsInReading({ scene, mutations, isContinued }: Case, answers: Answers, isDrawn: boolean): Promise<readonly string[]> {
  const steady = await steadyOf(scene);
  const read = isContinued ? nextReading(scene.venue, answersOf(scene, []), answers) : reading(scene.venue, answers, secondAt);
  const second = await read.catch((error: unknown) => {
    if (error instanceof ExchangeError) return error;
    throw error;
  });
  const state = stateAfter(scene.venue, steady.first, second);
  const told = isContinued ? withKept(scene, answers) : toldBy(scene, answers);
  const faults = judge(state, steady.first, told);
  return isDrawn ? [...faults, ...judgeShown(screenOf(state), steady.screen, untouchedIn(steady, told, mutations), state)] : faults;
}

/** The least that is wrong in it with which the same goes wrong. */
export async function shrunk(one: Case, isStillWrong: (tried: Case) => Promise<boolean>): Promise<Case> {
  for (const mutation of one.mutations) {
    const tried = { ...one, mutations: one.mutations.filter((other) => other !== mutation) };
    if (await isStillWrong(tried)) return shrunk(tried, isStillWrong);
  }
  return one;
}

// Every property of the unit tests goes through here: tried with the same values each time and with fresh ones, within the time of its test,
// shrunk within some seconds, and told with what tries it again. A predicate that never returns is for the time limit of the whole suite.
import fc from 'fast-check';

export interface Trials {
  /** Default 100; half of them always the same, half of them new each time. Of thousands, all but the first hundreds are for the long round. */
  readonly numRuns?: number;
  /** Milliseconds, where less is wanted than the time of the test allows. */
  readonly interruptAfterTimeLimit?: number;
  /** Nothing smaller is looked for, where each try is slow. */
  readonly endOnFailure?: boolean;
}

/** What `LTV_GAUGE_PROPERTIES` may ask for: `few` for tests that run thousands of times, `many` for long rounds. */
type Effort = 'few' | 'usual' | 'many';

/** Of no meaning, but the same for ever. */
const fixedSeed = 20_261_130;
const usualRuns = 100;
const mostUsual = 400;
const mostOfFew = 25;
/** As many times as usual, and as long. */
const manyTimes = 10;
/** However long the test may take. */
const mostMs = 60_000;
/** Of the time of the test: what is left is for its end. */
const part = 0.8;
const shrinkMs = 2_000;
/** With fewer runs than one in so many, and fewer than ten, nothing has been tried. */
const leastPart = 20;
const leastRuns = 10;

const effort: Effort = ((asked) => (asked === 'few' || asked === 'many' ? asked : 'usual'))(process.env['LTV_GAUGE_PROPERTIES']);
const replayed = process.env['LTV_GAUGE_SEED'];

let running: Mocha.Test | undefined;
let startedMs = 0;
let isLong = false;

beforeEach(function () {
  running = this.currentTest;
  startedMs = performance.now();
  isLong = false;
});

/** How long the properties of the running test may take from now. Lengthens a test of a long round. */
function msLeft(): number {
  if (running === undefined) return mostMs;
  if (effort === 'many' && !isLong) {
    isLong = true;
    running.timeout(running.timeout() * manyTimes);
  }
  const most = effort === 'many' ? mostMs * manyTimes : mostMs;
  // Zero is a test without a limit.
  return running.timeout() === 0 ? most : Math.min(most, running.timeout() * part - (performance.now() - startedMs));
}

/** One seed with its number of runs. */
interface Round {
  readonly seed: number;
  readonly runs: number;
  readonly part: number;
  readonly least: number;
}

function rounds({ numRuns: wanted = usualRuns }: Trials): readonly Round[] {
  const numRuns = effort === 'usual' ? Math.min(wanted, mostUsual) : wanted;
  const leastOf = (runs: number): number => Math.min(runs, Math.max(leastRuns, Math.ceil(runs / leastPart)));
  if (replayed !== undefined && replayed !== '') return [{ seed: Number(replayed), runs: wanted * manyTimes, part: 1, least: 0 }];
  const same = effort === 'few' ? Math.min(numRuns, mostOfFew) : Math.ceil(numRuns / 2);
  const first = { seed: fixedSeed, runs: same, part: 0.5, least: leastOf(same) };
  if (effort === 'few') return [first];
  const fresh = Math.max(1, numRuns - same);
  const seed = Math.floor(Math.random() * 2 ** 31);
  return [first, { seed, runs: effort === 'many' ? numRuns * manyTimes : fresh, part: 1, least: leastOf(fresh) }];
}

const parametersOf = ({ seed, runs, part: share }: Round, { interruptAfterTimeLimit: own = Infinity }: Trials): fc.Parameters<unknown> => ({
  seed,
  numRuns: runs,
  endOnFailure: true,
  plugins: [fc.interruptAfterTimeLimit(Math.max(0, Math.min(own, msLeft()) * share))],
});

/** Shrinks from the values that failed. */
const shrinking = ({ seed, counterexamplePath }: fc.RunDetails<unknown>): fc.Parameters<unknown> => ({
  seed,
  path: counterexamplePath ?? '',
  plugins: [fc.interruptAfterTimeLimit(shrinkMs)],
});

/** fast-check also fails when interrupted before the first run; here `enough` reports that. */
const hasFailed = ({ failed, counterexample }: fc.RunDetails<unknown>): boolean => failed && counterexample !== null;

function fail(first: fc.RunDetails<unknown>, shrunk: fc.RunDetails<unknown>): never {
  // What fails by chance may hold when it is tried again.
  const told = hasFailed(shrunk) ? shrunk : first;
  const again = `LTV_GAUGE_SEED=${first.seed.toString()} npm test -- unit --grep ${JSON.stringify(running?.title ?? '')}`;
  const report = fc.defaultReportMessage({ ...told, runConfiguration: { ...told.runConfiguration, includeErrorInReport: true } });
  const found = `Found with seed ${first.seed.toString()} at run ${first.numRuns.toString()}. To try it again:\n${again}`;
  throw new Error(`${report ?? 'A property failed.'}\n\n${found}`);
}

function enough({ interrupted, numRuns }: fc.RunDetails<unknown>, { seed, runs, least }: Round): void {
  if (!interrupted || numRuns >= least) return;
  const figures = `${numRuns.toString()} of ${runs.toString()} runs with seed ${seed.toString()}`;
  throw new Error(`A property was tried too little: its time was over after ${figures}, and ${least.toString()} are the least.`);
}

/**
 * Asserts that a property holds, as `fc.assert` does, but in bounded time.
 * @throws Error with seed, path and counterexample where it does not, or where time was over before it was tried enough
 */
export function holds<Ts>(property: fc.IAsyncProperty<Ts>, trials?: Trials): Promise<void>;
export function holds<Ts>(property: fc.IProperty<Ts>, trials?: Trials): void;
export function holds(property: fc.IAsyncProperty<unknown> | fc.IProperty<unknown>, trials: Trials = {}): Promise<void> | void {
  if (property.isAsync()) return holdsLater(property as fc.IAsyncProperty<unknown>, trials);
  const check = (parameters: fc.Parameters<unknown>) => fc.check(property as fc.IProperty<unknown>, parameters);
  for (const round of rounds(trials)) {
    const details = check(parametersOf(round, trials));
    if (hasFailed(details)) fail(details, trials.endOnFailure === true ? details : check(shrinking(details)));
    enough(details, round);
  }
}

async function holdsLater(property: fc.IAsyncProperty<unknown>, trials: Trials): Promise<void> {
  const check = async (parameters: fc.Parameters<unknown>) => fc.check(property, parameters);
  for (const round of rounds(trials)) {
    const details = await check(parametersOf(round, trials));
    if (hasFailed(details)) fail(details, trials.endOnFailure === true ? details : await check(shrinking(details)));
    enough(details, round);
  }
}

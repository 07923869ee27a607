import { DatabaseSync } from 'node:sqlite';
import { getHeapStatistics } from 'node:v8';
import { StateFile } from '../../src/engine/storage/state-file.ts';
import { inDatabase, withoutReality } from './banned.ts';
import { Folder } from './folder.ts';
import { HistoryCheck } from './history.ts';
import { Oracle, type Counts, type OracleOptions } from './oracle.ts';
import { Random } from './random.ts';
import { WorldTime } from './time.ts';
import { SimulatedWindow } from './window.ts';
import { weekOf, worldOf, type Happening, type World } from './world.ts';

/** What is used at one moment, in bytes: by all objects of this thread, and by the database. */
export interface Use {
  readonly heap: number;
  readonly database: number;
}

/** What came of one seed. */
export interface Outcome extends Counts {
  readonly number: number;
  readonly weather: World['weather'];
  readonly faults: readonly string[];
  /** Of the windows' own log, should there be faults. */
  readonly log: readonly string[];
  /** At the end of each day. */
  readonly uses: readonly Use[];
}

export interface RunOptions {
  /** Each world is over after a quarter of an hour or so. */
  readonly isShort?: boolean;
  /** Is told what happens, to look into a seed. */
  readonly say?: (line: string) => void;
}

const mostWindows = 4;
const dayMs = 24 * 60 * 60_000;

/** Lives through the world of one seed. */
export function run(seed: string, number: number, { isShort = false, say }: RunOptions = {}): Promise<Outcome> {
  const random = new Random(`${seed}/${String(number)}`);
  return live(worldOf(number, random, isShort), number, random, say);
}

/** A whole week. */
export function runWeek(seed: string): Promise<Outcome> {
  const random = new Random(`${seed}/week`);
  return live(weekOf(random), 0, random, undefined, new HistoryCheck());
}

async function live(
  world: World,
  number: number,
  random: Random,
  say: RunOptions['say'] = () => undefined,
  history?: HistoryCheck,
): Promise<Outcome> {
  const time = new WorldTime();
  const folder = new Folder(world.databaseFaults, time, random.for('folder'), history);
  try {
    return await withoutReality(() => new Life(world, { time, folder, history }, random, say).run(number));
  } finally {
    folder.remove();
  }
}

class Life {
  readonly #world: World;
  readonly #time: WorldTime;
  readonly #folder: Folder;
  readonly #random: Random;
  readonly #say: (line: string) => void;
  readonly #windows: SimulatedWindow[] = [];
  readonly #oracle: Oracle;
  #ids = 0;
  #network = 1;

  constructor(
    world: World,
    { time, folder, history }: Pick<OracleOptions, 'time' | 'folder' | 'history'>,
    random: Random,
    say: (line: string) => void,
  ) {
    const { market, intervalMs } = world;
    this.#world = world;
    this.#time = time;
    this.#folder = folder;
    this.#random = random.for('life');
    this.#oracle = new Oracle({ market, folder, history, time, windows: this.#windows, intervalMs });
    this.#say = (line) => {
      say(`${(time.passed / 60_000).toFixed(3)} ${line}`);
    };
  }

  async run(number: number): Promise<Outcome> {
    const { market, windows, lastsMs, happenings, weather } = this.#world;
    inDatabase(() => {
      const file = new StateFile(DatabaseSync, { folder: this.#folder.path, busyMs: 0, pragmas: [] });
      for (const { account } of market.accounts) file.change({ do: 'add', id: account.id, record: account });
      file.close();
    });
    for (let at = 0; at < windows; at += 1) {
      this.#time.after(at * this.#random.whole(0, 3_000), () => {
        this.#open();
      });
    }
    for (const happening of happenings) {
      this.#time.after(happening.at, () => {
        this.#happens(happening);
      });
    }
    const look = (): void => {
      this.#oracle.look();
      this.#time.after(1_000, look);
    };
    this.#time.after(1_000, look);
    const uses: Use[] = [];
    for (let left = lastsMs; left > 0; left -= dayMs) {
      await this.#time.run(Math.min(left, dayMs));
      if (lastsMs > dayMs) uses.push({ heap: heapUsed(), database: this.#folder.size() });
    }
    const { faults, counts } = this.#oracle;
    for (const fault of this.#folder.historyFaults(market.past)) this.#oracle.fault(fault);
    if (counts.handOvers === 0) this.#oracle.fault('nobody is seen to hold the lease');
    return {
      number,
      weather,
      ...counts,
      faults,
      uses,
      log: faults.length === 0 ? [] : this.#windows.flatMap(({ name, log }) => log.slice(0, 10).map((line) => `${name}: ${line}`)),
    };
  }

  #open(): void {
    if (this.#windows.filter(({ isOpen }) => isOpen).length >= mostWindows) return;
    const { market, intervalMs, stopsAtClaim } = this.#world;
    const oracle = this.#oracle;
    const window: SimulatedWindow = new SimulatedWindow({
      ...{ market, time: this.#time, folder: this.#folder, random: this.#random },
      name: `window${String(this.#windows.length)}`,
      intervalMs: () => intervalMs,
      network: () => String(this.#network),
      newId: () => (this.#ids += 1),
      began: (request) => {
        this.#say(`${request.window} asks for ${request.account}`);
        oracle.began(request);
      },
      ended: (request, asOf) => {
        this.#say(`${request.window} ${request.end ?? ''} ${request.account}`);
        oracle.ended(request, asOf);
      },
      claimed: (one) => {
        if (this.#random.chance(stopsAtClaim)) this.#stop(one, this.#random.pick([1, 4, 12, 30, 90]) * 1_000, 'stopped');
      },
      shown: (one, composed) => {
        this.#say(`${one.name} shows ${JSON.stringify(composed)}`);
        oracle.shown(one, composed);
      },
      noted: (one) => {
        oracle.noted(one);
      },
    });
    this.#say(`${window.name} opens`);
    this.#windows.push(window);
    oracle.disturbed();
    window.open();
  }

  #happens(happening: Happening): void {
    const open = this.#windows.filter(({ isAwake }) => isAwake);
    if (happening.do === 'open') this.#open();
    else if (happening.do === 'move') this.#network += 1;
    else if (happening.do === 'sleep') {
      const how = this.#random.chance(0.5) ? 'slept' : 'slept, timers count it';
      for (const window of open) this.#stop(window, happening.forMs, how);
    } else if (open.length > 0) {
      const one = this.#random.pick(open);
      this.#say(`${one.name}: ${happening.do}`);
      if (happening.do !== 'focus') this.#oracle.disturbed();
      if (happening.do === 'focus') one.warnings.noteFocus();
      else if (happening.do === 'close') void one.close();
      else if (happening.do === 'crash') one.crash();
      else if ('forMs' in happening) this.#stop(one, happening.forMs, 'stopped');
    }
  }

  #stop(window: SimulatedWindow, forMs: number, how: Parameters<SimulatedWindow['wake']>[0]): void {
    if (!window.isAwake) return;
    this.#say(`${window.name} is ${how} for ${String(forMs)} ms`);
    window.clock.stop();
    this.#oracle.disturbed();
    this.#time.after(forMs, () => {
      this.#say(`${window.name} wakes`);
      this.#oracle.disturbed();
      window.wake(how);
    });
  }
}

function heapUsed(): number {
  globalThis.gc?.();
  return getHeapStatistics().used_heap_size;
}

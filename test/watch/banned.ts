/** A seed must tell everything. What the database does by itself is left alone: it stamps nothing with the time. */
const globals = globalThis as unknown as Record<string, unknown>;
const names = ['setTimeout', 'setInterval', 'setImmediate', 'fetch', 'WebSocket'] as const;
let isInDatabase = false;

/** SQLite's file is opened by code that measures how long it waits for a lock, which here it never does. */
export function inDatabase<T>(work: () => T): T {
  isInDatabase = true;
  try {
    return work();
  } finally {
    isInDatabase = false;
  }
}

/** What is there instead of reality, for a product that is not handed everything. */
export interface StandIns {
  readonly now: () => number;
  readonly random: () => number;
  /** `AbortSignal.timeout`. */
  readonly timeout: (ms: number) => AbortSignal;
}

/** Runs with real time, real randomness and the network taken away: whoever asks for them fails, or gets the stand-in. */
export async function withoutReality<T>(work: () => Promise<T>, standIns?: StandIns): Promise<T> {
  const kept = names.map((name) => [name, globals[name]] as const);
  const { now } = Date;
  const { random } = Math;
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  const forbid = (name: string) => (): never => {
    throw new Error(`${name} was used in a simulation`);
  };
  for (const name of names) globals[name] = forbid(name);
  Date.now = () => (isInDatabase ? 0 : (standIns?.now ?? forbid('Date.now'))());
  Math.random = standIns?.random ?? forbid('Math.random');
  AbortSignal.timeout = standIns?.timeout ?? forbid('AbortSignal.timeout');
  try {
    return await work();
  } finally {
    for (const [name, value] of kept) globals[name] = value;
    Object.assign(Date, { now });
    Object.assign(Math, { random });
    Object.assign(AbortSignal, { timeout });
  }
}

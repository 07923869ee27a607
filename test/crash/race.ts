import type { Direction } from '../../src/core/model.ts';
import type { WriteRecord } from '../../src/engine/ledger/ledger.ts';
import { fold } from '../../src/engine/ledger/write-states.ts';
import { Place } from './place.ts';
import type { System } from './systems.ts';
import { Failed, type Window, type Windows } from './window.ts';

/** Two windows on one account where the same button is pressed at once. */
export interface Race {
  readonly system: System;
  readonly direction: Direction;
  /**
   * Whose turn it is: `A` or `B` goes on to its next step, `*` lets both run freely from where they are. Who is left over at the end
   * runs freely too.
   */
  readonly turns: string;
}

export interface RaceOutcome {
  readonly race: Race;
  /** How the one that came too late was refused. */
  readonly refused: 'with the open one' | 'overtaken' | undefined;
  readonly violations: readonly string[];
}

const steps = [
  ...['before anything', 'loaded', 'before planned', 'planned', 'before sent', 'sent', 'before leaving', 'answered'],
  ...['before accepted', 'accepted', 'reading', 'before effective', 'effective', 'before not-effective', 'not-effective'],
];

interface Runner {
  readonly window: Window;
  readonly done: Promise<WriteRecord | Failed>;
  ended: WriteRecord | Failed | undefined;
}

export async function runRace(race: Race, windows: Windows): Promise<RaceOutcome> {
  const violations: string[] = [];
  const place = await Place.open(race.system);
  let refused: RaceOutcome['refused'];
  try {
    const change = await place.change(race.direction);
    const both: Runner[] = [];
    for (let count = 0; count < 2; count += 1) {
      const window = await windows.take(place.setup, place.clock);
      await window.preview('same', change);
      // One user's two windows share the limits of the exchange, which is not what this is about.
      place.pass(2_500);
      window.arm(...steps);
      both.push(runnerIn(window));
      await window.stops();
    }
    await takeTurns(race.turns, both);
    const ends = await Promise.all(both.map(({ done }) => done));
    for (const { window } of both) window.arm();
    refused = await judge(place, both, ends, violations);
    for (const { window } of both) await windows.giveBack(window);
  } catch (error) {
    violations.push(`did not come to an end: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  } finally {
    await place.end();
  }
  return { race, refused, violations };
}

function runnerIn(window: Window): Runner {
  const done = window.commit('same').catch((error: unknown) => {
    if (error instanceof Failed) return error;
    throw error;
  });
  const runner: Runner = { window, done, ended: undefined };
  void done.then((end) => (runner.ended = end));
  return runner;
}

async function takeTurns(turns: string, [a, b]: readonly Runner[]): Promise<void> {
  if (a === undefined || b === undefined) throw new RangeError('two are needed');
  for (const turn of turns) {
    if (turn === '*') break;
    const { window, done, ended } = turn === 'A' ? a : b;
    if (ended !== undefined) continue;
    window.go();
    await Promise.race([window.stops(), done]);
  }
  for (const { window } of [a, b]) {
    window.arm();
    window.go();
  }
}

async function judge(
  place: Place,
  both: readonly Runner[],
  ends: readonly (WriteRecord | Failed)[],
  violations: string[],
): Promise<RaceOutcome['refused']> {
  const expect = (holds: boolean, what: string): void => {
    if (!holds) violations.push(what);
  };
  const { accepted, done, rows } = await place.truth();
  expect(accepted === 1 && done === 1, `the exchange has ${accepted.toString()} adjustments: ${JSON.stringify(rows)}`);
  expect(place.gate.writes.length === 1, `${place.gate.writes.length.toString()} requests left`);
  const sent = ends.flatMap((end) => (end instanceof Failed ? [] : [end]));
  const failed = ends.flatMap((end) => (end instanceof Failed ? [end] : []));
  const [winner] = sent;
  const [loser] = failed;
  expect(sent.length === 1 && winner?.state === 'effective', `ended as ${ends.map(wordOf).join(' and ')}`);
  if (winner === undefined || loser === undefined) return undefined;
  const { name, openWrite, sentence } = loser.failure;
  expect(name === 'Refusal', `failed with ${loser.message}`);
  const overtaken = sentence.includes('after this preview');
  expect(openWrite === undefined ? overtaken : openWrite === winner.id, `refused without a pointer to the other: ${sentence}`);
  const journal = fold((await both[0]?.window.rows()) ?? []);
  const others = [...journal.values()].filter(({ id }) => id !== winner.id);
  expect(
    others.every(({ state, sentAt }) => state === 'not-effective' && sentAt === undefined),
    `left behind: ${others.map(({ state }) => state).join(', ')}`,
  );
  for (const { window } of both) {
    expect((await window.unsettled()) === undefined, 'something is still open');
    const found = await window.verify();
    expect(found.ok, `the journal does not verify: ${JSON.stringify(found)}`);
  }
  return openWrite === undefined ? 'overtaken' : 'with the open one';
}

const wordOf = (end: WriteRecord | Failed): string => (end instanceof Failed ? `refused (${end.failure.sentence})` : end.state);

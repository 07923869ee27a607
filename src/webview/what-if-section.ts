import { html } from 'lit-html';
import type { TriedLine, WhatIfRow, WhatIfView } from '../core/protocol.ts';
import type { Section, Tools } from './section.ts';
import { least, most, oneAtATime, valueOf, whatIf, type Tried, type WhatIfActs } from './what-if.ts';

export { style } from './what-if.css';

const nothingTried: Tried = { all: '0', prices: {}, changes: {} };

/** After this long without a move it is said what breaks first. Milliseconds. */
const speakAfterMs = 800;

const isTried = (kept: unknown): kept is Tried => {
  const { all, prices, changes } = (kept ?? {}) as Record<string, unknown>;
  return typeof all === 'string' && typeof prices === 'object' && Object.values(changes ?? {}).every(Array.isArray);
};

/** What prices and changes would make of everything. The extension calculates. */
export function open({ send, redraw, kept, keep, speak }: Tools): Section {
  let tried = isTried(kept) ? kept : nothingTried;
  let view: WhatIfView | undefined;
  let round = 0;
  let speaking: ReturnType<typeof setTimeout> | undefined;

  const { ask, answered } = oneAtATime(requestAnimationFrame, () => {
    const { prices, changes } = tried;
    round += 1;
    send({ type: 'whatIf', round, trial: { prices, changes } });
  });
  const set = (change: Partial<Tried>, isDone: boolean): void => {
    tried = { ...tried, ...change };
    if (isDone) keep(tried);
    redraw();
    ask();
  };
  const sayFirst = (): void => {
    clearTimeout(speaking);
    speaking = setTimeout(() => {
      speak(view?.tables.flatMap(({ first }) => first).join('. ') ?? '');
    }, speakAfterMs);
  };
  /** @param line absent to take it out */
  const setLine = ({ key }: WhatIfRow, at: number, line: TriedLine | undefined, isDone: boolean): void => {
    const lines = tried.changes[key] ?? [];
    set({ changes: { ...tried.changes, [key]: [...lines.slice(0, at), ...(line ? [line] : []), ...lines.slice(at + 1)] } }, isDone);
  };

  const acts: WhatIfActs = {
    move: (coin, { target }, isDone) => {
      // What isn't a number yet is still being typed.
      if (!(target instanceof HTMLInputElement) || target.value === '' || view === undefined) return;
      const percent = (Math.round(Math.min(Math.max(Number(target.value), least), most) * 10) / 10).toString();
      sayFirst();
      if (coin === undefined) set({ all: percent, prices: Object.fromEntries(view.coins.map((one) => [one, percent])) }, isDone);
      else set({ prices: { ...tried.prices, [coin]: percent } }, isDone);
    },
    choose: (row, at, { target }) => {
      const act = row.acts.find((one) => target instanceof HTMLSelectElement && valueOf(one) === target.value);
      setLine(row, at, act && { action: act.action, coin: act.coin, amount: tried.changes[row.key]?.[at]?.amount ?? '' }, true);
    },
    type: (row, at, { target }, isDone) => {
      const line = tried.changes[row.key]?.[at];
      if (line !== undefined && target instanceof HTMLInputElement) setLine(row, at, { ...line, amount: target.value.trim() }, isDone);
    },
    use: ({ key }, at) => {
      const line = tried.changes[key]?.[at];
      if (line !== undefined) send({ type: 'useTried', key, ...line });
    },
    reset: () => {
      set(nothingTried, true);
    },
  };
  ask();
  return {
    draw: (state, order) => (view === undefined ? html`` : whatIf(view, tried, state, order, acts)),
    hear: (message) => {
      if (message.type === 'whatIf') ({ view } = message);
      // States come all the time: a trial that was never answered doesn't hold up the next.
      if (message.type === 'state' || message.type === 'changes' || (message.type === 'whatIf' && message.round === round)) answered();
    },
    opened: (isOpen) => {
      clearTimeout(speaking);
      if (isOpen) ask();
      else send({ type: 'whatIf', round });
    },
  };
}

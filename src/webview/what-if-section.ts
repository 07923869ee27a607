import { html } from 'lit-html';
import type { Trial, WhatIfRow, WhatIfView } from '../core/protocol.ts';
import type { Section, Tools } from './section.ts';
import { least, most, oneAtATime, whatIf, type Tried, type WhatIfActs } from './what-if.ts';

export { style } from './what-if.css';

const nothingTried: Tried = { all: '0', prices: {}, changes: {} };

/** After this long without a move it is said what breaks first. Milliseconds. */
const speakAfterMs = 800;

const isTried = (kept: unknown): kept is Tried => {
  const { all, prices, changes } = (kept ?? {}) as Record<string, unknown>;
  return typeof all === 'string' && typeof prices === 'object' && typeof changes === 'object';
};

function without<T>(all: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(all).filter(([one]) => one !== key));
}

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
  const setChange = ({ key }: WhatIfRow, change: Trial['changes'][string] | undefined, isDone: boolean): void => {
    const others = without(tried.changes, key);
    set({ changes: change === undefined ? others : { ...others, [key]: change } }, isDone);
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
    choose: (row, { target }) => {
      const act = row.acts[target instanceof HTMLSelectElement ? target.selectedIndex - 1 : -1];
      setChange(row, act && { action: act.action, coin: act.coin, amount: tried.changes[row.key]?.amount ?? '' }, true);
    },
    type: (row, { target }, isDone) => {
      const change = tried.changes[row.key];
      if (change !== undefined && target instanceof HTMLInputElement) setChange(row, { ...change, amount: target.value.trim() }, isDone);
    },
    use: ({ key }) => {
      const change = tried.changes[key];
      if (change !== undefined) send({ type: 'useTried', key, ...change });
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

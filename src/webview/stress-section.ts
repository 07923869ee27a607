import type { Section, Tools } from './section.ts';
import { stressTables } from './stress.ts';
import { nothing, html } from 'lit-html';

export { style } from './stress.css';

/** What shocks of prices do, as a grid. */
export function open({ send, kept, keep }: Tools): Section {
  let own = typeof kept === 'string' ? kept : '';
  const ask = (): void => {
    send({ type: 'shocks', text: own });
  };
  ask();
  return {
    opened: (isOpen) => {
      if (isOpen) ask();
      else send({ type: 'shocks' });
    },
    draw: ({ stress }, order) =>
      stress === undefined
        ? html`${nothing}`
        : stressTables(stress, order, own, ({ target }) => {
            if (!(target instanceof HTMLInputElement)) return;
            own = target.value;
            keep(own);
            ask();
          }),
  };
}

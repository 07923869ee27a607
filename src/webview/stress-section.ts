import type { Section, Tools } from './section.ts';
import { stressTables } from './stress.ts';
import { nothing, html } from 'lit-html';

export { style } from './stress.css';

/** What shocks of prices do, as a grid. */
export function open({ send, kept, keep }: Tools): Section {
  let own = typeof kept === 'string' ? kept : '';
  const choose = (text: string): void => {
    own = text;
    keep(text);
    send({ type: 'shocks', text });
  };
  if (own !== '') choose(own);
  return {
    draw: ({ stress }, order) =>
      stress === undefined
        ? html`${nothing}`
        : stressTables(stress, order, own, ({ target }) => {
            if (target instanceof HTMLInputElement) choose(target.value);
          }),
  };
}

import { decimal, multiply } from '../core/decimal.ts';
import { loanName } from '../words/loan.ts';
import type { Looking } from './looking.ts';
import { aliasOf, namedIn, theOne, type Wanted } from './named.ts';
import { WrongInput } from './schema.ts';

interface Step extends Wanted {
  readonly act: string;
  readonly coin: string;
  readonly amount?: string;
  readonly ltv?: string;
  readonly sell?: string;
  readonly reason?: string;
}

/** Writes a plan into a new editor, unsaved. Everything after that is a person's. @throws WrongInput */
export async function draft(looking: Looking, { steps }: { readonly steps?: readonly Step[] }): Promise<object> {
  const states = looking.states();
  const all = namedIn(states, looking.options());
  const written = (steps ?? []).map(({ account: _alias, loan: _loan, position: _position, ltv, ...rest }, index) => {
    const it = theOne(all, steps?.[index] ?? {}, `steps[${index.toString()}]`);
    const account = states.find((state) => aliasOf(state.account) === it.account)?.account.name;
    const on =
      it.kind === 'loan' ? { loan: loanName(it.view.loan) } : { position: `${it.view.position.instrument} ${it.view.position.side}` };
    return { account, ...on, ...rest, ...(ltv === undefined ? {} : { target: multiply(decimal(ltv), decimal('100')) }) };
  });
  const opened = await looking.draft?.(`${JSON.stringify({ version: 1, steps: written }, undefined, 2)}\n`);
  if (opened === undefined) throw new WrongInput('input', 'only in the editor.');
  if ('faults' in opened) throw new WrongInput('steps', opened.faults.join(' '));
  return { ...opened, note: 'Unsaved. Nothing was sent; only a person can run it.' };
}

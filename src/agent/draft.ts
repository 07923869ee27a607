import { decimal, multiply } from '../core/decimal.ts';
import { loanName } from '../words/loan.ts';
import type { Looking } from './looking.ts';
import { accountInput, aliasOf, coinInput, loanInput, namedIn, positionInput, theOne, type Wanted } from './named.ts';
import { WrongInput, type ObjectSchema } from './schema.ts';
import { amountInput } from './what-if.ts';

interface Step extends Wanted {
  readonly act: string;
  readonly coin: string;
  readonly amount?: string;
  readonly ltv?: string;
  readonly sell?: string;
  readonly reason?: string;
}

export const draftInput: ObjectSchema = {
  type: 'object',
  properties: {
    steps: {
      type: 'array',
      description: 'The changes, in order.',
      minItems: 1,
      maxItems: 20,
      items: {
        type: 'object',
        properties: {
          account: accountInput,
          loan: loanInput,
          position: positionInput,
          act: {
            type: 'string',
            enum: ['add', 'remove', 'repay', 'repayWithCollateral', 'borrow'],
            description: 'Of a position, only add or remove: its margin.',
          },
          coin: coinInput,
          amount: amountInput,
          ltv: {
            type: 'string',
            pattern: '^0\\.\\d{1,6}$',
            description: 'Instead of an amount: the LTV to bring a loan to, a fraction as a string, such as "0.55".',
          },
          sell: { type: 'string', description: 'For repayWithCollateral: the pledged coin to sell.' },
          reason: { type: 'string', pattern: '^[^]{1,500}$', description: 'Why, for the person who decides.' },
        },
        required: ['act', 'coin'],
        additionalProperties: false,
      },
    },
  },
  required: ['steps'],
  additionalProperties: false,
};

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
  return { ...opened, note: 'An unsaved draft. Nothing was sent or saved, and only a person can run it, confirming each step.' };
}

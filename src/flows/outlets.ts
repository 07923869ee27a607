import { msg } from '../core/message.ts';
import { hostOf, kinds, type OutletParts } from '../engine/outlets/kinds.ts';
import { partsOf, putOutlet, removeOutlet, saveOutlet, testOutlet } from '../engine/outlets/outlet-book.ts';
import { outletKinds, type Outlet, type OutletKindId, type OutletSettings } from '../engine/storage/outlet-protocol.ts';
import { outletEntries } from '../views/outlets.ts';
import { amountsText, leastText, outletName, outletShare, outletTrouble } from '../words/outlet.ts';
import { joined, type Text } from '../words/text.ts';
import { askInput, askPick, runSteps, type Step } from './account/steps.ts';
import { mayChangeKeys } from './account/try-keys.ts';
import type { Acting } from './acting.ts';
import { back, type Item } from './conversation.ts';

/** Lists the outlets, and does what the person picks for one. */
export async function manageOutlets(app: Acting): Promise<void> {
  const outlets = (await app.outlets.shared.ask({ do: 'outlets' })) ?? [];
  if (outlets.length === 0) return addOutlet(app);
  const { now } = app.viewContext();
  const items = outletEntries(outlets, now).map(({ label, description = [] }, index): Item<Outlet | 'add'> => {
    const outlet = outlets[index];
    const trouble = outlet && outletTrouble(outlet, now);
    return { label, description: joined(description), ...(trouble && { detail: trouble }), ...(outlet && { value: outlet }) };
  });
  const picked = await app.talk.pick<Outlet | 'add'>({
    placeholder: msg('outlet.which', 'Where warnings are sent'),
    items: [...items, { label: msg('outlet.add', 'Add Outlet…'), value: 'add' }],
    canGoBack: false,
  });
  if (picked === undefined || picked === back) return;
  if (picked === 'add') return addOutlet(app);
  await changeOutlet(app, picked);
}

async function addOutlet(app: Acting): Promise<void> {
  const items = outletKinds.map((kind): Item<OutletKindId> => ({ label: kinds[kind].label, detail: kinds[kind].detail, value: kind }));
  const kind = await app.talk.pick({
    placeholder: msg('outlet.kind', 'Where else should warnings go?'),
    items,
    canGoBack: false,
  });
  if (kind !== undefined && kind !== back) await askAndSave(app, { id: app.newId(), kind, least: 'note', amounts: false }, {});
}

const actions = {
  test: msg('outlet.test', 'Send Test'),
  edit: msg('outlet.edit', 'Edit…'),
  on: msg('outlet.enable', 'Enable'),
  off: msg('outlet.disable', 'Disable'),
  remove: msg('outlet.remove', 'Remove'),
} as const;

async function changeOutlet(app: Acting, outlet: Outlet): Promise<void> {
  const names = ['test', 'edit', outlet.enabled ? 'off' : 'on', 'remove'] as const;
  const act = await app.talk.pick({
    placeholder: outletName(outlet),
    items: names.map((name) => ({ label: actions[name], value: name })),
    canGoBack: false,
  });
  switch (act) {
    case 'test':
      return sendTest(app, outlet);
    case 'edit':
      return askAndSave(app, outlet, (await partsOf(app.outlets, outlet)) ?? {});
    case 'on':
    case 'off':
      return putOutlet(app.outlets, { ...outlet, enabled: act === 'on' });
    case 'remove':
      return remove(app, outlet);
    case back:
    case undefined:
  }
}

async function remove(app: Acting, outlet: Outlet): Promise<void> {
  const choice = await app.talk.confirm({
    kind: 'warning',
    title: msg('outlet.remove-title', 'Remove {0}?', outletName(outlet)),
    detail: [msg('outlet.removes', 'Its address is deleted from this computer.')],
    buttons: [{ id: 'remove', label: actions.remove }],
  });
  if (choice !== 'remove' || !(await mayChangeKeys(app))) return;
  if (await removeOutlet(app.outlets, outlet.id)) app.log.info(`outlet removed: ${outlet.host}`);
  else await tellNotKept(app);
}

/** Answers about one outlet. */
interface Answers {
  readonly parts: OutletParts;
  readonly least: OutletSettings['least'];
  readonly amounts: boolean;
}

type Begun = Pick<OutletSettings, 'id' | 'kind' | 'least' | 'amounts'>;

async function askAndSave(app: Acting, { id, kind, least, amounts }: Begun, parts: OutletParts): Promise<void> {
  const answers = await runSteps<Answers>(stepsFor(app, kind, parts), { parts: {}, least, amounts });
  if (answers === undefined) return;
  const given = Object.fromEntries(Object.entries(answers.parts).filter(([, part]) => part !== ''));
  const outlet = { id, kind, host: hostOf(kind, given), enabled: true, least: answers.least, amounts: answers.amounts };
  const choice = await app.talk.confirm({
    kind: 'info',
    title: msg('outlet.save', 'Send to {0}?', outlet.host),
    detail: [
      ...(kind === 'ping' ? [] : [msg('outlet.detail', 'Sends account, loan or position, LTV, distance and prices. Never a key.')]),
      ...outletShare(outlet),
    ],
    buttons: [
      { id: 'test', label: msg('outlet.save-and-test', 'Save and Send Test') },
      { id: 'save', label: msg('button.save', 'Save') },
    ],
  });
  if (choice === undefined || !(await mayChangeKeys(app))) return;
  if (!(await saveOutlet(app.outlets, outlet, given))) return tellNotKept(app);
  app.log.info(`outlet saved: ${kind} at ${outlet.host}`);
  if (choice === 'test') await sendTest(app, { ...outlet, dead: false });
}

async function sendTest(app: Acting, outlet: Outlet): Promise<void> {
  const text = app.talk.localize(msg('outlet.test-text', 'TEST: LTV Gauge reaches you here. Nothing is wrong.'));
  const sent = await app.talk.progress(msg('outlet.testing', 'Sending a test to {0}…', outlet.host), (signal) =>
    testOutlet(app.outlets, outlet, text, signal),
  );
  const sentence = sent.ok ? msg('outlet.tested', '{0} accepted the test. Check that it reached you.', outlet.host) : sent.why;
  void app.talk.tell({ kind: sent.ok ? 'info' : 'error', sentence });
}

const tellNotKept = async (app: Acting): Promise<void> => {
  const sentence = msg('key.not-kept', "The keyring didn't save the change. Unlock your system's keyring, then try again.");
  await app.talk.tell({ kind: 'error', sentence });
};

/** @param known its current parts: secret ones aren't shown, and stay if nothing is typed */
function stepsFor(app: Acting, kind: OutletKindId, known: OutletParts): readonly Step<Answers>[] {
  const title = kinds[kind].label;
  const fields = kinds[kind].fields.map((field): Step<Answers> => {
    const { id, prompt, placeholder, value, isOptional = false, isGood } = field;
    const before = known[id];
    const isSecret = value === undefined;
    const keeps = isSecret && before !== undefined;
    return {
      ask: async (answers, frame) => {
        const outcome = await askInput<string>(app.talk, frame, {
          ...{ title, secret: isSecret, value: answers.parts[id] ?? (isSecret ? '' : (before ?? value)) },
          prompt: keeps
            ? msg('outlet.keep', '{0}. Leave empty to keep it.', prompt)
            : isOptional
              ? msg('outlet.optional', '{0} (optional)', prompt)
              : prompt,
          ...(placeholder === undefined ? {} : { placeholder }),
          judge: (raw) => {
            const typed = raw.trim();
            if (typed === '' && (keeps || isOptional)) return { value: '' };
            return isGood(typed) ? { value: typed } : { problem: msg('outlet.wrong', "That isn't valid here. Check it.") };
          },
        });
        if (outcome.kind !== 'next') return outcome;
        const part = outcome.value === '' ? (before ?? '') : outcome.value;
        return { kind: 'next', value: { ...answers, parts: { ...answers.parts, [id]: part } } };
      },
    };
  });
  return kind === 'ping' ? fields : [...fields, leastStep(app, title), amountsStep(app, title)];
}

const leastStep = (app: Acting, title: Text): Step<Answers> => ({
  ask: async (answers, frame) => {
    const outcome = await askPick(app.talk, frame, {
      title,
      placeholder: msg('outlet.levels', 'Which warnings?'),
      items: (['note', 'warn', 'danger'] as const).map((least) => ({ label: leastText(least), value: least })),
      isActive: (least) => least === answers.least,
    });
    return outcome.kind === 'next' ? { kind: 'next', value: { ...answers, least: outcome.value } } : outcome;
  },
});

const amountsStep = (app: Acting, title: Text): Step<Answers> => ({
  ask: async (answers, frame) => {
    const outcome = await askPick(app.talk, frame, {
      title,
      placeholder: msg('outlet.amounts', 'Include amounts?'),
      items: (['percent', 'amounts'] as const).map((value) => ({ label: amountsText(value === 'amounts'), value })),
      isActive: (value) => (value === 'amounts') === answers.amounts,
    });
    return outcome.kind === 'next' ? { kind: 'next', value: { ...answers, amounts: outcome.value === 'amounts' } } : outcome;
  },
});

import assert from 'node:assert/strict';
import { runSteps, type Outcome, type Step } from '../../../../src/flows/account/steps.ts';
import type { Frame } from '../../../../src/flows/conversation.ts';

type Answers = Readonly<Record<string, string>>;

/** Steps that follow a script: a text is an answer, `<` goes back, `x` cancels. */
function scripted(names: readonly string[], script: readonly string[], skip: (name: string, answers: Answers) => boolean = () => false) {
  const left = [...script];
  const seen: { name: string; frame: Frame; offered: string | undefined }[] = [];
  const steps: Step<Answers>[] = names.map((name) => ({
    applies: (answers) => !skip(name, answers),
    ask: async (answers, frame): Promise<Outcome<Answers>> => {
      seen.push({ name, frame, offered: answers[name] });
      const said = left.shift();
      if (said === '<') return { kind: 'back' };
      return said === undefined || said === 'x' ? { kind: 'cancel' } : { kind: 'next', value: { ...answers, [name]: said } };
    },
  }));
  return { steps, seen };
}

describe('a series of questions', () => {
  it('asks one after the other and counts them', async () => {
    const { steps, seen } = scripted(['a', 'b', 'c'], ['1', '2', '3']);
    assert.deepEqual(await runSteps(steps, {}), { a: '1', b: '2', c: '3' });
    assert.deepEqual(
      seen.map(({ frame }) => frame),
      [
        { step: 1, totalSteps: 3, canGoBack: false },
        { step: 2, totalSteps: 3, canGoBack: true },
        { step: 3, totalSteps: 3, canGoBack: true },
      ],
    );
  });

  it('ends with nothing when any of them is cancelled', async () => {
    for (const script of [['x'], ['1', 'x'], ['1', '2', 'x']])
      assert.equal(await runSteps(scripted(['a', 'b', 'c'], script).steps, {}), undefined);
  });

  it('goes back over what does not apply, and offers what was answered', async () => {
    const { steps, seen } = scripted(['a', 'b', 'c'], ['1', '<', '9', '3'], (name) => name === 'b');
    assert.deepEqual(await runSteps(steps, {}), { a: '9', c: '3' });
    assert.deepEqual(
      seen.map(({ name, offered }) => [name, offered]),
      [
        ['a', undefined],
        ['c', undefined],
        ['a', '1'],
        ['c', undefined],
      ],
    );
    assert.equal(seen[0]!.frame.totalSteps, 2);
  });

  it('asks a question that an earlier answer makes necessary', async () => {
    const { steps, seen } = scripted(
      ['site', 'url', 'name'],
      ['loopback', 'here', 'me'],
      (name, { site }) => name === 'url' && site !== 'loopback',
    );
    assert.deepEqual(await runSteps(steps, {}), { site: 'loopback', url: 'here', name: 'me' });
    assert.deepEqual(
      seen.map(({ frame }) => frame.totalSteps),
      [2, 3, 3],
    );
  });

  it('can begin in the middle and still go back to the start', async () => {
    const { steps, seen } = scripted(['a', 'b'], ['<', '7', '8']);
    assert.deepEqual(await runSteps(steps, { a: '1' }, 1), { a: '7', b: '8' });
    assert.deepEqual(
      seen.map(({ name, frame }) => [name, frame.step]),
      [
        ['b', 2],
        ['a', 1],
        ['b', 2],
      ],
    );
  });
});

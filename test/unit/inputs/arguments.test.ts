// What another extension, a link or a menu may pass to a command: it can name a place, and nothing more.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import type { Looking } from '../../../src/agent/looking.ts';
import { serveMcp } from '../../../src/cli/mcp.ts';
import { updateKeys, renameAccount, removeAccount, testConnection } from '../../../src/flows/account/change.ts';
import { chooseAccount } from '../../../src/flows/account/choose.ts';
import { setThresholds } from '../../../src/flows/account/thresholds.ts';
import type { Acting } from '../../../src/flows/acting.ts';
import { allowBorrowingOn } from '../../../src/flows/allow-borrowing.ts';
import { armWritingOn } from '../../../src/flows/arm.ts';
import { borrowMore } from '../../../src/flows/borrow.ts';
import { changeCollateral, changeMargin } from '../../../src/flows/change.ts';
import type { Item, PickQuestion } from '../../../src/flows/conversation.ts';
import { activityDocument } from '../../../src/flows/export-activity.ts';
import { showMaximumLoan } from '../../../src/flows/maximum-loan.ts';
import { openAtVenue } from '../../../src/flows/open-at-venue.ts';
import type { Attended } from '../../../src/flows/open-change-news.ts';
import { repayWithCollateral } from '../../../src/flows/repay-collateral.ts';
import { repayLoan } from '../../../src/flows/repay.ts';
import { openRescue, prepareRescue } from '../../../src/flows/rescue.ts';
import { resolveWrite } from '../../../src/flows/resolve.ts';
import { bringLiquidationToTarget } from '../../../src/flows/target-liquidation.ts';
import { bringLtvToTarget } from '../../../src/flows/target-ltv.ts';
import { undoAdd } from '../../../src/flows/undo.ts';
import { setWarningLevels } from '../../../src/flows/warning-levels.ts';
import { acknowledgeWarnings, snoozeWarnings } from '../../../src/flows/warnings.ts';
import { asPlace } from '../../../src/views/place.ts';
import { Machine, type Front } from '../flows/front.ts';
import { Scripted } from '../flows/scripted.ts';
import { SimulatedVenue } from '../flows/trader.ts';
import { holds } from '../property.ts';
import { aLoan, aState, now } from '../views/gauge-scenes.ts';
import { damaged, damagedText, garbage } from './garbage.ts';

const place = {
  accountId: 'main',
  on: { kind: 'loan', id: '12345' },
  coin: 'BTC',
  amount: '0.1',
  writeId: 'w',
  warning: 'level loan:12345',
};
const names = Object.keys(place);

describe('An argument of a command', () => {
  it('is a place of texts, or none', () => {
    holds(
      fc.property(fc.oneof(damaged(place, garbage), garbage), (value) => {
        const taken = asPlace(value);
        if (taken === undefined) return;
        const { on, ...rest } = taken;
        for (const [name, part] of Object.entries(rest)) assert.ok(names.includes(name) && typeof part === 'string');
        if (on !== undefined)
          assert.ok(['loan', 'position'].includes(on.kind) && typeof on.id === 'string' && Object.keys(on).length === 2);
        assert.equal(taken.accountId, (value as typeof place).accountId);
      }),
      { numRuns: 5_000 },
    );
  });
});

/** Leaves at everything that is asked, and knows what was. */
class Leaving extends Scripted {
  readonly asked: string[] = [];
  override pick<T>(question: PickQuestion<T>): Promise<T | undefined> {
    return this.leave(question);
  }
  override readonly pickSeveral = (question: object): Promise<undefined> => this.leave(question);
  override readonly input = (question: object): Promise<undefined> => this.leave(question);
  override readonly confirm = (dialog: object): Promise<undefined> => this.leave(dialog);
  protected leave(question: object): Promise<undefined> {
    this.asked.push(JSON.stringify(question));
    return Promise.resolve(undefined);
  }
}

/** Opens what a list offers first, too. */
class Curious extends Leaving {
  override async pick<T>({ items }: PickQuestion<T>): Promise<T | undefined> {
    const all: readonly Item<T>[] = typeof items === 'function' ? await items(new AbortController().signal) : items;
    return all.find(({ value, separator }) => value !== undefined && separator !== true)?.value;
  }
}

type Command = (app: Acting, argument: unknown, attended: Attended) => Promise<void>;
const onAccount =
  (act: (app: Acting, account: NonNullable<Awaited<ReturnType<typeof chooseAccount>>>) => Promise<void>): Command =>
  async (app, argument) => {
    const account = await chooseAccount(app, argument);
    if (account !== undefined) await act(app, account);
  };

/** As the front runs them. */
const commands: Readonly<Record<string, Command>> = {
  ...{ updateKeys: onAccount(updateKeys), renameAccount: onAccount(renameAccount), removeAccount: onAccount(removeAccount) },
  ...{ setThresholds: onAccount(setThresholds), testConnection: onAccount(testConnection), allowBorrowing: onAccount(allowBorrowingOn) },
  addCollateral: (app, argument, attended) => changeCollateral(app, attended, 'add', argument),
  reduceCollateral: (app, argument, attended) => changeCollateral(app, attended, 'reduce', argument),
  addMargin: (app, argument, attended) => changeMargin(app, attended, 'add', argument),
  reduceMargin: (app, argument, attended) => changeMargin(app, attended, 'reduce', argument),
  borrowMore: (app, argument, attended) => borrowMore(app, attended, argument),
  repayLoan: (app, argument, attended) => repayLoan(app, attended, argument),
  repayWithCollateral: (app, argument, attended) => repayWithCollateral(app, attended, argument),
  bringLtvToTarget: (app, argument, attended) => bringLtvToTarget(app, attended, argument),
  bringLiquidationToTarget: (app, argument, attended) => bringLiquidationToTarget(app, attended, argument),
  resolveWrite: (app, argument, attended) => resolveWrite(app, attended, argument),
  undoAdd: (app, argument, attended) => undoAdd(app, attended, argument),
  openRescue: (app, argument, attended) => openRescue(app, attended, argument),
  ...{
    armWriting: armWritingOn,
    maximumLoan: showMaximumLoan,
    prepareRescue,
    openAtVenue,
    setWarningLevels,
    acknowledgeWarnings,
    snoozeWarnings,
  },
};

describe('A command with any argument', function () {
  this.timeout(60_000);
  let machine: Machine;
  let front: Front;
  before(async () => {
    machine = new Machine();
    front = await machine.front();
    for (const [id, name] of [
      ['main', 'Main'],
      ['other', 'Second'],
    ] as const) {
      const venue = await machine.runs(SimulatedVenue.okx(machine.clock, {}));
      await front.engine.vault.store(id, venue.keys);
      await front.through(
        front.engine.book.add({ id, name, venue: 'okx', site: 'loopback', baseUrl: venue.url, simulated: true, readOnly: false }),
      );
      await front.through(front.engine.poller.refresh(id));
    }
  });
  after(() => machine.end());

  it('ends, sends nothing, changes nothing, and tells of no account but the one that is named', async () => {
    const { engine } = front;
    // Whose account it is, and when its key expires, is learned from the exchange.
    const held = (): unknown => [
      engine.book.list().map(({ uid: _uid, key: _key, ...account }) => account),
      engine.warnings.all(),
      ['main', 'other'].map((id) => engine.arming.state(id)),
    ];
    const before = held();
    const argument = fc.oneof(
      { weight: 3, arbitrary: damaged(place, garbage) },
      fc.record({ ...Object.fromEntries(names.map((name) => [name, garbage])), accountId: fc.constant('main') }),
      garbage,
    );
    await holds(
      fc.asyncProperty(fc.constantFrom(...Object.keys(commands)), argument, async (name, value) => {
        // For how long to arm, a person picks.
        const talk = name === 'armWriting' ? new Leaving() : new Curious();
        await front.through(commands[name]!(front.acting(talk), value, front.attended));
        assert.deepEqual(front.posted, []);
        assert.deepEqual(await front.through(engine.ledger.steps()), []);
        assert.deepEqual(held(), before);
        const meant = asPlace(value);
        if (meant !== undefined && meant.accountId !== 'other')
          assert.ok(!JSON.stringify([talk.heard, talk.asked]).includes('Second'), name);
      }),
      { numRuns: 200 },
    );
    assert.deepEqual(
      front.logged.filter((line) => /^(Type|Range|Syntax|Reference)Error/.test(line)),
      [],
    );
  });

  it('and a document of any address tells of no account that it does not name', async () => {
    await holds(
      fc.asyncProperty(fc.string(), async (query) => {
        const page = await front.through(activityDocument(front.acting(new Scripted()), query));
        assert.ok(!/Main|Second/.test(page), page);
      }),
      { numRuns: 200 },
    );
  });
});

describe('A line of the Model Context Protocol', () => {
  const looking: Looking = {
    options: () => ({ now, intervalMs: 30_000, amounts: true }),
    states: () => [aState([aLoan()])],
    ask: () => Promise.resolve(undefined) as never,
    steps: () => Promise.resolve([]),
  };
  const asked = (method: string, params: object = {}): object => ({ jsonrpc: '2.0', id: 7, method, params });
  const call = (name: string, given: object): object => asked('tools/call', { name: `ltv_gauge_${name}`, arguments: given });
  const requests: readonly object[] = [
    ...[
      asked('initialize', { protocolVersion: '2025-06-18' }),
      asked('ping'),
      asked('tools/list'),
      { jsonrpc: '2.0', method: 'notifications/initialized' },
    ],
    ...[
      call('status', {}),
      call('what_if', {
        prices: [{ coin: 'BTC', percent: '-20' }],
        changes: [{ loan: '12345', action: 'add', coin: 'BTC', amount: '0.1' }],
      }),
    ],
    ...[
      call('ways_to_target', { loan: '12345', ltv: '0.5' }),
      call('history', { loan: '12345', figure: 'ltv' }),
      call('explain', { change: 'x' }),
    ],
  ];

  it('that is no method is not said again whole', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    input.end(`${JSON.stringify(asked('x'.repeat(100_000)))}\n`);
    await serveMcp(input, output, looking);
    output.end();
    assert.ok((await text(output)).length < 300);
  });

  it('is answered by one line of JSON, or is a notification; nothing ends the program', async () => {
    const line = fc
      .constantFrom(...requests)
      .chain((request) =>
        fc.oneof({ weight: 3, arbitrary: damaged(request).map((one) => JSON.stringify(one)) }, damagedText(JSON.stringify(request))),
      );
    await holds(
      fc.asyncProperty(
        fc.array(
          line.map((one) => one.replace(/[\r\n\u2028\u2029]/g, ' ')),
          { maxLength: 5 },
        ),
        async (lines) => {
          const [input, output] = [new PassThrough(), new PassThrough()];
          const told = text(output);
          const served = serveMcp(input, output, looking);
          input.end([...lines, JSON.stringify({ jsonrpc: '2.0', id: 'last', method: 'ping' }), ''].join('\n'));
          await served;
          output.end();
          const answers = (await told)
            .trim()
            .split('\n')
            .map(
              (one) =>
                JSON.parse(one) as { readonly id: unknown; readonly error?: { readonly message: string }; readonly result?: unknown },
            );
          assert.ok(answers.length <= lines.length + 1);
          for (const { error, result } of answers) {
            assert.ok((error === undefined) !== (result === undefined));
            assert.ok(
              error === undefined || (error.message !== '' && error.message.length < 2_000 && !error.message.includes('    at ')),
              error?.message,
            );
            assert.ok(!/\bNaN|\[object/.test(JSON.stringify([result])));
            assert.ok(error?.message.includes('Cannot read') !== true, error?.message);
          }
          assert.deepEqual(answers.at(-1), { jsonrpc: '2.0', id: 'last', result: {} });
        },
      ),
      { numRuns: 400 },
    );
  });
});

import assert from 'node:assert/strict';
import type { OutletSettings } from '../../../src/engine/storage/outlet-protocol.ts';
import { manageOutlets } from '../../../src/flows/outlets.ts';
import { composeWarning, tellWarning } from '../../../src/flows/warnings.ts';
import { outletEntries } from '../../../src/views/outlets.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';
import { botToken, StandIn } from '../../host/stand-ins/outlets.ts';
import { text } from '../views/samples.ts';
import { Machine, type Front } from './front.ts';
import { pick, press, Scripted, type, type Answer } from './scripted.ts';
import { Trader } from './trader.ts';

const minute = 60_000;
const add = pick(says('outlet.add'));
const percent = pick(says('outlet.percent'));

/** All that is asked for an ntfy outlet. */
const ntfy = (url: string, topic = 'ltv-5f3a9c1e'): readonly Answer[] => [
  pick('ntfy'),
  type(url),
  type(topic),
  type(''),
  pick(says('outlet.note')),
  percent,
];

describe('outlets of warnings', function () {
  this.timeout(60_000);
  let machine: Machine;
  let front: Front;
  let there: StandIn;
  beforeEach(async () => {
    machine = new Machine();
    front = await machine.front();
    there = await new StandIn().start();
    front.routes.set('https://api.telegram.org', there.url);
    front.routes.set('https://hc-ping.com', there.url);
    front.routes.set('https://ntfy.sh', there.url);
  });
  afterEach(async () => {
    await machine.end();
    await there.close();
  });

  const manage = (...answers: readonly Answer[]): Promise<Scripted> => front.does(manageOutlets, ...answers);
  const kept = async (): Promise<readonly OutletSettings[]> => (await front.engine.outlets.shared.ask({ do: 'outlets' })) ?? [];
  const secrets = (): readonly string[] => [...machine.secrets.values.values()];

  it('are added after a dialog that names the host, and tested', async () => {
    const talk = await manage(...ntfy('https://ntfy.sh'), press(says('outlet.save-and-test')));
    assert.deepEqual(talk.titles('dialog'), [says('outlet.save', 'ntfy.sh')]);
    const { detail } = talk.heard.find(({ what }) => what === 'dialog')!;
    assert.match(detail, saysInTurn(says('outlet.detail'), says('outlet.note'), says('outlet.percent')));
    assert.deepEqual(talk.titles('notice'), [says('outlet.tested', 'ntfy.sh')]);
    assert.deepEqual(
      there.bodies.map(({ message, priority }) => [message, priority]),
      [[says('outlet.test-text'), 3]],
    );
    const [{ id, ...outlet }] = (await kept()) as [OutletSettings];
    assert.ok(id !== '');
    assert.deepEqual(outlet, {
      ...{ kind: 'ntfy', host: 'ntfy.sh', enabled: true, least: 'note', amounts: false, dead: false, success: front.engine.clock.now() },
    });
    assert.deepEqual(secrets(), ['{"url":"https://ntfy.sh","topic":"ltv-5f3a9c1e"}']);
    const asked = talk.heard.filter(({ what }) => what === 'input');
    assert.deepEqual(
      asked.map(({ secret }) => secret),
      [false, true, true],
    );
  });

  it('of every kind are saved with what they need and nothing else', async () => {
    const save = press(says('button.save'));
    const levels = [pick(says('outlet.danger')), pick(says('outlet.with-amounts'))];
    await manage(pick('Telegram'), type(botToken), type('-1001234'), ...levels, save);
    await manage(add, pick(says('outlet.webhook-label')), type(`${there.url}/hook`), type('0123456789abcdef'), ...levels, save);
    await manage(add, pick(says('outlet.alertmanager-label')), type(`${there.url}/hook`), type(''), ...levels, save);
    const ping = await manage(add, pick(says('outlet.ping-label')), type('https://hc-ping.com/8d1f'), save);
    assert.deepEqual(ping.titles('dialog'), [says('outlet.save', 'hc-ping.com')]);
    assert.deepEqual(
      (await kept()).map(({ kind, host, least, amounts }) => [kind, host, least, amounts]),
      [
        ['alertmanager', there.host, 'danger', true],
        ['ping', 'hc-ping.com', 'note', false],
        ['telegram', 'api.telegram.org', 'danger', true],
        ['webhook', there.host, 'danger', true],
      ],
    );
    assert.deepEqual(
      [...secrets()].sort(),
      [
        JSON.stringify({ token: botToken, chat: '-1001234' }),
        JSON.stringify({ url: `${there.url}/hook` }),
        JSON.stringify({ url: `${there.url}/hook`, secret: '0123456789abcdef' }),
        JSON.stringify({ url: 'https://hc-ping.com/8d1f' }),
      ].sort(),
    );
    assert.ok(!front.logged.some((line) => line.includes(botToken) || line.includes('/hook') || line.includes('8d1f')));
  });

  it('are listed with their state, changed without their secrets being shown, turned off and on, and removed with their secrets', async () => {
    await manage(...ntfy(there.url), press(says('button.save')));
    const name = `ntfy (${there.host})`;
    there.faults.push('broken');
    const failed = await manage(pick(name), pick(says('outlet.test')));
    assert.match(failed.titles('notice')[0]!, saysLike('outlet.refused', there.host));
    assert.equal(failed.heard.at(-1)?.kind, 'error');

    const edited = await manage(
      pick(name),
      pick(says('outlet.edit')),
      type(there.url),
      type(''),
      type('tk_new'),
      pick(says('outlet.warn')),
      percent,
      press(says('button.save')),
    );
    assert.match(edited.heard[0]!.lines![0]!, saysInTurn(name, says('outlet.failing'), says('outlet.never'), saysLike('outlet.failed')));
    assert.ok(!JSON.stringify(edited.heard).includes('5f3a9c1e'));
    assert.deepEqual(secrets(), [JSON.stringify({ url: there.url, topic: 'ltv-5f3a9c1e', token: 'tk_new' })]);
    await manage(pick(name), pick(says('outlet.disable')));
    assert.equal((await kept())[0]?.enabled, false);
    const enabled = await manage(pick(name), pick(says('outlet.enable')));
    assert.match(enabled.heard[0]!.lines![0]!, saysInTurn(name, says('outlet.off')));
    assert.equal((await kept())[0]?.least, 'warn');
    await manage(pick(name), pick(says('outlet.remove')), press(says('outlet.remove')));
    assert.deepEqual([await kept(), secrets()], [[], []]);
  });

  it('are not saved when the keyring keeps nothing, or the address is not safe', async () => {
    machine.secrets.fault = 'forgets';
    const talk = await manage(
      pick('ntfy'),
      { does: 'consider', text: 'http://example.com' },
      ...ntfy(there.url).slice(1),
      press(says('button.save')),
    );
    assert.deepEqual([talk.faults, talk.titles('notice'), await kept()], [[says('outlet.wrong')], [says('key.not-kept')], []]);
  });
});

describe('a warning that goes to outlets', function () {
  this.timeout(60_000);

  it('tells no amount unless the outlet may have them, and what a program needs', async () => {
    const there = await new StandIn().start();
    const { trader, okx } = await Trader.atOkx();
    try {
      const { engine } = trader;
      const app = trader.app(new Scripted());
      engine.warnings.attach({
        compose: async (told) => composeWarning(app, told),
        show: async () => undefined,
        settings: () => ({ enabled: true, quietHours: '' }),
        localize: text,
      });
      const save = press(says('button.save'));
      const hook = (amounts: string): readonly Answer[] => [
        ...[pick(says('outlet.webhook-label')), type(`${there.url}/hook`), type('0123456789abcdef')],
        ...[pick(says('outlet.note')), pick(amounts), save],
      ];
      await trader.goes(manageOutlets, ...hook(says('outlet.percent')));
      await trader.goes(manageOutlets, add, ...hook(says('outlet.with-amounts')));
      await trader.passes(5_000);
      there.arrived.length = 0;
      okx.movePrice('BTC', '-18.5');
      await trader.passes(2 * minute);
      const texts = there.bodies.map(({ text: told }) => String(told)).sort((a, b) => a.length - b.length);
      assert.equal(texts.length, 2, texts.join('\n'));
      for (const key of Object.values(okx.keys)) assert.ok(!JSON.stringify(there.arrived).includes(key), 'no key of the account');
      const near = saysLike(
        'warning.near',
        says('level.danger'),
        says('kinds.loan', '12345'),
        undefined,
        /~?\d\.\d%/,
        says('preview.margin-call'),
      );
      for (const one of texts) assert.match(one, near);
      assert.match(texts[0]!, saysInTurn(saysLike('warning.add', 'BTC', says('level.watch'))));
      assert.match(texts[1]!, saysLike('warning.add-from', /~0\.0\d\d\d BTC/));
      const alerts = there.bodies[0]?.['alerts'] as Record<string, string>[];
      const loan = alerts.find(({ target }) => target === 'level loan:12345')!;
      assert.match(loan['ltv']!, /^0\.\d+$/);
      assert.match(loan['distance']!, /^0\.0\d+$/);
      const { ltv, distance, since, figures, ...rest } = loan;
      assert.deepEqual(rest, {
        account: 'Main',
        target: 'level loan:12345',
        level: 'danger',
        venue: 'okx',
        simulated: true,
        state: 'alarm',
      });
      assert.ok(['current', 'estimate'].includes(figures!) && ltv !== distance);
      assert.equal(new Date(since!).toISOString(), since);
      assert.deepEqual(
        engine.warnings.outlets().map(({ dead, success }) => [dead, success !== undefined]),
        [
          [false, true],
          [false, true],
        ],
      );
    } finally {
      await trader.end();
      await there.close();
    }
  });

  it('is told in the editor with a way to the outlets when it may not have arrived', async () => {
    const { trader } = await Trader.atOkx();
    try {
      const talk = new Scripted(press(says('button.manage-outlets')));
      const sentence = { template: 'x', args: [] };
      await trader.until(tellWarning(trader.app(talk), { level: 'warn', sentence, about: [], outlet: 'one' }));
      assert.deepEqual(talk.did, ['manageOutlets']);
    } finally {
      await trader.end();
    }
  });
});

describe('the rows of outlets', function () {
  this.timeout(60_000);
  it('say what is on, what fails and since when', () => {
    const now = 10 * minute;
    const base = { kind: 'ntfy', host: 'ntfy.sh', enabled: true, least: 'note', amounts: false, dead: false } as const;
    const reason = { template: 'no answer', args: [] };
    const rows = outletEntries(
      [
        { ...base, id: '1', success: now - 2 * minute },
        { ...base, id: '2', success: 0, failure: { at: now - minute, reason }, dead: true },
        { ...base, id: '3', enabled: false, kind: 'ping', host: 'hc-ping.com' },
      ],
      now,
    );
    assert.deepEqual(
      rows.map(({ label, description, icon }) => [text(label), ...description!.map(text), icon?.id]),
      [
        ['ntfy (ntfy.sh)', says('outlet.last', says('time.min-ago', '2')), 'broadcast'],
        ['ntfy (ntfy.sh)', says('outlet.failing'), says('outlet.last', says('time.min-ago', '10')), 'warning'],
        [`${says('outlet.ping-label')} (hc-ping.com)`, says('outlet.off'), says('outlet.never'), 'circle-slash'],
      ],
    );
    assert.match(text(rows[1]?.details?.().note), saysInTurn(saysLike('outlet.failed'), 'no answer'));
    assert.equal(text(rows[2]?.details?.().lines[0]?.value), says('outlet.ping'));
  });
});

// What goes wrong between a person and an exchange, by the real engine over loopback.
import assert from 'node:assert/strict';
import { changeCollateral } from '../../../src/flows/change.ts';
import { TestExchange } from '../../e2e/exchange.ts';
import { added, Machine, type Front } from './front.ts';
import { pick, press, Scripted, type } from './scripted.ts';
import { says, saysLike } from '../../texts.ts';

describe('when things go wrong at an exchange', function () {
  this.timeout(60_000);
  let machine: Machine;
  let front: Front;
  let exchange: TestExchange;
  let accountId: string;
  beforeEach(async () => {
    machine = new Machine();
    front = await machine.front();
    exchange = await machine.runs(TestExchange.start({ clock: machine.clock, settleMs: 2_000 }));
    accountId = await added(front, exchange, 'Main');
  });
  afterEach(() => machine.end());

  const script = (amount: string) => [pick('Loan 12345'), pick('BTC'), type(amount), press(`Add ${amount} BTC`)] as const;
  const add = (amount: string) => front.does((app, attended) => changeCollateral(app, attended, 'add', undefined), ...script(amount));
  const has = (like: RegExp): boolean => front.rows('loans').some((row) => like.test(row));

  it('an answer that is lost after the exchange acted is found out by reading, and nothing is sent twice', async () => {
    await exchange.control('POST', 'fault', { endpoint: 'adjust-collateral', fault: 'lost-after-acting', times: 1 });
    const talk = await add('0.1');
    assert.match(talk.titles('notice')[0]!, saysLike('outcome.done-now', says('term.ltv'), '51.54%'));
    assert.deepEqual(
      (await exchange.adjustments()).map(({ loan, type: act, ccy, amt }) => ({ loan, type: act, ccy, amt })),
      [{ loan: '12345', type: 'add', ccy: 'BTC', amt: '0.1' }],
    );
    assert.equal(await exchange.requests('adjust-collateral'), 1);
    assert.ok(has(/^51\.54% · OK/));
  });

  it('an answer that is lost before the exchange acted is never sent again', async () => {
    await exchange.control('POST', 'fault', { endpoint: 'adjust-collateral', fault: 'lost-before-acting', times: 1 });
    const talk = await add('0.1');
    assert.match(talk.titles('notice')[0]!, saysLike('outcome.unknown'));
    assert.deepEqual(talk.heard.at(-1)!.choices, [says('gauge.resolve-unfinished-change'), says('button.show-log')]);
    assert.deepEqual(await exchange.adjustments(), []);
    assert.equal(await exchange.requests('adjust-collateral'), 1);
  });

  it('accepted is not done: the old LTV stays until there is proof', async () => {
    await exchange.control('POST', 'settle', { ms: 12_000 });
    const talk = new Scripted(...script('0.05'));
    const done = front.followed(talk, (app, attended) => changeCollateral(app, attended, 'add', undefined));
    await front.until('the exchange to accept it', () => has(saysLike('kinds.confirming', 'OKX')));
    assert.ok(has(/^57\.98% · Watch/), 'the old LTV stays until there is proof');
    assert.deepEqual(talk.titles('notice'), []);
    await done;
    assert.match(talk.titles('notice')[0]!, saysLike('outcome.done-now', says('term.ltv'), /54\.\d\d%/));
    assert.ok(
      talk.worked.some((line) => /accepted/i.test(line) && saysLike('change.cancel-only-stops').test(line)),
      talk.worked.join('\n'),
    );
    assert.ok(has(/^54\.\d\d% · Watch/) || has(/^54\.\d\d% · OK/));
    assert.equal(await exchange.requests('adjust-collateral'), 1);
  });

  it('whoever stops the waiting is told that it goes on, and nothing is sent again', async () => {
    await exchange.control('POST', 'settle', { ms: 12_000 });
    const talk = new Scripted(...script('0.05'));
    talk.stops = 'accepted by OKX';
    await front.followed(talk, (app, attended) => changeCollateral(app, attended, 'add', undefined));
    assert.match(talk.titles('notice')[0]!, saysLike('outcome.accepted'));
    await front.until('it to be done', () => front.engine.ledger.open(accountId).length === 0);
    assert.equal((await front.engine.ledger.activity())[0]!.state, 'effective');
    assert.equal(await exchange.requests('adjust-collateral'), 1);
  });

  it('whoever stops before anything was sent is told so, and nothing is', async () => {
    const talk = new Scripted(...script('0.05'));
    talk.stops = says('change.carrying-out');
    await front.followed(talk, (app, attended) => changeCollateral(app, attended, 'add', undefined));
    assert.match(talk.titles('notice')[0]!, saysLike('refusal.stopped'));
    await front.passes(5_000);
    assert.equal(await exchange.requests('adjust-collateral'), 0);
  });

  it('a second account that breaks leaves the first untouched, and nothing of it reassures', async () => {
    const other = await machine.runs(TestExchange.start({ clock: machine.clock }));
    await added(front, other, 'Second');
    await other.control('POST', 'fault', { endpoint: 'loan-info', fault: 'wrong-types', times: 1000 });
    await front.through(front.engine.poller.refresh());
    const rows = front.rows('loans');
    const second = rows.slice(rows.findIndex((row) => row.startsWith('Second ')));
    assert.ok(
      second.some((row) => saysLike('venue.left-out', 'OKX', saysLike('okx.loans', /\d/)).test(row)),
      second.join('\n'),
    );
    // What was read before stays, and nothing of it reassures; positions, which can be read, are not touched.
    assert.ok(second.some((row) => row.startsWith('57.98% · Unknown')));
    assert.match(second[0]!, /^Second .*just now/);
    assert.match(rows[0]!, /^Main .*just now/);
    assert.match(
      rows.slice(1).find((row) => /^\d/.test(row) && row.includes('#12345'))!,
      /^57\.98% · Watch/,
    );
  });

  it('an exchange that dies turns ages and greys, and recovers without a restart', async () => {
    await add('0.1');
    front.intervalMs = 10_000;
    await front.through(front.engine.poller.refresh());
    const gone = await exchange.kill();
    await front.until('it to be missed', () => /^Main .*unreachable/.test(front.rows('loans')[0]!));
    const last = front.rows('loans').find((row) => row.startsWith('51.54%'))!;
    assert.ok(!last.includes('· OK') && last.includes('Unknown'), last);
    await front.passes(20_000);
    assert.match(front.rows('loans')[0]!, /^Main .* (\d+ s|\d min) ago/);
    await gone.revive();
    await front.until('recovery', () => has(/^51\.54% · OK/));
    assert.match(front.rows('loans')[0]!, /^Main .*just now/);
  });
});

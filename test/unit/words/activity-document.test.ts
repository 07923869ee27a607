import assert from 'node:assert/strict';
import fc from 'fast-check';
import { msg } from '../../../src/core/message.ts';
import type { WriteRecord } from '../../../src/engine/ledger/record.ts';
import { activityText } from '../../../src/words/activity-document.ts';
import { holds } from '../property.ts';
import { fullMarginWrite, fullWrite, rowsOf } from '../views/activity-samples.ts';
import { now, text, write } from '../views/samples.ts';
import { changeName, marginOf, onLoan, says, saysInTurn, saysLike } from '../../texts.ts';

const documentOf = (
  records: readonly WriteRecord[],
  simulated: readonly string[] = [],
  account: { readonly account?: string } = { account: 'Main' },
): string =>
  activityText(
    records.map((record) => ({ record, rows: record.state === 'effective' ? rowsOf(record) : [] })),
    { account: account.account, simulated: new Set(simulated), say: text, when: (ms) => new Date(ms).toISOString(), now },
  );
const lines = (document: string): readonly string[] => document.split('\n');

describe('the document of all changes', () => {
  it('reads as it stands', () => {
    assert.equal(
      documentOf([fullWrite()], ['one']),
      `# ${says('list.colon', says('activity.title'), 'Main')}\n\n${says('activity.count', '1')}\n${says('activity.written-at', '2026-11-21T12:00:00.000Z')}\n${says('activity.no-keys')}\n\n## ${changeName('add', '0.1', 'BTC', onLoan('12345'))}\n\n- Status: Confirmed\n- Account: \`Main (okx)\`\n- Funds: simulated\n- Recorded: \`2026-11-21T11:59:00.000Z\`\n- Sent: \`2026-11-21T11:59:02.000Z\`\n- Accepted: \`2026-11-21T11:59:03.000Z\`\n- Confirmed: \`2026-11-21T11:59:10.000Z\`\n- LTV before: \`57.9812345%\`\n- LTV (estimate): \`51.5388751%\`\n- LTV after: \`51.5388%\`\n\n### Inputs\n\n- Updated: \`2026-11-21T11:58:59.000Z\`\n- ${says('collateral.available')}: \`1.7921483143067599 BTC\`\n- Limit: \`1.5 BTC\`\n- Value: \`$8,832.70123\`\n- Collateral before: \`0.8 BTC\`\n- Newest history entry before: \`h-before\`\n\n### Request and answer\n\n- Request: \`POST /api/v5/finance/flexible-loan/adjust-collateral\`\n- Body: \`{"type":"add","collateralCcy":"BTC","collateralAmt":"0.1","orderId":"12345"}\`\n- Answer: Accepted\n- Code: \`0\`\n- Answered at: \`2026-11-21T11:59:03.000Z\`\n- Reference: \`ref-1\`\n\n### Proof\n\n- History entry: \`h-after\`\n- Type: \`${says('row.collateral-added')} (collateral_locked)\`\n- Amount: \`0.1 BTC\`\n- Exchange time: \`2026-11-21T11:59:04.000Z\`\n\n### Origin\n\n- Change ID: \`w1\`\n- Window: \`window-7\`\n`,
    );
  });

  it('keeps the order it is given, newest first, and every digit of a price', () => {
    const document = documentOf([fullMarginWrite(), write()], [], {});
    assert.match(
      document,
      saysInTurn(`# ${says('list.colon', says('activity.title'), says('activity.all-accounts'))}\n\n`, `${says('activity.count', '2')}\n`),
    );
    assert.deepEqual(
      lines(document).filter((one) => one.startsWith('## ')),
      [
        `## ${changeName('remove', '100', 'USDT', marginOf('BTC-USDT-SWAP long'))}`,
        `## ${changeName('add', '0.1', 'BTC', onLoan('12345'))}`,
      ],
    );
    assert.ok(lines(document).includes(`- ${says('activity.before', says('term.liquidation-price'))}: \`52,560.123456789\``));
    assert.ok(lines(document).includes(`- ${says('activity.after', says('term.liquidation-price'))}: \`53,061.000001\``));
    assert.doesNotMatch(document, /simulated/);
  });

  it('has both sends of a request that was asked again', () => {
    const again = { at: now - 40_000, answer: { at: now - 39_000, kind: 'accepted', code: '51016' } } as const;
    assert.match(
      documentOf([write({ answer: { at: now - 50_000, kind: 'lost' }, again })]),
      saysInTurn(
        `- ${says('list.colon', says('activity.answer'), says('activity.unclear'))}`,
        `- ${says('activity.asked-again')}: \`2026-11-21T11:59:20.000Z\``,
        `- ${says('list.colon', says('activity.answer'), says('activity.accepted'))}\n- Code: \`51016\``,
      ),
    );
  });

  it('says that there was none', () => {
    assert.match(documentOf([]), saysLike('activity.no-changes'));
  });

  it('takes nothing that a venue or a person wrote for Markdown', () => {
    const note = msg('test', 'Refused: <b>[free money](https://evil.test)</b> `x` *now*\n# Heading');
    const document = documentOf([write({ state: 'rejected', sentAt: now, note, accountName: 'a`` b\n## c' })]);
    assert.ok(lines(document).includes('- Account: ```a`` b ## c (okx)```'), document);
    assert.ok(
      lines(document).includes('- Note: Refused: \\<b\\>\\[free money\\](https\\://evil.test)\\</b\\> \\`x\\` \\*now\\* # Heading'),
      document,
    );
  });

  it('holds nothing that a record is not meant to hold: no key can be in it', () => {
    const canary = 'CANARY-9f3c';
    const withKeys = {
      ...fullWrite(),
      keys: { apiKey: canary, secret: canary, passphrase: canary },
      request: { ...fullWrite().request, headers: { 'OK-ACCESS-KEY': canary, 'OK-ACCESS-SIGN': canary } },
      answer: { ...fullWrite().answer, headers: canary },
    } as unknown as WriteRecord;
    assert.ok(JSON.stringify(withKeys).includes(canary));
    assert.ok(!documentOf([withKeys]).includes(canary));
  });

  it('has as many headings as changes, whatever their texts are', () => {
    const dirty = fc.string({ unit: fc.constantFrom('`', '#', '\n', '\r', ' ', '*', '[', ']', '<', '-', 'a', '\u2028') });
    holds(
      fc.property(dirty, dirty, dirty, (name, body, note) => {
        const record = write({ accountName: name, request: { method: 'POST', path: '/', body }, note: msg('test', '{0}', note) });
        const document = documentOf([record, record]);
        assert.equal(lines(document).filter((one) => /^#{1,2} /.test(one)).length, 3);
        assert.ok(
          lines(document).every((one) => one === '' || /^(#{1,3} |- |Changes: 2|Written 2026|Contains no)/.test(one)),
          document,
        );
      }),
    );
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { csvText } from '../../../src/core/csv.ts';
import { holds } from '../property.ts';

/** A reader of RFC 4180 of our own, that knows nothing of how the file is written. */
function parse(file: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let at = 0;
  const endCell = (): void => {
    row.push(cell);
    cell = '';
  };
  while (at < file.length) {
    if (file[at] === '"') {
      at += 1;
      while (!(file[at] === '"' && file[at + 1] !== '"')) {
        assert.ok(at < file.length, 'a quoted cell ends');
        if (file[at] === '"') at += 1;
        cell += file.charAt(at);
        at += 1;
      }
      at += 1;
      assert.match(file.slice(at), /^(,|\r\n)/, 'after a quoted cell comes the next one or the end of the row');
    } else if (file[at] === ',') {
      endCell();
      at += 1;
    } else if (file.startsWith('\r\n', at)) {
      endCell();
      rows.push(row);
      row = [];
      at += 2;
    } else {
      cell += file.charAt(at);
      at += 1;
    }
  }
  assert.deepEqual([row, cell], [[], ''], 'the last row ends too');
  return rows;
}

const read = (file: string): string[][] => {
  assert.equal(file[0], '\uFEFF', 'a spreadsheet knows the file as UTF-8');
  return parse(file.slice(1));
};
const one = (text: string): string => read(csvText([[text]]))[0]![0]!;

describe('a CSV file', () => {
  for (const [text, written] of [
    ['plain', 'plain'],
    ['', ''],
    ['a,b', '"a,b"'],
    ['say "so"', '"say ""so"""'],
    ['two\nlines', '"two\nlines"'],
    ['{"amt":"0.1"}', '"{""amt"":""0.1""}"'],
    ['0.1', '0.1'],
    ['-0.1', '-0.1'],
    ['-5', '-5'],
    ['-12345678901234567890.000000001', '-12345678901234567890.000000001'],
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1+1', "'-1+1"],
    ['-', "'-"],
    ['-1e5', "'-1e5"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['＝1+1', "'＝1+1"],
    ['\tx', "'\tx"],
    ['\r=1', '"\'\r=1"'],
    ['=HYPERLINK("http://x";"y")', '"\'=HYPERLINK(""http://x"";""y"")"'],
    ['a=1', 'a=1'],
  ] as const) {
    it(`writes ${JSON.stringify(text)} as ${written}`, () => {
      assert.equal(csvText([[text]]), `\uFEFF${written}\r\n`);
    });
  }

  const cell = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', '\t', '=', '+', '-', '@', "'", '0', '.', 'é', '仓', '\u{1F4B0}') }),
  );

  it('is read back cell by cell, whatever is in the cells', () => {
    holds(
      fc.property(fc.array(fc.array(cell, { minLength: 1 })), (rows) => {
        const back = read(csvText(rows));
        assert.deepEqual(
          back.map((row) => row.length),
          rows.map((row) => row.length),
        );
        back.forEach((row, y) => {
          row.forEach((text, x) => {
            const written = rows[y]![x]!;
            assert.ok(text === written || text === `'${written}`, `${JSON.stringify(written)} came back as ${JSON.stringify(text)}`);
          });
        });
      }),
    );
  });

  it('has no cell that a spreadsheet would run, and leaves every other one alone', () => {
    holds(
      fc.property(cell, (text) => {
        const isFormula = /^[=+\-@\t\r]/.test(text) && !/^-?[0-9]+(\.[0-9]+)?$/.test(text);
        if (isFormula) assert.equal(one(text), `'${text}`);
        else if (!/^[\n＝＋－＠]/.test(text)) assert.equal(one(text), text);
      }),
    );
  });
});

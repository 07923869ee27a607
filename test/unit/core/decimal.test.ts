import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import Big from 'big.js';
import fc from 'fast-check';
import {
  absolute,
  add,
  compare,
  decimal,
  decimalFrom,
  decimalPlaces,
  divide,
  fractionForDrawing,
  greater,
  isDecimal,
  isNegative,
  isPositive,
  isZero,
  lesser,
  multiply,
  negate,
  one,
  round,
  subtract,
  sum,
  withPlaces,
  zero,
  type Decimal,
  type Rounding,
} from '../../../src/core/decimal.ts';
import { holds } from '../property.ts';

const d = decimal;

/** An independent reading of the same notation: numerator over a power of ten. */
function exact(text: string): { readonly units: bigint; readonly scale: bigint } {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const units = BigInt(whole + fraction);
  return { units: text.startsWith('-') ? -units : units, scale: 10n ** BigInt(fraction.length) };
}
const cmp = (a: string, b: string): number => {
  const [x, y] = [exact(a), exact(b)];
  const difference = x.units * y.scale - y.units * x.scale;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

const anyDecimal: fc.Arbitrary<Decimal> = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 24n }), fc.integer({ min: 0, max: 18 }))
  .map(([negative, units, places]) => {
    const digits = units.toString().padStart(places + 1, '0');
    const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
    return d(negative ? `-${text}` : text);
  });
const nonZero = anyDecimal.filter((value) => !isZero(value));
const places = fc.integer({ min: 0, max: 12 });

describe('a decimal out of an answer', () => {
  it('is the text itself where it is plain', () => {
    holds(
      fc.property(anyDecimal, (value) => {
        assert.equal(decimalFrom(value), value);
      }),
    );
  });

  it('is written out where it has an exponent, with every digit and no other', () => {
    for (const [text, plain] of [
      ['9.7E-6', '0.0000097'],
      ['-1.2E-7', '-0.00000012'],
      ['1e3', '1000'],
      ['1.50E+1', '15.0'],
      ['1.5E0', '1.5'],
      ['0E-8', '0.00000000'],
      ['0E8', '0'],
      ['0.001e2', '0.1'],
      ['12.34E-1', '1.234'],
      ['1E-18', '0.000000000000000001'],
    ] as const) {
      assert.equal(decimalFrom(text), plain, text);
    }
  });

  it('is exactly mantissa times a power of ten, whatever they are', () => {
    const power = (exponent: number): Decimal => d(exponent < 0 ? `0.${'0'.repeat(-exponent - 1)}1` : `1${'0'.repeat(exponent)}`);
    holds(
      fc.property(anyDecimal, fc.integer({ min: -24, max: 24 }), fc.constantFrom('e', 'E'), fc.boolean(), (value, exponent, mark, plus) => {
        const read = decimalFrom(`${value}${mark}${plus && exponent >= 0 ? '+' : ''}${exponent.toString()}`);
        assert.ok(read !== undefined && isDecimal(read));
        assert.equal(cmp(read, multiply(value, power(exponent))), 0, `${value}e${exponent.toString()} is not ${read}`);
      }),
    );
  });

  it('is none where there is no exact decimal, or one that would be too long to work with', () => {
    const odd = [
      '',
      ' ',
      '--',
      '-',
      'null',
      'NaN',
      'Infinity',
      '1e',
      'e5',
      '1e1.5',
      '.5e1',
      '1,000',
      '+1e2',
      '1e999',
      '1e-999',
      '1e9999999999',
    ];
    for (const text of [...odd, '9'.repeat(81), `${'1'.repeat(78)}e5`, 5, 0.1, null, undefined, true, {}, ['1'], 10n]) {
      assert.equal(decimalFrom(text), undefined, inspect(text));
    }
    holds(
      fc.property(fc.anything({ withBigInt: true }), (value) => {
        const read = decimalFrom(value);
        assert.ok(read === undefined || isDecimal(read));
      }),
    );
  });
});

describe('decimals', () => {
  it('take plain notation only', () => {
    for (const text of ['0', '-0', '1.50', '-3.000000000000000001', '158292.621793314105231', '00.1']) assert.ok(isDecimal(text), text);
    for (const text of ['', ' ', '1e3', '1E-7', '.5', '5.', '+1', '--1', '1,000', 'NaN', 'Infinity', '0x10', '1 ', '１', '1\n']) {
      assert.equal(isDecimal(text), false, JSON.stringify(text));
      assert.throws(() => d(text), RangeError);
    }
  });

  it('refuse text so long that arithmetic would become slow', () => {
    assert.ok(isDecimal('9'.repeat(80)));
    assert.equal(isDecimal('9'.repeat(81)), false);
    // What is logged of it is short as well, and shows what it was.
    assert.throws(
      () => d('<html>'.repeat(1000)),
      ({ message }: Error) => message.includes('"<html><html>') && message.length < 120,
    );
  });

  it('refuse a JavaScript number, should one get past the types', () => {
    const float = (0.1 + 0.2) as unknown as Decimal;
    assert.throws(() => add(float, one));
    assert.throws(() => divide(one, float, 2, 'up'));
    for (const rounding of ['up', 'down', 'half-up'] as const) assert.throws(() => divide(float, one, 2, rounding), rounding);
  });

  it('keep every digit of the documented samples', () => {
    for (const text of ['1.7921483143067599', '158292.621793314105231', '63.9795959720319628']) assert.equal(add(d(text), zero), text);
    assert.equal(subtract(d('1.7921483143067599'), d('0.1')), '1.6921483143067599');
    assert.equal(multiply(d('0.000000000000000001'), d('0.000000000000000001')), `0.${'0'.repeat(35)}1`);
  });

  const divisions: [string, string, number, Rounding, string][] = [
    ['1', '3', 4, 'down', '0.3333'],
    ['1', '3', 4, 'up', '0.3334'],
    ['-1', '3', 4, 'down', '-0.3334'],
    ['-1', '3', 4, 'up', '-0.3333'],
    ['1', '-3', 4, 'down', '-0.3334'],
    ['1', '-3', 4, 'up', '-0.3333'],
    ['-1', '-3', 4, 'down', '0.3333'],
    ['-1', '-3', 4, 'up', '0.3334'],
    ['1', '4', 2, 'up', '0.25'],
    ['1', '4', 2, 'down', '0.25'],
    ['-1', '4', 2, 'up', '-0.25'],
    ['0', '-7', 3, 'up', '0'],
    ['0', '-7', 3, 'down', '0'],
    ['-1', '1000', 2, 'up', '0'],
    ['-1', '1000', 2, 'down', '-0.01'],
    ['1', '1000', 2, 'up', '0.01'],
    ['1', '1000', 2, 'down', '0'],
    ['7', '2', 0, 'up', '4'],
    ['7', '2', 0, 'down', '3'],
    ['7', '2', 0, 'half-up', '4'],
    ['-7', '2', 0, 'half-up', '-4'],
    ['-1', '1000', 2, 'half-up', '0'],
    ['9638.17', '18381.41', 6, 'up', '0.524344'],
    ['0.8661285', '1.5078763', 8, 'up', '0.57440289'],
  ];
  for (const [a, b, digits, rounding, result] of divisions) {
    it(`divide ${a} by ${b} to ${digits.toString()} places ${rounding} as ${result}`, () => {
      assert.equal(divide(d(a), d(b), digits, rounding), result);
    });
  }

  it('round to whole and part of a digit in the direction that is asked', () => {
    assert.equal(round(d('0.80004'), 4, 'up'), '0.8001');
    assert.equal(round(d('0.80004'), 4, 'down'), '0.8');
    assert.equal(round(d('-0.80004'), 4, 'up'), '-0.8');
    assert.equal(round(d('-0.80004'), 4, 'down'), '-0.8001');
    assert.equal(round(d('123456789012345678901234567890.5'), 0, 'up'), '123456789012345678901234567891');
  });

  it('never divide by zero', () => {
    for (const text of ['0', '-0', '0.000']) assert.throws(() => divide(one, d(text), 2, 'up'), /^RangeError: division by zero/);
  });

  it('are bracketed by their quotient rounded down and up, at most one step apart', () => {
    holds(
      fc.property(anyDecimal, nonZero, places, (a, b, digits) => {
        const down = divide(a, b, digits, 'down');
        const up = divide(a, b, digits, 'up');
        const direction = isNegative(b) ? -1 : 1;
        assert.ok(cmp(multiply(down, b), a) * direction <= 0, `${down} is above ${a}/${b}`);
        assert.ok(cmp(multiply(up, b), a) * direction >= 0, `${up} is below ${a}/${b}`);
        const gap = subtract(up, down);
        assert.ok(isZero(gap) || compare(multiply(gap, d(`1${'0'.repeat(digits)}`)), one) === 0);
        assert.ok(decimalPlaces(down) <= digits && decimalPlaces(up) <= digits);
        const half = divide(a, b, digits, 'half-up');
        assert.ok(half === down || half === up);
      }),
    );
  });

  it('are exact where they divide without rest, whichever way they are rounded', () => {
    holds(
      fc.property(anyDecimal, nonZero, fc.constantFrom<Rounding>('up', 'down', 'half-up'), (a, b, rounding) => {
        assert.equal(cmp(divide(multiply(a, b), b, 18, rounding), a), 0);
      }),
    );
  });

  it('add, subtract, multiply and compare exactly', () => {
    holds(
      fc.property(anyDecimal, anyDecimal, (a, b) => {
        const [x, y] = [exact(a), exact(b)];
        const total = exact(add(a, b));
        assert.equal(total.units * x.scale * y.scale, (x.units * y.scale + y.units * x.scale) * total.scale);
        const product = exact(multiply(a, b));
        assert.equal(product.units * x.scale * y.scale, x.units * y.units * product.scale);
        assert.equal(cmp(add(subtract(a, b), b), a), 0);
        assert.equal(compare(a, b), cmp(a, b));
        assert.equal(cmp(lesser(a, b), greater(a, b)) <= 0, true);
      }),
    );
  });

  it('compare as numbers, however they are written and near each other', () => {
    for (const [a, b, result] of [
      ['1.50', '1.5', 0],
      ['12', '12.000', 0],
      ['12', '12.0001', -1],
      ['10', '9.99', 1],
      ['0.1', '0.09', 1],
      ['0.10001', '0.1', 1],
      ['007', '7', 0],
      ['010', '9', 1],
      ['-1', '1', -1],
      ['-2', '-1', -1],
      ['-0', '0.0', 0],
    ] as const) {
      assert.equal(compare(d(a), d(b)), result, `${a} to ${b}`);
      assert.equal(compare(d(b), d(a)), 0 - result);
    }
    const digits = fc.string({ unit: fc.constantFrom('0', '1', '9'), minLength: 1, maxLength: 4 });
    const near = fc
      .tuple(fc.constantFrom('', '-'), digits, fc.option(digits))
      .map(([sign, whole, rest]) => d(`${sign}${whole}${rest === null ? '' : `.${rest}`}`));
    holds(
      fc.property(near, near, (a, b) => {
        assert.equal(compare(a, b), cmp(a, b));
      }),
      { numRuns: 500 },
    );
  });

  it('are never printed as minus zero, nor with an exponent', () => {
    const results = [
      negate(zero),
      multiply(d('-1'), zero),
      round(d('-0.001'), 2, 'up'),
      add(d('-0'), zero),
      multiply(d('1e0'.slice(0, 1)), d('-0.0')),
    ];
    for (const result of results) assert.equal(result, '0');
    assert.equal(multiply(d('1000000000000'), d('1000000000000')), '1000000000000000000000000');
    assert.equal(divide(one, d('100000000'), 12, 'down'), '0.00000001');
  });

  it('know their sign', () => {
    assert.ok(isZero(d('-0.00')) && !isNegative(d('-0.00')) && !isPositive(d('-0.00')));
    assert.ok(isNegative(d('-0.01')) && isPositive(d('0.01')));
    assert.equal(absolute(d('-0.10')), '0.1');
    assert.equal(sum([]), '0');
    assert.equal(sum([d('0.1'), d('0.2')]), '0.3');
  });

  it('are padded without being rounded', () => {
    assert.equal(withPlaces(d('5'), 2), '5.00');
    assert.equal(withPlaces(d('5.1'), 2), '5.10');
    assert.equal(withPlaces(d('5.123'), 2), '5.123');
    assert.equal(withPlaces(d('5'), 0), '5');
  });

  it('are drawn between 0 and 1, whatever they are', () => {
    assert.equal(fractionForDrawing(d('0.5'), one), 0.5);
    assert.equal(fractionForDrawing(d('1'), d('3')), 0.333333);
    // Of nothing and of less than nothing there is no part.
    for (const [value, full] of [
      ['1', '0'],
      ['-1', '-2'],
    ] as const)
      assert.equal(fractionForDrawing(d(value), d(full)), 0);
    holds(
      fc.property(anyDecimal, anyDecimal, (value, full) => {
        const place = fractionForDrawing(value, full);
        assert.ok(place >= 0 && place <= 1);
      }),
    );
  });
});

describe('decimals beside the library', () => {
  // Made anew, because places and rounding are set for each division.
  const Library = Big();
  const lib = (text: string): Big => new Library(text);

  const ten = '0123456789'.split('');
  /** Short and long, near each other and far apart, with zeros at either end, at and around the largest exact number. */
  const digits = fc.oneof(
    { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(...ten), minLength: 1, maxLength: 9 }) },
    { weight: 2, arbitrary: fc.string({ unit: fc.constantFrom('0', '1', '5', '9'), minLength: 1, maxLength: 24 }) },
    fc.bigInt({ min: -40n, max: 40n }).map((near) => (BigInt(Number.MAX_SAFE_INTEGER) + near).toString()),
    fc.string({ unit: fc.constantFrom(...ten), minLength: 30, maxLength: 78 }),
    fc.integer({ min: 0, max: 40 }).map((zeros) => `1${'0'.repeat(zeros)}`),
  );
  const written = fc.tuple(fc.constantFrom('', '', '-'), digits, fc.nat({ max: 40 })).map(([sign, text, behind]) => {
    if (behind === 0) return d(`${sign}${text}`);
    const padded = text.padStart(behind + 1, '0').slice(0, 78);
    return d(`${sign}${padded.slice(0, -behind)}.${padded.slice(-behind)}`);
  });
  // The same text differently written, and the exact result of a division, meet where rounding decides.
  const other = (a: Decimal): fc.Arbitrary<Decimal> =>
    fc.oneof(
      { weight: 6, arbitrary: written },
      fc.constantFrom<Decimal>(a, negate(a), withPlaces(a, decimalPlaces(a) + 2), add(a, d('0.5')), d('2'), d('8'), d('-0.2'), zero),
    );
  const pairs = written.chain((a) => fc.tuple(fc.constant(a), other(a)));

  it('are computed to the same digits', () => {
    holds(
      fc.property(pairs, ([a, b]) => {
        const [x, y] = [lib(a), lib(b)];
        const fixed = (value: Big): string => value.toFixed();
        assert.equal(add(a, b), fixed(x.plus(y)), `${a} + ${b}`);
        assert.equal(subtract(a, b), fixed(x.minus(y)), `${a} - ${b}`);
        assert.equal(multiply(a, b), fixed(x.times(y)), `${a} x ${b}`);
        assert.equal(negate(a), fixed(x.times('-1')), `-${a}`);
        assert.equal(absolute(a), fixed(x.abs()), `|${a}|`);
        assert.equal(sum([a, b, a]), fixed(x.plus(y).plus(x)), `${a} + ${b} + ${a}`);
        assert.equal(compare(a, b), x.cmp(y), `${a} to ${b}`);
        assert.deepEqual([isZero(a), isNegative(a), isPositive(a)], [x.eq('0'), x.lt('0'), x.gt('0')], a);
      }),
      { numRuns: 100_000 },
    );
  });

  it('are divided to the same digits, rounded to either side', () => {
    const towards = { up: [Big.roundUp, Big.roundDown], down: [Big.roundDown, Big.roundUp], 'half-up': [Big.roundHalfUp, Big.roundHalfUp] };
    holds(
      fc.property(pairs, fc.nat({ max: 24 }), fc.constantFrom<Rounding>('up', 'down', 'half-up'), ([a, b], digits, rounding) => {
        const [x, y] = [lib(a), lib(b)];
        // By magnitude: a quotient below zero goes up where it is rounded down.
        const [above, below] = towards[rounding];
        Library.DP = digits;
        Library.RM = (x.s * y.s > 0 ? above : below) ?? 0;
        if (!y.eq('0')) assert.equal(divide(a, b, digits, rounding), x.div(y).toFixed(), `${a} / ${b} to ${String(digits)} ${rounding}`);
        assert.equal(
          round(a, digits, rounding),
          x.round(digits, (x.s > 0 ? above : below) ?? 0).toFixed(),
          `${a} to ${String(digits)} ${rounding}`,
        );
      }),
      { numRuns: 100_000 },
    );
  });
});

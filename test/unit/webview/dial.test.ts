import assert from 'node:assert/strict';
import fc from 'fast-check';
import { dashes, labelLine, labelWidth, placeLabels, pointAt, radius, viewBox, type PlacedLabel } from '../../../src/webview/dial.ts';
import { holds } from '../property.ts';

/** Wider than any word we have, in either language; longer figures are drawn narrower. */
const width = labelWidth;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function boxOf({ x, y, anchor }: PlacedLabel): Box {
  return { left: anchor === 'start' ? x : x - width, right: anchor === 'start' ? x + width : x, top: y - 2 * labelLine, bottom: y };
}

const overlap = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** The distance of the nearest point of a box to the centre. */
function nearest({ left, right, top, bottom }: Box): number {
  const towards = (low: number, high: number): number => Math.max(low, Math.min(0, high));
  return Math.hypot(towards(left, right), towards(top, bottom));
}

const aPlace = fc.double({ min: 0, max: 1, noNaN: true });
/** Both thresholds, and an estimate where there is one. */
const places = fc.oneof(fc.tuple(aPlace, aPlace), fc.tuple(aPlace, aPlace, aPlace));

describe('Labels of the ticks', () => {
  it('never overlap, wherever the ticks are', () => {
    holds(
      fc.property(places, (some) => {
        const boxes = placeLabels(some).map(boxOf);
        for (const [index, box] of boxes.entries()) {
          assert.equal(
            boxes.slice(index + 1).some((other) => overlap(box, other)),
            false,
          );
        }
      }),
    );
  });

  it('never reach into the arc', () => {
    holds(
      fc.property(places, (pair) => {
        for (const label of placeLabels(pair)) assert.equal(nearest(boxOf(label)) >= radius.tickTo, true);
      }),
    );
  });

  it('stay within the drawing', () => {
    holds(
      fc.property(places, (pair) => {
        const labels = placeLabels(pair);
        const [left, top, wide, high] = viewBox(labels).split(' ').map(Number);
        for (const box of labels.map(boxOf)) {
          assert.equal(box.top >= top! && box.bottom <= top! + high! && box.left >= left! && box.right <= left! + wide!, true);
        }
      }),
    );
  });

  it('stand at their own ticks when there is room', () => {
    const labels = placeLabels([0.7374, 0.8374]);
    assert.deepEqual(
      labels.map(({ leader }) => leader),
      [false, false],
    );
    assert.equal(labels[0]!.y < labels[1]!.y, true);
  });

  it('have room beside the end of the scale, where a position has its only one', () => {
    const [label] = placeLabels([1]);
    assert.deepEqual([label!.anchor, label!.leader], ['start', false]);
    assert.equal(label!.x + labelWidth <= 194, true);
  });

  it('are led by a line where one had to move', () => {
    assert.deepEqual(
      placeLabels([0.93, 0.95]).map(({ leader }) => leader),
      [true, false],
    );
  });
});

describe('The half-circle', () => {
  it('runs from the left over the top to the right', () => {
    assert.deepEqual(pointAt(0, 100), { x: -100, y: 0 });
    assert.deepEqual(pointAt(0.5, 100), { x: 0, y: -100 });
    assert.deepEqual(pointAt(1, 100), { x: 100, y: 0 });
  });

  it('shows exactly the part of the scale that is meant', () => {
    assert.equal(dashes(0, 0.5743), '0 0 57.4 300');
    assert.equal(dashes(0.7374, 0.8374), '0 73.7 10 300');
    assert.equal(dashes(0.9, 0.8), '0 90 0 300');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { leafHash } from '@coinbox/protocol';
import { naivePath, naiveProof, naiveRoot, numbered } from './naive-tree.ts';
import { consistencyPath, inclusionPath, rightEdge, tileOfNode, widthAt } from './paths.ts';
import { createTree } from './tree.ts';

const MOST = 700;
const leaves = Array.from({ length: MOST }, (_, i) => numbered(i));
const tree = createTree(() => assert.fail('nothing is in files'));
for (const leaf of leaves) tree.push(leafHash(leaf));

const sizes = fc.integer({ min: 1, max: MOST });
const two = fc.tuple(sizes, sizes).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

describe('rightEdge()', () => {
  it('ends with the root of the tree of RFC 6962, at every size', () => {
    for (let size = 1; size <= 300; size++) {
      assert.deepEqual(
        new Uint8Array(rightEdge(tree.read, size).at(-1) as Uint8Array),
        naiveRoot(leaves.slice(0, size)),
      );
    }
  });

  it('is of trees with leaves only', () => assert.throws(() => rightEdge(tree.read, 0), /bug/));
});

describe('inclusionPath()', () => {
  it('is the path of RFC 6962 for every leaf of trees of up to 40', () => {
    for (let size = 1; size <= 40; size++) {
      const edge = rightEdge(tree.read, size);
      for (let index = 0; index < size; index++) {
        const path = inclusionPath(tree.read, edge, index, size).map(
          (hash) => new Uint8Array(hash),
        );
        assert.deepEqual(path, naivePath(index, leaves.slice(0, size)));
      }
    }
  });

  it('is the path of RFC 6962 for leaves of larger trees', () => {
    fc.assert(
      fc.property(two, ([before, size]) => {
        const path = inclusionPath(tree.read, rightEdge(tree.read, size), before - 1, size);
        const wanted = naivePath(before - 1, leaves.slice(0, size));
        assert.deepEqual(
          path.map((hash) => new Uint8Array(hash)),
          wanted,
        );
      }),
    );
  });
});

describe('consistencyPath()', () => {
  it('is the proof of RFC 6962 between trees of up to 24', () => {
    for (let second = 1; second <= 24; second++) {
      for (let first = 1; first <= second; first++) {
        const path = consistencyPath(tree.read, first, second).map((hash) => new Uint8Array(hash));
        assert.deepEqual(path, naiveProof(first, leaves.slice(0, second)));
      }
    }
  });

  it('is the proof of RFC 6962 between larger trees', () => {
    fc.assert(
      fc.property(two, ([first, second]) => {
        const path = consistencyPath(tree.read, first, second).map((hash) => new Uint8Array(hash));
        assert.deepEqual(path, naiveProof(first, leaves.slice(0, second)));
      }),
    );
  });
});

describe('tileOfNode()', () => {
  it('finds the tile of each height', () => {
    const rows: readonly (readonly [number, number, number, number, number, number])[] = [
      // height, place: level, number, height and place within
      [0, 0, 0, 0, 0, 0],
      [0, 255, 0, 0, 0, 255],
      [0, 256, 0, 1, 0, 0],
      [7, 1, 0, 0, 7, 1],
      [7, 2, 0, 1, 7, 0],
      [8, 256, 1, 1, 0, 0],
      [15, 3, 1, 1, 7, 1],
      [16, 5, 2, 0, 0, 5],
      [0, 2 ** 40 + 3, 0, 2 ** 32, 0, 3],
    ];
    for (const [height, place, level, number, within, at] of rows) {
      const wanted = { level, number, height: within, place: at };
      assert.deepEqual(tileOfNode(height, place), wanted);
    }
  });
});

describe('widthAt()', () => {
  it('has the tiles of a tree of 70,000 leaves, as tlog-tiles counts them', () => {
    const width = (level: number, number: number): number => widthAt({ level, number }, 70_000);
    assert.deepEqual([width(0, 272), width(0, 273), width(0, 274)], [256, 112, 0]);
    assert.deepEqual([width(1, 0), width(1, 1), width(1, 2)], [256, 17, 0]);
    assert.deepEqual([width(2, 0), width(2, 1), width(3, 0)], [1, 0, 0]);
  });

  it('has a full tile below and one hash above for 256 leaves', () => {
    assert.equal(widthAt({ level: 0, number: 0 }, 256), 256);
    assert.equal(widthAt({ level: 1, number: 0 }, 256), 1);
  });
});

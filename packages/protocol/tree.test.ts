import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex } from './bytes.ts';
import { EMPTY_ROOT, commitmentOf, isConsistent, leafHash, nodeHash, rootOfPath } from './tree.ts';

const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;

/**
 * The leaves that implementations of Certificate Transparency are tested with (merkle_tree_test of
 * the reference implementation), and the roots of the trees of the first 1 to 8 of them.
 */
const ctLeaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657'].concat(
  '606162636465666768696a6b6c6d6e6f',
);
const ctRoots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

// The definitions of RFC 6962 §2.1, written out again.

const sha256 = (...parts: Uint8Array[]): Uint8Array =>
  new Uint8Array(createHash('sha256').update(Buffer.concat(parts)).digest());
/** The largest power of two below n. */
const split = (n: number): number => 2 ** (Math.ceil(Math.log2(n)) - 1);
function mth(d: readonly Uint8Array[]): Uint8Array {
  if (d.length === 0) return sha256();
  if (d.length === 1) return sha256(Uint8Array.of(0), d[0] as Uint8Array);
  const k = split(d.length);
  return sha256(Uint8Array.of(1), mth(d.slice(0, k)), mth(d.slice(k)));
}
function pathOf(m: number, d: readonly Uint8Array[]): Uint8Array[] {
  if (d.length === 1) return [];
  const k = split(d.length);
  return m < k
    ? [...pathOf(m, d.slice(0, k)), mth(d.slice(k))]
    : [...pathOf(m - k, d.slice(k)), mth(d.slice(0, k))];
}
function subproof(m: number, d: readonly Uint8Array[], isWhole: boolean): Uint8Array[] {
  if (m === d.length) return isWhole ? [] : [mth(d)];
  const k = split(d.length);
  return m <= k
    ? [...subproof(m, d.slice(0, k), isWhole), mth(d.slice(k))]
    : [...subproof(m - k, d.slice(k), false), mth(d.slice(0, k))];
}
const proof = (m: number, d: readonly Uint8Array[]) => (m === 0 ? [] : subproof(m, d, true));

const leaves = Array.from({ length: 70 }, (_, i) => Uint8Array.of(i, i * 3));
const headOf = (size: number) => ({ size, root: mth(leaves.slice(0, size)) });
/** A path with one bit of one of its hashes changed. */
const bent = (path: readonly Uint8Array[], at: number): Uint8Array[] =>
  path.map((hash, i) => (i === at ? hash.map((byte, j) => (j === 31 ? byte ^ 1 : byte)) : hash));

describe('leafHash() and nodeHash()', () => {
  it('make the roots of the eight leaves of Certificate Transparency', () => {
    const [a, b, c, d, e, f, g, h] = ctLeaves.map((leaf) => leafHash(hex(leaf))) as Uint8Array[];
    const node = (left?: Uint8Array, right?: Uint8Array): Uint8Array =>
      nodeHash(left as Uint8Array, right as Uint8Array);
    const four = node(node(a, b), node(c, d));
    const roots = [
      a as Uint8Array,
      node(a, b),
      node(node(a, b), c),
      four,
      node(four, e),
      node(four, node(e, f)),
      node(four, node(node(e, f), g)),
      node(four, node(node(e, f), node(g, h))),
    ];
    assert.deepEqual(roots.map(toHex), ctRoots);
    ctRoots.forEach((root, i) => {
      assert.equal(toHex(mth(ctLeaves.slice(0, i + 1).map(hex))), root);
    });
  });

  it('have the hash of nothing as the root of the empty tree', () => {
    const sha256OfNothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    assert.equal(toHex(EMPTY_ROOT), sha256OfNothing);
  });
});

describe('commitmentOf()', () => {
  it('is SHA-256 of the salt and the statement', () => {
    const [salt, statement] = [new Uint8Array(16).fill(1), new Uint8Array(32).fill(2)];
    assert.deepEqual(commitmentOf(salt, statement), sha256(salt, statement));
  });
});

describe('rootOfPath()', () => {
  it('is the root for every leaf of every tree of up to 70 leaves', () => {
    for (let size = 1; size <= leaves.length; size++) {
      const d = leaves.slice(0, size);
      d.forEach((leaf, index) => {
        const root = rootOfPath(leafHash(leaf), index, size, pathOf(index, d));
        assert.deepEqual(root, mth(d));
      });
    }
  });

  it('is that of another tree, or none, for another place, size, leaf or path', () => {
    const places = fc.integer({ min: 1, max: 70 }).chain((size) =>
      fc.record({
        size: fc.constant(size),
        index: fc.integer({ min: 0, max: size - 1 }),
        otherIndex: fc.integer({ min: 0, max: size + 2 }),
        at: fc.nat({ max: 6 }),
      }),
    );
    fc.assert(
      fc.property(places, ({ size, index, otherIndex, at }) => {
        const d = leaves.slice(0, size);
        const [leaf, path, root] = [
          leafHash(leaves[index] as Uint8Array),
          pathOf(index, d),
          mth(d),
        ];
        const different = (other: Uint8Array | undefined): void => assert.notDeepEqual(other, root);
        if (otherIndex !== index) different(rootOfPath(leaf, otherIndex, size, path));
        different(rootOfPath(leafHash(Uint8Array.of(1, 2, 3)), index, size, path));
        different(rootOfPath(leaf, index, size, [...path, root]));
        if (path.length > 0) different(rootOfPath(leaf, index, size, path.slice(0, -1)));
        if (at < path.length) different(rootOfPath(leaf, index, size, bent(path, at)));
      }),
    );
  });

  it('takes places that bits of 32 cannot count', () => {
    const [size, index] = [2 ** 40 + 1, 2 ** 40];
    const [leaf, left] = [leafHash(Uint8Array.of(1)), new Uint8Array(32)];
    assert.deepEqual(rootOfPath(leaf, index, size, [left]), nodeHash(left, leaf));
    const path = Array.from({ length: 41 }, (_, i) => new Uint8Array(32).fill(i));
    const beginning = path.slice(0, 40).reduce((root, hash) => nodeHash(root, hash), leaf);
    assert.deepEqual(rootOfPath(leaf, 0, size, path), nodeHash(beginning, path[40] as Uint8Array));
  });
});

describe('isConsistent()', () => {
  it('takes the path between every two trees of up to 70 leaves', () => {
    for (let second = 0; second <= leaves.length; second++) {
      const d = leaves.slice(0, second);
      for (let first = 0; first <= second; first++) {
        const path = first === 0 ? [] : proof(first, d);
        assert.equal(isConsistent(headOf(first), headOf(second), path), true, `${first} ${second}`);
      }
    }
  });

  it('takes nothing else', () => {
    const pairs = fc.integer({ min: 1, max: 70 }).chain((second) =>
      fc.record({
        second: fc.constant(second),
        first: fc.integer({ min: 0, max: second }),
        at: fc.nat({ max: 8 }),
      }),
    );
    fc.assert(
      fc.property(pairs, ({ first, second, at }) => {
        const [small, large] = [headOf(first), headOf(second)];
        const path = proof(first, leaves.slice(0, second));
        const other = { ...small, root: bent([small.root], 0)[0] as Uint8Array };
        const otherLarge = { ...large, root: bent([large.root], 0)[0] as Uint8Array };
        assert.equal(isConsistent(other, large, path), false);
        if (first > 0) assert.equal(isConsistent(small, otherLarge, path), false);
        assert.equal(isConsistent(small, large, [...path, large.root]), false);
        if (path.length > 0) {
          assert.equal(isConsistent(small, large, path.slice(0, -1)), false);
          assert.equal(isConsistent(small, large, []), false);
        }
        if (at < path.length) assert.equal(isConsistent(small, large, bent(path, at)), false);
        if (first < second) assert.equal(isConsistent(large, small, path), false);
      }),
    );
  });
});

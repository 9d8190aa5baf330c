import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import {
  checkpointNote,
  fromBase64,
  isConsistent,
  logKeyOf,
  openCheckpoint,
  openCosignature,
  parseNote,
  signCheckpoint,
  softwareSigner,
} from '@coinbox/protocol';
import type { NoteKey } from '@coinbox/protocol';
import { decideCheckpoint } from './decide-checkpoint.ts';
import { openLog } from './log.ts';
import { naiveProof, naiveRoot, numbered } from './naive-tree.ts';
import { readRemoteTree } from './remote-tree.ts';
import type { ReadLogFile } from './remote-tree.ts';
import { lookAtLog } from './witness.ts';
import type { WitnessParts } from './witness.ts';

const signer = softwareSigner('EdDSA-tree', new Uint8Array(32).fill(1));
const witness = softwareSigner('EdDSA', new Uint8Array(32).fill(2));
const log = logKeyOf('test', signer.publicKey.bytes);
const key: NoteKey = {
  name: 'witness.example/w1',
  type: 'cosignature',
  publicKey: witness.publicKey.bytes,
};
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

type LeafOf = (i: number) => Uint8Array;

/** A log in files, published at one size after the other. Answers with how to read it. */
async function publishedLog(sizes: readonly number[], leafOf: LeafOf = numbered) {
  const folder = mkdtempSync(join(tmpdir(), 'coinbox-witness-'));
  folders.push(folder);
  const own = await openLog({
    folder,
    key: log,
    read: async () => ({ commitments: [], end: 0 }),
    everyMs: 1,
  });
  const grow = async (size: number): Promise<void> => {
    while (own.size < size) own.append(leafOf(own.size));
    const checkpoint = { origin: log.name, size, root: own.at(size).root };
    own.publish(size, () => checkpointNote(checkpoint, log, signCheckpoint(checkpoint, signer)));
    await own.settled();
  };
  for (const size of sizes) await grow(size);
  const read: ReadLogFile = async (path) => {
    try {
      return new Uint8Array(readFileSync(join(folder, path)));
    } catch {
      return undefined;
    }
  };
  return { read, grow };
}

/** A witness that keeps what it has seen, in order. */
function witnessOf(read: ReadLogFile) {
  const seen: string[] = [];
  const parts: WitnessParts = {
    log,
    key,
    signer: witness,
    read,
    last: () => seen.at(-1),
    keep: (note) => void seen.push(note),
    now: () => 1_772_352_000 + seen.length,
  };
  return { seen, look: (from = read) => lookAtLog({ ...parts, read: from }) };
}
const leaves = (size: number, leafOf: LeafOf = numbered): readonly Uint8Array[] =>
  Array.from({ length: size }, (_, i) => leafOf(i));
const headOf = (size: number, leafOf: LeafOf = numbered) => ({
  size,
  root: naiveRoot(leaves(size, leafOf)),
});

describe('lookAtLog()', () => {
  it('signs a log that grows, at every look', async () => {
    const { read, grow } = await publishedLog([3]);
    const { seen, look } = witnessOf(read);
    for (const size of [3, 3, 200, 256, 257, 700]) {
      await grow(size);
      const found = await look();
      assert.equal(found.kind, 'signed');
      assert.ok(found.kind === 'signed');
      assert.deepEqual(found.checkpoint, { origin: 'coinbox/test', ...headOf(size) });
      const own = openCheckpoint(found.note, log);
      const note = parseNote(found.note);
      assert.ok(own.ok && note.ok);
      const time = openCosignature(note.value, key);
      assert.equal(time.ok && time.value, 1_772_352_000 + seen.length);
    }
    assert.equal(seen.length, 6);
  });

  it('keeps a checkpoint before it signs it', async () => {
    const { read } = await publishedLog([3]);
    const order: string[] = [];
    await lookAtLog({
      log,
      key,
      read,
      last: () => undefined,
      keep: () => void order.push('kept'),
      now: () => 0,
      signer: { sign: (bytes) => (order.push('signed'), witness.sign(bytes)) },
    });
    assert.deepEqual(order, ['kept', 'signed']);
  });

  const other: LeafOf = (i) => numbered(i === 17 ? 1000 : i);
  it('signs nothing of a log that shows it another tree of the same size', async () => {
    const [one, two] = [await publishedLog([300]), await publishedLog([300], other)];
    const { seen, look } = witnessOf(one.read);
    await look();
    const found = await look(two.read);
    assert.ok(found.kind === 'evidence');
    assert.equal(found.evidence.what, 'split');
    assert.equal(found.evidence.first, seen[0]);
    const second = openCheckpoint(found.evidence.second, log);
    assert.deepEqual(second.ok && second.value.checkpoint.root, headOf(300, other).root);
    assert.equal(seen.length, 1);
  });

  it('signs nothing of a larger tree that does not begin with the one it knows', async () => {
    const [one, two] = [await publishedLog([300]), await publishedLog([800], other)];
    const { seen, look } = witnessOf(one.read);
    await look();
    const found = await look(two.read);
    assert.ok(found.kind === 'evidence');
    assert.equal(found.evidence.what, 'split');
    // The path leads to the signed root from another tree of 300 than the one that was signed.
    const { path: hashes = [], beginning = '' } = found.evidence;
    const path = hashes.map((hash) => fromBase64(hash) as Uint8Array);
    assert.deepEqual(fromBase64(beginning), headOf(300, other).root);
    assert.ok(isConsistent(headOf(300, other), headOf(800, other), path));
    assert.equal(isConsistent(headOf(300), headOf(800, other), path), false);
    assert.equal(seen.length, 1);
  });

  it('signs nothing of a tree that has become smaller', async () => {
    const [one, two] = [await publishedLog([300]), await publishedLog([299])];
    const { look } = witnessOf(one.read);
    await look();
    const found = await look(two.read);
    assert.ok(found.kind === 'evidence');
    assert.equal(found.evidence.what, 'smaller');
  });

  it('waits where there is nothing to be had, without making evidence of it', async () => {
    const { read, grow } = await publishedLog([300]);
    const { seen, look } = witnessOf(read);
    await look();
    await grow(900);
    const stranger = softwareSigner('EdDSA', new Uint8Array(32).fill(9));
    const forged = { origin: log.name, size: 900, root: new Uint8Array(32) };
    const note = (by: typeof signer): Uint8Array =>
      Buffer.from(checkpointNote(forged, log, signCheckpoint(forged, by)));
    const instead =
      (path: string, bytes: Uint8Array | undefined): ReadLogFile =>
      async (asked) =>
        asked === path ? bytes : read(asked);
    const rows: readonly (readonly [ReadLogFile, RegExp])[] = [
      [async () => undefined, /no checkpoint yet/],
      [instead('checkpoint', Buffer.from('hello')), /malformed-text/],
      [instead('checkpoint', note(stranger)), /signature-invalid/],
      [instead('checkpoint', note(signer)), /do not make its root/],
      [instead('tile/0/001', undefined), /do not make its root/],
      [instead('tile/0/001', new Uint8Array(8192)), /do not make its root/],
      [instead('tile/0/001', new Uint8Array(10)), /do not make its root/],
    ];
    for (const [from, why] of rows) {
      const found = await look(from);
      assert.ok(found.kind === 'nothing', `${why} ${JSON.stringify(found)}`);
      assert.match(found.why, why);
    }
    assert.equal(seen.length, 1);
    assert.equal((await look()).kind, 'signed');
  });
});

describe('readRemoteTree()', () => {
  it('reads the part of a tile out of the full one where the part is gone', async () => {
    const { read, grow } = await publishedLog([200]);
    await grow(600);
    const made = await readRemoteTree(read, 100, 200);
    assert.deepEqual(made?.root, headOf(200).root);
    assert.deepEqual(made?.path, naiveProof(100, leaves(200)));
  });

  it('knows the empty tree', async () => {
    const made = await readRemoteTree(async () => undefined, 0, 0);
    assert.deepEqual(made, { root: naiveRoot([]), beginning: naiveRoot([]), path: [] });
  });
});

describe('decideCheckpoint()', () => {
  const made = (from: number, size: number, leafOf: LeafOf = numbered) => ({
    root: headOf(size, leafOf).root,
    beginning: headOf(from, leafOf).root,
    path: from === 0 ? [] : naiveProof(from, leaves(size, leafOf)),
  });
  const other: LeafOf = (i) => numbered(i + 1);
  const bent = { ...made(3, 5), beginning: headOf(3, other).root };
  const rows = [
    ['the first that is seen', undefined, headOf(5), made(0, 5), 'grown'],
    ['the empty tree first', undefined, headOf(0), made(0, 0), 'grown'],
    ['a larger tree', headOf(3), headOf(5), made(3, 5), 'grown'],
    ['a tree after the empty one', headOf(0), headOf(5), made(0, 5), 'grown'],
    ['the same again', headOf(5), headOf(5), undefined, 'same'],
    ['another root', headOf(5), headOf(5, other), undefined, 'split'],
    ['another beginning', headOf(3), headOf(5, other), made(3, 5, other), 'split'],
    ['a smaller tree', headOf(5), headOf(4), undefined, 'smaller'],
    ['tiles that are missing', headOf(3), headOf(5), undefined, 'unmade'],
    ['tiles of another tree', headOf(3), headOf(5), made(3, 5, other), 'unmade'],
    ['a path that does not hold', headOf(3), headOf(5), { ...made(3, 5), path: [] }, 'unmade'],
    ['a beginning of another tree', headOf(3), headOf(5), bent, 'unmade'],
    ['tiles of another tree, at first', undefined, headOf(5), made(0, 5, other), 'unmade'],
  ] as const;
  for (const [name, last, next, tiles, verdict] of rows) {
    it(`calls ${name} ${verdict}`, () => {
      assert.equal(decideCheckpoint(last, next, tiles), verdict);
    });
  }
});

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import {
  Fault,
  checkpointNote,
  isConsistent,
  leafHash,
  logKeyOf,
  openCheckpoint,
  rootOfPath,
  signCheckpoint,
  softwareSigner,
} from '@coinbox/protocol';
import { openLog } from './log.ts';
import type { Log, LogConfig } from './log.ts';
import { naivePath, naiveRoot, numbered } from './naive-tree.ts';

const signer = softwareSigner('EdDSA', new Uint8Array(32).fill(1));
const key = logKeyOf('test', signer.publicKey.bytes);
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coinbox-log-'));
  folders.push(folder);
  return folder;
}

/** What the log is worked out of: the commitments of the first `count` entries. */
function source(count: number, of = (i: number) => all[i] ?? numbered(i)) {
  const kept = {
    count,
    asked: [] as number[],
    read: async (after: number, limit: number) => {
      kept.asked.push(after);
      const length = Math.max(0, Math.min(limit, kept.count - after));
      return { commitments: Array.from({ length }, (_, i) => of(after + i)), end: kept.count };
    },
  };
  return kept;
}
const reopen = (folder: string, read: LogConfig['read']): Promise<Log> =>
  openLog({ folder, key, read, everyMs: 1 });

const noteOf = (log: Log, size: number): string => {
  const { root } = log.at(size);
  const checkpoint = { origin: key.name, size, root };
  return checkpointNote(checkpoint, key, signCheckpoint(checkpoint, signer));
};
async function publish(log: Log, size = log.size): Promise<void> {
  log.publish(size, () => noteOf(log, size));
  await log.settled();
}
const all = Array.from({ length: 70_000 }, (_, i) => numbered(i));
const commitments = (size: number): readonly Uint8Array[] => all.slice(0, size);
const assertTree = (log: Log, size: number): void =>
  assert.deepEqual(log.at(size).root, naiveRoot(commitments(size)));
const faultOf = (code: string) => (error: unknown) => error instanceof Fault && error.code === code;
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(folder.length + 1))
    .sort();

describe('a log', () => {
  it('has roots and paths that others can check, at every size it had', async () => {
    const log = await reopen(newFolder(), source(600).read);
    for (const size of [1, 2, 255, 256, 257, 511, 512, 600]) {
      const tree = log.at(size);
      assert.deepEqual(tree.root, naiveRoot(commitments(size)));
      for (const index of [0, 1, 127, 254, 255, 256, size - 1].filter((one) => one < size)) {
        const path = tree.path(index);
        assert.deepEqual(rootOfPath(leafHash(numbered(index)), index, size, path), tree.root);
        assert.equal(path.length, naivePath(index, commitments(size)).length);
      }
      assert.ok(isConsistent(log.at(size), log.at(600), log.consistency(size, 600)));
    }
  });

  it('takes a commitment at a time', async () => {
    const log = await reopen(newFolder(), source(3).read);
    log.append(numbered(3));
    assert.equal(log.size, 4);
    assertTree(log, 4);
    assertTree(log, 3);
    assert.throws(() => log.append(new Uint8Array(31)), /bug/);
    assert.throws(() => log.at(5), /bug/);
    assert.throws(() => log.at(4).path(4), /bug/);
  });

  it('can do without files', async () => {
    const log = await openLog({ key, read: source(1500).read });
    assertTree(log, 1500);
    await publish(log);
    assert.deepEqual(log.at(700).path(3).length, naivePath(3, commitments(700)).length);
  });

  it('begins without leaves', async () => {
    const log = await reopen(newFolder(), source(0).read);
    assert.equal(log.size, 0);
  });
});

describe('the files of a log', () => {
  it('are those of tlog-tiles for its size', async () => {
    const folder = newFolder();
    const log = await reopen(folder, source(70_000).read);
    await publish(log);
    const files = filesIn(folder);
    // 273 full tiles and one of 112, one full tile above and one of 17, one of 1 on top.
    assert.equal(files.filter((file) => /^tile\/0\/\d+$/.test(file)).length, 273);
    assert.equal(files.filter((file) => /^tile\/entries\/\d+$/.test(file)).length, 273);
    const others = files.filter((file) => !/^tile\/(?:0|entries)\/\d+$/.test(file));
    assert.deepEqual(others, [
      'checkpoint',
      'tile/0/273.p/112',
      'tile/1/000',
      'tile/1/001.p/17',
      'tile/2/000.p/1',
      'tile/entries/273.p/112',
    ]);
    const read = (file: string): Uint8Array => new Uint8Array(readFileSync(join(folder, file)));
    const opened = openCheckpoint(Buffer.from(read('checkpoint')).toString(), key);
    assert.equal(opened.ok && opened.value.checkpoint.size, 70_000);
    assert.deepEqual(read('tile/0/001').slice(32, 64), leafHash(numbered(257)));
    assert.equal(read('tile/0/273.p/112').length, 112 * 32);
    assert.deepEqual(
      read('tile/1/001.p/17').slice(0, 32),
      naiveRoot(commitments(70_000).slice(256 * 256, 257 * 256)),
    );
    assert.deepEqual(read('tile/2/000.p/1'), naiveRoot(commitments(256 * 256)));
    const bundle = read('tile/entries/273.p/112');
    assert.equal(bundle.length, 112 * 34);
    assert.deepEqual(bundle.slice(34, 68), Uint8Array.of(0, 32, ...numbered(273 * 256 + 1)));
  });

  it('lose their parts when a tile is full', async () => {
    const folder = newFolder();
    const log = await reopen(folder, source(250).read);
    await publish(log);
    for (let i = 250; i < 256; i++) log.append(numbered(i));
    await publish(log, 253);
    const parts = ['tile/0/000.p/250', 'tile/0/000.p/253'];
    assert.deepEqual(
      filesIn(folder).filter((file) => file.startsWith('tile/0')),
      parts,
    );
    await publish(log);
    assert.deepEqual(filesIn(folder), [
      'checkpoint',
      'tile/0/000',
      'tile/1/000.p/1',
      'tile/entries/000',
    ]);
  });

  it('are written for the last of several wishes', async () => {
    const folder = newFolder();
    const log = await reopen(folder, source(30).read);
    for (const size of [10, 20, 30]) log.publish(size, () => noteOf(log, size));
    await log.settled();
    assert.deepEqual(filesIn(folder), ['checkpoint', 'tile/0/000.p/30', 'tile/entries/000.p/30']);
  });

  it('stay behind while they cannot be written, and catch up', async () => {
    const folder = newFolder();
    const failures: unknown[] = [];
    const failed = (cause: unknown): void => void failures.push(cause);
    const log = await openLog({ folder, key, read: source(300).read, everyMs: 1, failed });
    writeFileSync(join(folder, 'tile'), 'in the way');
    await publish(log);
    assert.equal(failures.length, 1);
    assert.ok(faultOf('storage-failed')(failures[0]));
    assert.equal(existsSync(join(folder, 'checkpoint')), false);
    rmSync(join(folder, 'tile'));
    await publish(log);
    assert.equal(failures.length, 1);
    assertTree(await reopen(folder, source(300).read), 300);
  });
});

describe('a log that is opened again', () => {
  it('goes on from its last full tile, at any size', async () => {
    const folder = newFolder();
    let written = 0;
    for (const size of [0, 1, 2, 100, 255, 256, 257, 400, 511, 512, 513, 770]) {
      const from = source(size);
      const log = await reopen(folder, from.read);
      assert.equal(from.asked[0], written - (written % 256));
      assert.equal(log.size, size);
      if (size === 0) continue;
      assertTree(log, size);
      await publish(log);
      written = size;
    }
  });

  it('goes on across tiles of the second and third level', async () => {
    const folder = newFolder();
    for (const size of [65_535, 65_536, 65_793, 66_048]) {
      const log = await reopen(folder, source(size).read);
      const { root, path } = log.at(size);
      assert.deepEqual(rootOfPath(leafHash(numbered(5)), 5, size, path(5)), root);
      await publish(log);
    }
    assertTree(await reopen(folder, source(66_048).read), 66_048);
  });

  it('takes in what was not published before a crash', async () => {
    const folder = newFolder();
    const log = await reopen(folder, source(300).read);
    await publish(log);
    const again = await reopen(folder, source(900).read);
    assertTree(again, 900);
    assertTree(again, 300);
  });

  const torn: readonly (readonly [string, string, Uint8Array | undefined])[] = [
    ['is missing', 'tile/0/002', undefined],
    ['is empty', 'tile/0/001', new Uint8Array(0)],
    ['is cut off', 'tile/0/000', new Uint8Array(8191)],
    ['has other hashes', 'tile/0/001', new Uint8Array(8192)],
    ['of a part has other hashes', 'tile/0/003.p/32', new Uint8Array(3)],
    ['of the level above is missing', 'tile/1/000.p/3', undefined],
  ];
  for (const [name, file, content] of torn) {
    it(`is whole again where a tile ${name}`, async () => {
      const folder = newFolder();
      await publish(await reopen(folder, source(800).read));
      rmSync(join(folder, file));
      if (content) writeFileSync(join(folder, file), content);
      const log = await reopen(folder, source(850).read);
      assertTree(log, 850);
      await publish(log);
      assertTree(await reopen(folder, source(850).read), 850);
      const tile = new Uint8Array(readFileSync(join(folder, 'tile/0/002')));
      assert.deepEqual(tile.slice(0, 32), leafHash(numbered(512)));
    });
  }

  it('is built anew where its checkpoint is not one of its key', async () => {
    const folder = newFolder();
    await publish(await reopen(folder, source(600).read));
    writeFileSync(join(folder, 'checkpoint'), 'torn');
    const from = source(600);
    assertTree(await reopen(folder, from.read), 600);
    assert.equal(from.asked[0], 0);
  });

  it('does not go on where entries are missing that were published', async () => {
    for (const [size, left] of [
      [600, 599],
      [512, 100],
      [512, 0],
    ] as const) {
      const folder = newFolder();
      await publish(await reopen(folder, source(size).read));
      await assert.rejects(reopen(folder, source(left).read), faultOf('ledger-corrupt'));
    }
  });

  it('does not go on with other entries than those that were published', async () => {
    const folder = newFolder();
    await publish(await reopen(folder, source(600).read));
    const other = (i: number): Uint8Array => numbered(i === 17 ? 99_999 : i);
    const changed = source(700, other).read;
    // The tile with the entry is on the disk; the entries after it are taken from the source.
    const late = (i: number): Uint8Array => numbered(i === 590 ? 99_999 : i);
    await assert.rejects(reopen(folder, source(700, late).read), faultOf('ledger-corrupt'));
    rmSync(join(folder, 'tile'), { recursive: true, force: true });
    await assert.rejects(reopen(folder, changed), faultOf('ledger-corrupt'));
  });

  it('says so when an old tile is read that was changed', async () => {
    const folder = newFolder();
    // 257 full tiles: the first is not looked at when the log is opened.
    await publish(await reopen(folder, source(257 * 256).read));
    writeFileSync(join(folder, 'tile/0/000'), new Uint8Array(8192));
    const log = await reopen(folder, source(257 * 256).read);
    assert.throws(() => log.at(257 * 256).path(1), faultOf('storage-failed'));
    assert.doesNotThrow(() => log.at(257 * 256).path(257));
  });
});

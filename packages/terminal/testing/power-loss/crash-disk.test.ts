import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SECTOR_BYTES, createCrashDisk } from './crash-disk.ts';
import type { CrashDisk, CrashState } from './crash-disk.ts';
import type { DiskEvent } from './system-calls.ts';

const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);
const written = (file: string, at: number, bytes: Uint8Array): DiskEvent => ({
  kind: 'written',
  file,
  at,
  bytes,
});
const diskAfter = (...events: readonly DiskEvent[]): CrashDisk => {
  const disk = createCrashDisk(new Map([['old', filled(1024, 1)]]));
  for (const event of events) disk.take(event);
  return disk;
};
/** Numbers in [0, 1) (Lehmer's generator, modulus 2³¹ − 1). */
const random = (): (() => number) => {
  let state = 1;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
};
const contents = (state: CrashState): Record<string, string> =>
  Object.fromEntries(
    [...state.files()].map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')]),
  );
const statesOf = (disk: CrashDisk, how: CrashState['how'], reordered = 0) =>
  disk
    .states(random(), reordered)
    .filter((state) => state.how === how)
    .map(contents);
const hex = (...parts: readonly Uint8Array[]): string => Buffer.concat(parts).toString('hex');

describe('a disk whose power is cut', () => {
  it('keeps what was synced, and may lose or keep what was not', () => {
    const disk = diskAfter(
      written('old', 0, filled(512, 2)),
      { kind: 'synced', file: 'old' },
      written('old', 512, filled(512, 3)),
    );
    assert.deepEqual(statesOf(disk, 'lost'), [{ old: hex(filled(512, 2), filled(512, 1)) }]);
    assert.deepEqual(statesOf(disk, 'kept'), [{ old: hex(filled(512, 2), filled(512, 3)) }]);
    assert.equal(hex(disk.whole().get('old') ?? filled(0, 0)), hex(filled(512, 2), filled(512, 3)));
  });

  it('loses the name of a new file whose folder was not synced', () => {
    const made: readonly DiskEvent[] = [
      { kind: 'created', file: 'new' },
      written('new', 0, filled(1, 7)),
      { kind: 'synced', file: 'new' },
    ];
    assert.deepEqual(Object.keys(statesOf(diskAfter(...made), 'lost')[0] ?? {}), ['old']);
    const named = diskAfter(...made, { kind: 'folder-synced' });
    assert.deepEqual(statesOf(named, 'lost')[0]?.new, '07');
  });

  it('has a renamed file under the old name or the new one, never under both', () => {
    const disk = diskAfter({ kind: 'renamed', file: 'old', to: 'next' });
    assert.deepEqual(Object.keys(statesOf(disk, 'lost')[0] ?? {}), ['old']);
    assert.deepEqual(Object.keys(statesOf(disk, 'kept')[0] ?? {}), ['next']);
  });

  it('brings a removed file back until the folder was synced', () => {
    const removed: DiskEvent = { kind: 'unlinked', file: 'old' };
    assert.deepEqual(Object.keys(statesOf(diskAfter(removed), 'lost')[0] ?? {}), ['old']);
    const gone = diskAfter(removed, { kind: 'folder-synced' });
    assert.deepEqual(statesOf(gone, 'lost'), [{}]);
  });

  it('cuts and lengthens a file', () => {
    const disk = diskAfter({ kind: 'truncated', file: 'old', size: 2 });
    assert.deepEqual(statesOf(disk, 'kept'), [{ old: '0101' }]);
    disk.take({ kind: 'truncated', file: 'old', size: 3 });
    assert.deepEqual(statesOf(disk, 'kept'), [{ old: '010100' }]);
  });

  it('stops in the middle of a write: at a sector, or torn in one', () => {
    const disk = diskAfter(written('old', 0, filled(1024, 2)));
    for (const { old } of statesOf(disk, 'partial')) {
      const twos = (old?.match(/02/g) ?? []).length;
      assert.equal(twos % SECTOR_BYTES, 0);
    }
    assert.equal(statesOf(disk, 'torn').length, 1);
    assert.match(statesOf(disk, 'torn')[0]?.old ?? '', /^(?:02)*(?:01)*$/);
  });

  it('keeps a later write and loses an earlier one, in pieces of a sector of the file', () => {
    // The first piece ends where the sector of the file does: 12 bytes from 500 on.
    const disk = diskAfter(written('old', 500, filled(24, 2)), written('old', 0, filled(8, 3)));
    const states = statesOf(disk, 'reordered', 200);
    const seen = new Set(
      states.map(({ old = '' }) =>
        [0, 500, 512].map((at) => old.slice(at * 2, at * 2 + 2)).join(' '),
      ),
    );
    const either = (no: string, yes: string) => [no, yes];
    const all = either('01', '03').flatMap((a) =>
      either('01', '02').flatMap((b) => either('01', '02').map((c) => `${a} ${b} ${c}`)),
    );
    assert.deepEqual([...seen].sort(), all.sort());
  });

  it('says by its key that two states are the same', () => {
    const disk = diskAfter(written('old', 0, filled(512, 2)));
    const key = (): string => disk.states(random(), 0)[0]?.key ?? '';
    const before = key();
    disk.take({ kind: 'sent', bytes: filled(1, 0) });
    assert.equal(key(), before);
    disk.take({ kind: 'synced', file: 'old' });
    assert.notEqual(key(), before);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Fault, MAX_MONEY } from '@coinbox/protocol';
import {
  draw,
  freeze,
  group,
  hold,
  layGround,
  open,
  release,
  steppingClock,
  transfer,
} from './conformance/groups.ts';
import { allEntries } from './conformance/replay.ts';
import { createMemoryLedger } from './engines/memory/ledger.ts';
import { entryHash } from './entry.ts';
import type { Entry } from './entry.ts';
import { foldEntries } from './fold.ts';
import type { Step } from './group.ts';

/** The ground, and one transfer of 1 from `a` to `b`. */
async function honestLog(): Promise<[Entry, Entry]> {
  const ledger = createMemoryLedger({ clock: steppingClock() });
  await layGround(ledger);
  await ledger.post([group('1', [transfer('a', 'b', 1n)])]);
  return (await allEntries(ledger)) as [Entry, Entry];
}

/**
 * The entry with other content and the hash that goes with it: what a dishonest writer could make.
 */
const forge = (entry: Entry, changes: Partial<Entry>): Entry => {
  const forged = { ...entry, ...changes };
  return { ...forged, hash: entryHash(forged) };
};

const isCorrupt = (error: unknown) => error instanceof Fault && error.code === 'ledger-corrupt';

describe('foldEntries()', () => {
  const steps: readonly [what: string, ...steps: Step[]][] = [
    ['takes more than is there', transfer('a', 'b', 101n)],
    ['takes what is held', transfer('a', 'b', 71n)],
    ['moves nothing', transfer('a', 'b', 0n)],
    ['moves between assets', transfer('a', 'yen', 1n)],
    ['takes from a frozen account', transfer('ice', 'b', 1n)],
    ['names an account that is not there', transfer('a', 'x', 1n)],
    ['freezes an account that is not there', freeze('x')],
    ['draws more than is held', draw('h', 'b', 31n)],
    ['draws twice what is held once', draw('h', 'b', 20n), draw('h', 'b', 20n)],
    ['draws a hold that is not there', draw('x', 'b', 1n)],
    ['releases more than is held', release('h', 31n)],
    ['holds nothing', hold('k', 'a', 0n)],
    ['draws nothing', draw('h', 'b', 0n)],
    ['opens an account as another', open('a', 'EUR/2')],
    ['makes a hold again', hold('h', 'a', 1n)],
    ['holds more than is there', hold('k', 'a', 71n)],
    ['overflows a balance', transfer('issuance', 'a', MAX_MONEY)],
    ['overdraws without end', transfer('issuance', 'b', MAX_MONEY), transfer('b', 'a', 1n)],
  ];
  for (const [what, ...forged] of steps) {
    test(`finds an entry that ${what}`, async () => {
      const [ground, entry] = await honestLog();
      assert.throws(() => foldEntries([ground, forge(entry, { steps: forged })]), isCorrupt);
    });
  }

  const changes: readonly [what: string, changes: Partial<Entry>][] = [
    ['has the id of an earlier one', { id: 'ground' }],
    ['claims what was claimed', { claims: ['taken'] }],
    ['leaves a gap in a series', { sequence: { series: 's', number: 3 } }],
    ['uses a number again', { sequence: { series: 's', number: 1 } }],
    ['skips an index', { index: 3 }],
    ['links to another chain', { previousHash: new Uint8Array(32) }],
  ];
  for (const [what, change] of changes) {
    test(`finds an entry that ${what}`, async () => {
      const [ground, entry] = await honestLog();
      assert.throws(() => foldEntries([ground, forge(entry, change)]), isCorrupt);
    });
  }

  test('finds a change of any part of an entry whose hash was left', async () => {
    const [ground, entry] = await honestLog();
    const parts: Partial<Entry>[] = [
      { id: '2' },
      { code: 'other' },
      { status: 'refused', refusal: 'insufficient-funds' },
      { fingerprint: new Uint8Array(32) },
      { steps: [transfer('a', 'b', 2n)] },
      { claims: ['c'] },
      { sequence: { series: 's', number: 2 } },
      { memo: new Uint8Array(1) },
      { at: entry.at + 1 } as Partial<Entry>,
      { hash: new Uint8Array(32) },
      { commitEnd: 1 },
      { status: 'refused' },
    ];
    for (const part of parts) {
      assert.throws(() => foldEntries([ground, { ...entry, ...part }]), isCorrupt);
    }
    foldEntries([ground, entry]);
  });

  test('finds a log without its beginning and one out of order', async () => {
    const [ground, entry] = await honestLog();
    assert.throws(() => foldEntries([entry]), isCorrupt);
    assert.throws(() => foldEntries([entry, ground]), isCorrupt);
    assert.throws(() => foldEntries([ground, ground]), isCorrupt);
  });

  test('gives empty books for an empty log', () => {
    const { accounts, head } = foldEntries([]);
    assert.deepEqual([accounts.size, head.index], [0, 0]);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CheckName } from './checks.ts';
import { keyOf } from './signatures.ts';
import { copyTo, raw, set, swap } from './testing/changes.ts';
import { cbor, drop, edit, tampered } from './testing/cheat.ts';
import type { Change, Parts } from './testing/cheat.ts';
import { makeHistory } from './testing/history.ts';
import { verify } from './verify.ts';

const history = await makeHistory();
const root = keyOf(Buffer.from(history.fixture.ports.root.bytes));
const LAST = history.entries.length;

type Row = readonly [what: string, index: number, check: CheckName, change: Change];

/** The files are as they were, but for one change; nothing is made to fit. */
const ROWS: readonly Row[] = [
  ['a time is changed', 14, 'link', set(13, { at: 1 })],
  ['the time of the last entry is changed', LAST + 1, 'link', set(LAST, { at: 1 })],
  ['an entry is left out', 20, 'index', drop(20)],
  ['two entries change places', 20, 'index', swap(20, 21)],
  ['an entry is there twice', 20, 'index', copyTo(19, 20)],
  ['the last entry is left out', LAST, 'link', drop(LAST)],
  [
    'the hash of the entry before is changed',
    13,
    'link',
    set(13, { previous: new Uint8Array(32) }),
  ],
  ['an entry has another format', 13, 'entry', set(13, { format: 2 })],
  ['an integer is written longer than it need be', 13, 'entry', raw(13, longIndex)],
  ['bytes follow an entry', 13, 'entry', raw(13, (it) => Buffer.concat([it, Buffer.of(0)]))],
  ['an entry is cut off', 13, 'entry', raw(13, (it) => it.subarray(0, -1))],
];

function longIndex(bytes: Buffer): Buffer {
  // 8c 01 0d …: the index 13 as 18 0d.
  assert.deepEqual([...bytes.subarray(0, 3)], [0x8c, 1, 13]);
  return Buffer.concat([bytes.subarray(0, 2), Buffer.of(0x18), bytes.subarray(2)]);
}

for (const [what, index, check, change] of ROWS) {
  test(`verify() finds that ${what}`, async () => {
    const verdict = await verify(tampered(history, change, false), root);
    assert.ok(!verdict.ok, 'it finds nothing');
    const { index: found, name, detail } = verdict.broken;
    assert.deepEqual([found, name], [index, check], detail);
  });
}

test('verify() has an answer to whatever stands in a history', async () => {
  const any = fc.record({
    entry: fc.integer({ min: 1, max: LAST }),
    part: fc.constantFrom<keyof Parts>('id', 'code', 'status', 'steps', 'claims', 'series', 'memo'),
    value: fc.oneof(
      fc.constantFrom('constructor', '__proto__', '', 'a b', 'posted'),
      fc.constantFrom(-1, 2 ** 60, 1.5, null, true),
      fc.array(fc.oneof(fc.string(), fc.integer(), fc.array(fc.string()))),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.string(), fc.string(), fc.string())),
      fc.uint8Array(),
      fc.tuple(fc.uint8Array(), fc.uint8Array()).map(cbor),
    ),
  });
  await fc.assert(
    fc.asyncProperty(any, async ({ entry, part, value }) => {
      const change = edit(entry, (parts) => Object.assign(parts, { [part]: value }));
      const verdict = await verify(tampered(history, change, true), root);
      if (!verdict.ok) assert.ok(verdict.broken.detail !== '');
    }),
    { numRuns: 100 },
  );
});

test('verify() finds any byte of any entry that is another', async () => {
  const any = fc.record({
    entry: fc.integer({ min: 1, max: LAST }),
    place: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    flip: fc.integer({ min: 1, max: 255 }),
  });
  await fc.assert(
    fc.asyncProperty(any, async ({ entry, place, flip }) => {
      const change = raw(entry, (bytes) => {
        const at = Math.floor(place * bytes.length);
        bytes[at] = (bytes[at] as number) ^ flip;
        return bytes;
      });
      const verdict = await verify(tampered(history, change, false), root);
      assert.ok(!verdict.ok && verdict.broken.index >= entry && verdict.broken.index <= entry + 1);
    }),
    { numRuns: 60 },
  );
});

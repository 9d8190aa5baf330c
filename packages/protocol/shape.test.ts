import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeCbor, encodeCbor } from './cbor.ts';
import type { CborValue } from './cbor.ts';
import { idFromBytes } from './ids.ts';
import {
  amount,
  amountOrNone,
  asset,
  bytes,
  count,
  embedded,
  field,
  hash,
  id,
  instant,
  integer,
  list,
  optional,
  record,
  text,
  versioned,
  word,
  yesNo,
} from './shape.ts';
import type { Shape } from './shape.ts';

const id16 = Uint8Array.from({ length: 16 }, (_, i) => i);
const words = word({ one: 1, two: 2 });
const pair = record({ a: field(1, integer(0)), b: optional(-2, text(3)) });

/** Shape, CBOR, value: both ways. */
const taken: readonly (readonly [string, Shape<never>, CborValue, unknown])[] = [
  ['integer', integer(0, 9), 9, 9],
  ['integer', integer(-1), -1, -1],
  ['count', count, 0, 0n],
  ['count', count, 9223372036854775807n, 9223372036854775807n],
  ['instant', instant, 253_402_300_799_999, 253_402_300_799_999],
  ['amount', amount, 1, 1n],
  ['amount', amount, 9223372036854775807n, 9223372036854775807n],
  ['amountOrNone', amountOrNone, 0, 0n],
  ['amountOrNone', amountOrNone, 7, 7n],
  ['asset', asset, 'CNY/2', 'CNY/2'],
  ['bytes', bytes(2), Uint8Array.of(1, 2), Uint8Array.of(1, 2)],
  ['hash', hash, new Uint8Array(32), new Uint8Array(32)],
  ['embedded', embedded, new Uint8Array(0), new Uint8Array(0)],
  ['text', text(3), 'abc', 'abc'],
  ['id', id('wallet'), id16, idFromBytes('wallet', id16)],
  ['word', words, 2, 'two'],
  ['yesNo', yesNo, 1, true],
  ['yesNo', yesNo, 0, false],
  ['list', list(yesNo, 2), [1, 0], [true, false]],
  [
    'record',
    pair,
    new Map<number, CborValue>([
      [1, 7],
      [-2, 'x'],
    ]),
    { a: 7, b: 'x' },
  ],
  ['record', pair, new Map([[1, 7]]), { a: 7 }],
  [
    'versioned',
    versioned({ a: field(2, yesNo) }),
    new Map([
      [1, 1],
      [2, 1],
    ]),
    { a: true },
  ],
] as never;

const refused: readonly (readonly [string, Shape<unknown>, CborValue, string])[] = [
  ['integer', integer(0, 9), 10, 'malformed-value'],
  ['integer', integer(1), 0, 'malformed-value'],
  ['integer', integer(1), 9007199254740992n, 'malformed-value'],
  ['integer', integer(1), '1', 'malformed-type'],
  ['count', count, -1, 'malformed-value'],
  ['count', count, 2n ** 63n, 'malformed-value'],
  ['count', count, '1', 'malformed-type'],
  ['instant', instant, -1, 'malformed-type'],
  ['instant', instant, 253_402_300_800_000, 'malformed-type'],
  ['instant', instant, 2n ** 60n, 'malformed-type'],
  ['amount', amount, 0, 'amount-zero'],
  ['amount', amount, -1, 'amount-negative'],
  ['amount', amount, 2n ** 63n, 'amount-out-of-range'],
  ['amount', amount, 2n ** 64n - 1n, 'amount-out-of-range'],
  ['amount', amount, '1', 'malformed-type'],
  ['amountOrNone', amountOrNone, -1, 'amount-negative'],
  ['amountOrNone', amountOrNone, [], 'malformed-type'],
  ['asset', asset, 'XXY/2', 'currency-unknown'],
  ['asset', asset, 7, 'currency-unknown'],
  ['bytes', bytes(2), Uint8Array.of(1), 'malformed-value'],
  ['bytes', bytes(2), 'ab', 'malformed-type'],
  ['hash', hash, new Uint8Array(31), 'malformed-value'],
  ['embedded', embedded, 'a', 'malformed-type'],
  ['text', text(3), 'abcd', 'malformed-value'],
  ['text', text(3), Uint8Array.of(1), 'malformed-type'],
  ['id', id('wallet'), new Uint8Array(15), 'malformed-value'],
  ['id', id('wallet'), 'wal_01ARZ3NDEKTSV4RRFFQ69G5FAV', 'malformed-type'],
  ['word', words, 3, 'malformed-value'],
  ['word', words, 'one', 'malformed-type'],
  ['word', words, 2n ** 60n, 'malformed-type'],
  ['yesNo', yesNo, 2, 'malformed-type'],
  ['list', list(yesNo, 2), [1, 1, 1], 'malformed-value'],
  ['list', list(yesNo, 2), [1, 2], 'malformed-type'],
  ['list', list(yesNo, 2), new Map(), 'malformed-type'],
  ['record', pair, new Map(), 'malformed-missing-field'],
  [
    'record',
    pair,
    new Map([
      [1, 7],
      [3, 1],
    ]),
    'malformed-unknown-field',
  ],
  ['record', pair, new Map([[1, -1]]), 'malformed-value'],
  ['record', pair, [1, 7], 'malformed-type'],
];

describe('each shape', () => {
  for (const [name, of, cbor, value] of taken) {
    it(`${name} stands for ${String(value)}, in both directions`, () => {
      assert.deepEqual(of.decode(cbor), { ok: true, value });
      const read = decodeCbor(encodeCbor(of.encode(value as never)));
      assert.ok(read.ok);
      assert.deepEqual(of.decode(read.value), { ok: true, value });
    });
  }
  for (const [name, of, cbor, code] of refused) {
    it(`${name} answers ${code} to ${typeof cbor} ${String(cbor).slice(0, 30)}`, () => {
      const decoded = of.decode(cbor);
      assert.equal(decoded.ok ? 'ok' : decoded.rejection.code, code);
    });
  }
});

describe('record()', () => {
  it('names the field that is wrong, through every level', () => {
    const outer = record({ inner: field(1, list(pair, 2)) });
    const decoded = outer.decode(new Map([[1, [new Map([[1, 'x']])]]]));
    assert.deepEqual(decoded, {
      ok: false,
      rejection: { code: 'malformed-type', detail: 'inner: a: expected an integer' },
    });
  });

  it('leaves out what is undefined', () => {
    assert.deepEqual(pair.encode({ a: 1 }), new Map([[1, 1]]));
  });
});

describe('versioned()', () => {
  const shape = versioned({ a: field(2, yesNo) });
  /** Version, code: row 19. */
  for (const version of [0, 2, 2 ** 31, 2n ** 60n, -1, '1'] as const) {
    it(`answers unsupported-version to ${typeof version} ${version}, before all else`, () => {
      const decoded = shape.decode(
        new Map<number, CborValue>([
          [1, version],
          [9, 0],
        ]),
      );
      assert.deepEqual(decoded, { ok: false, rejection: { code: 'unsupported-version' } });
    });
  }
  it('wants a version', () => {
    const rejection = { code: 'malformed-missing-field', detail: 'version' };
    assert.deepEqual(shape.decode(new Map([[2, 1]])), { ok: false, rejection });
  });
  it('writes version 1 under key 1', () => {
    assert.deepEqual(
      shape.encode({ a: true }),
      new Map([
        [2, 1],
        [1, 1],
      ]),
    );
  });
});

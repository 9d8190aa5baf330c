import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isStopped } from './messages/offline.ts';
import {
  MOST_RUN_BYTES,
  chainOf,
  decodeRun,
  decodeRunAnswer,
  encodeRun,
  encodeRunAnswer,
} from './sync-run.ts';

const sha = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest());
const codeOf = (body: Uint8Array): string => {
  const run = decodeRun(body);
  return run.ok ? 'ok' : run.rejection.code;
};

describe('a run', () => {
  const message = fc.uint8Array({ minLength: 1, maxLength: 300 });

  it('comes out of its bytes as it went in', () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 20 }), (messages) => {
        assert.deepEqual(decodeRun(encodeRun(messages)), { ok: true, value: messages });
      }),
      { numRuns: 60 },
    );
  });

  const one = encodeRun([Uint8Array.of(7, 8)]);
  const rows: readonly (readonly [string, Uint8Array, string])[] = [
    ['has its length in two bytes before each message', Uint8Array.of(0, 2, 7, 8), 'ok'],
    ['is never empty', new Uint8Array(), 'malformed-empty'],
    ['has no empty message', Uint8Array.of(...one, 0, 0), 'malformed-length'],
    [
      'has no message over 4 KiB',
      Uint8Array.of(0x10, 1, ...new Uint8Array(4_097).fill(1)),
      'malformed-length',
    ],
    ['is not cut off in a message', one.slice(0, -1), 'malformed-truncated'],
    ['is not cut off in a length', Uint8Array.of(...one, 0), 'malformed-truncated'],
    ['is not longer than its bound', new Uint8Array(MOST_RUN_BYTES + 1).fill(1), 'too-large'],
  ];
  for (const [title, body, code] of rows) it(title, () => assert.equal(codeOf(body), code));
});

describe('chainOf()', () => {
  it('is the hash over the hash before and the hash of each message', () => {
    const [a, b] = [Uint8Array.of(1), Uint8Array.of(2, 3)];
    const first = sha(new Uint8Array(32), sha(a));
    assert.deepEqual(chainOf([a]), first);
    assert.deepEqual(chainOf([a, b]), sha(first, sha(b)));
    assert.deepEqual(chainOf([]), new Uint8Array(32));
  });
});

describe('the answer to a run', () => {
  const receipts = [Uint8Array.of(0xd2, 1), Uint8Array.of(0xd2, 2)];

  it('has the receipts, and the code of a stop last', () => {
    const whole = { receipts };
    const stopped = { receipts, stopped: 'payment-parked' } as const;
    for (const answer of [whole, stopped, { receipts: [], stopped: 'key-revoked' } as const]) {
      assert.deepEqual(decodeRunAnswer(encodeRunAnswer(answer)), { ok: true, value: answer });
    }
  });

  it('has nothing else behind the receipts', () => {
    for (const tail of [[Uint8Array.of(1)], [Uint8Array.of(1), Uint8Array.of(0xd2)]]) {
      const read = decodeRunAnswer(encodeRun([...receipts, ...tail]));
      assert.equal(read.ok || read.rejection.code, 'malformed-value');
    }
  });
});

describe('isStopped()', () => {
  // Bits 1 and 11 from the number 16 on: byte 0 is 2 (bit 1), byte 1 is 8 (bit 3).
  const list = { epoch: 1, first: 16, bits: Uint8Array.of(2, 8) };

  it('reads bits from the least significant one on, and says nothing of others', () => {
    const numbers = Array.from({ length: 40 }, (_, at) => at);
    assert.deepEqual(
      numbers.filter((number) => isStopped(list, number)),
      [17, 27],
    );
  });
});

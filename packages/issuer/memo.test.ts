import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeCbor, money, newId } from '@coinbox/protocol';
import type { CborMap, Instant } from '@coinbox/protocol';
import fc from 'fast-check';
import { decodeMemo, encodeMemo } from './memo.ts';
import type { Memo } from './memo.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const idOf = (kind: 'wallet' | 'session' | 'bill' | 'proposal') =>
  bytes(10).map((random) => newId(kind, 0 as Instant, random));

const memos = fc.record(
  {
    request: fc.oneof(fc.uint8Array({ maxLength: 300 }), bytes(4_096)),
    subject: bytes(32),
    subjectTyp: fc.constantFrom('coinbox.pay', 'coinbox.settle'),
    amount: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(money),
    asset: fc.constant('CNY/2' as const),
    from: idOf('wallet'),
    to: idOf('wallet'),
    mappingVersion: fc.nat(),
    session: idOf('session'),
    bill: idOf('bill'),
    code: fc.constantFrom('offer-taken', 'offer-voided'),
    proposal: idOf('proposal'),
    replaces: fc.nat(),
    person: fc.constant('maker'),
    approver: fc.constant('checker'),
    expiresAt: fc.nat(),
  },
  { requiredKeys: ['request'] },
) as unknown as fc.Arbitrary<Memo>;

describe('encodeMemo() and decodeMemo()', () => {
  test('give every memo back', () => {
    fc.assert(
      fc.property(memos, (memo) =>
        assert.deepEqual(decodeMemo(encodeMemo(memo).slice()), { ...memo }),
      ),
      { numRuns: 300 },
    );
  });

  test('write an array of two byte strings: the facts as a map in CBOR, then the request', () => {
    const memo = encodeMemo({ amount: money(500n), asset: 'CNY/2', request: Uint8Array.of(1, 2) });
    // 82 array(2); 4c bytes(12): a2 map(2), 03 → 19 01f4 (500), 04 → 65 "CNY/2"; 42 bytes(2)
    assert.equal(Buffer.from(memo).toString('hex'), '824ca2031901f40465434e592f32420102');
    const [facts] = [memo.subarray(2, 2 + 12)];
    const decoded = decodeCbor(facts as Uint8Array);
    assert.deepEqual(decoded.ok && [...(decoded.value as CborMap)], [
      [3, 500],
      [4, 'CNY/2'],
    ]);
  });

  test('take bytes that are no memo for a bug', () => {
    for (const wrong of ['', '80', '82', '824100', '8240404100', '82405901']) {
      assert.throws(() => decodeMemo(Buffer.from(wrong, 'hex')), /bug/, wrong);
    }
  });
});

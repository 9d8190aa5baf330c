import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fromHex, toHex } from './bytes.ts';
import { encodeCbor } from './cbor.ts';
import type { CborValue } from './cbor.ts';
import {
  STAGES,
  decodeCarrierReply,
  decodeCarrierRequest,
  decodeLinkEnvelope,
  encodeCarrierReply,
  encodeCarrierRequest,
  encodeLinkEnvelope,
} from './envelope.ts';
import type { CarrierReply, CarrierRequest, LinkEnvelope } from './envelope.ts';
import type { Money } from './money.ts';
import type { Result } from './result.ts';

const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.rejection.code);
const map = (...entries: readonly (readonly [number, CborValue])[]): Uint8Array =>
  encodeCbor(new Map(entries));
const one = Uint8Array.of(1);
const hash = new Uint8Array(32).fill(7);

describe('carrier requests', () => {
  const requests: readonly (readonly [string, CarrierRequest])[] = [
    ['a2' + '0101' + '0201', { kind: 'ask-offer' }],
    [
      'a4010102010519' + '07d0' + '0665' + '434e592f32',
      { kind: 'ask-offer', amount: 2000n as Money, asset: 'CNY/2' },
    ],
    ['a40101020203' + '4101' + '04' + '4101', { kind: 'pay', message: one, certificate: one }],
    [`a301010203075820${toHex(hash)}`, { kind: 'ask-session', payHash: hash }],
    [
      `a501010203075820${toHex(hash)}0802091903e8`,
      { kind: 'ask-session', payHash: hash, known: 2, waitMs: 1000 },
    ],
  ];
  for (const [bytes, value] of requests) {
    it(`are read and written: ${value.kind} ${bytes.slice(0, 24)}`, () => {
      assert.equal(toHex(encodeCarrierRequest(value)), bytes);
      assert.deepEqual(decodeCarrierRequest(fromHex(bytes) as Uint8Array), { ok: true, value });
    });
  }

  const refused: readonly (readonly [string, Uint8Array, string])[] = [
    ['no bytes', new Uint8Array(0), 'malformed-empty'],
    ['a list', encodeCbor([]), 'malformed-type'],
    ['no version', map([2, 1]), 'malformed-missing-field'],
    ['version 2', map([1, 2], [2, 1]), 'unsupported-version'],
    ['an unknown kind', map([1, 1], [2, 9]), 'malformed-value'],
    ['pay without a message', map([1, 1], [2, 2], [4, one]), 'malformed-missing-field'],
    ['pay without a certificate', map([1, 1], [2, 2], [3, one]), 'malformed-missing-field'],
    ['ask-session without a hash', map([1, 1], [2, 3]), 'malformed-missing-field'],
    ['ask-offer for nothing', map([1, 1], [2, 1], [5, 0]), 'amount-zero'],
    ['a wait over 5 s', map([1, 1], [2, 3], [7, hash], [9, 5001]), 'malformed-value'],
    ['another field', map([1, 1], [2, 1], [10, 0]), 'malformed-unknown-field'],
    ['bytes after it', Uint8Array.of(...map([1, 1], [2, 1]), 0), 'malformed-trailing'],
  ];
  for (const [title, bytes, code] of refused) {
    it(`answer ${code} to ${title}`, () => {
      assert.equal(codeOf(decodeCarrierRequest(bytes)), code);
    });
  }
});

describe('carrier replies', () => {
  const replies: readonly CarrierReply[] = [
    { kind: 'offer', messages: [one], certificates: [one, one] },
    { kind: 'session', messages: [one, one], certificates: [], stage: 'delivering' },
    { kind: 'voided', messages: [one], certificates: [one] },
    { kind: 'wait', messages: [], certificates: [], afterMs: 500 },
    { kind: 'refused', messages: [], certificates: [], code: 'offer-taken' },
  ];
  for (const value of replies) {
    it(`are read as they are written: ${value.kind}`, () => {
      assert.deepEqual(decodeCarrierReply(encodeCarrierReply(value)), { ok: true, value });
    });
  }

  it('have every stage', () => {
    for (const stage of Object.keys(STAGES) as (keyof typeof STAGES)[]) {
      const value: CarrierReply = { kind: 'session', messages: [], certificates: [], stage };
      assert.deepEqual(decodeCarrierReply(encodeCarrierReply(value)), { ok: true, value });
    }
  });

  const ones = (count: number): CborValue => Array.from({ length: count }, () => one);
  const refused: readonly (readonly [string, Uint8Array, string])[] = [
    ['nine messages', map([1, 1], [2, 1], [3, ones(9)], [4, []]), 'malformed-value'],
    ['five certificates', map([1, 1], [2, 1], [3, []], [4, ones(5)]), 'malformed-value'],
    [
      'a wait of more than a minute',
      map([1, 1], [2, 4], [3, []], [4, []], [6, 60_001]),
      'malformed-value',
    ],
    ['a text as message', map([1, 1], [2, 1], [3, ['x']], [4, []]), 'malformed-type'],
    ['no list of messages', map([1, 1], [2, 1], [4, []]), 'malformed-missing-field'],
  ];
  for (const [title, bytes, code] of refused) {
    it(`answer ${code} to ${title}`, () => {
      assert.equal(codeOf(decodeCarrierReply(bytes)), code);
    });
  }
});

describe('link envelopes', () => {
  const envelopes: readonly (readonly [string, LinkEnvelope])[] = [
    ['a3010103800480', { certificates: [], acknowledged: [] }],
    [`a30101038004815820${toHex(hash)}`, { certificates: [], acknowledged: [hash] }],
    ['a4010102410103814101' + '0480', { message: one, certificates: [one], acknowledged: [] }],
  ];
  for (const [bytes, value] of envelopes) {
    it(`are read and written: ${bytes.slice(0, 24)}`, () => {
      assert.equal(toHex(encodeLinkEnvelope(value)), bytes);
      assert.deepEqual(decodeLinkEnvelope(fromHex(bytes) as Uint8Array), { ok: true, value });
    });
  }

  it('hold at most 3 certificates and 16 acknowledgements of 32 bytes', () => {
    const envelope = (certificates: CborValue, acknowledged: CborValue) =>
      codeOf(decodeLinkEnvelope(map([1, 1], [3, certificates], [4, acknowledged])));
    const many = (count: number, part: CborValue) => Array.from({ length: count }, () => part);
    assert.equal(envelope(many(3, one), many(16, hash)), 'ok');
    assert.equal(envelope(many(4, one), []), 'malformed-value');
    assert.equal(envelope([], many(17, hash)), 'malformed-value');
    assert.equal(envelope([], [one]), 'malformed-value');
  });
});

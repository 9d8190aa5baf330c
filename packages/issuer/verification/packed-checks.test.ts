import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { packChecks, unpackChecks } from './packed-checks.ts';
import type { Check } from './present.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: 0, maxLength: length });
const check: fc.Arbitrary<Check> = fc.record({
  key: fc.record({
    algorithm: fc.constantFrom('EdDSA' as const, 'ES256' as const),
    bytes: bytes(64),
  }),
  message: bytes(600),
  signature: bytes(300),
});

const plain = (messages: readonly (readonly Check[])[]) =>
  messages.map((checks) =>
    checks.map(({ key, message, signature }) => [
      key.algorithm,
      [...key.bytes],
      [...message],
      [...signature],
    ]),
  );

test('checks come out message by message, as they went in', () => {
  fc.assert(
    fc.property(fc.array(fc.array(check, { maxLength: 3 }), { maxLength: 6 }), (messages) => {
      assert.deepEqual(plain(unpackChecks(packChecks(messages))), plain(messages));
    }),
    { numRuns: 200 },
  );
});

test('a message without checks is there, and has none', () => {
  assert.deepEqual(unpackChecks(packChecks([[], []])), [[], []]);
});

test('a key, a signature and a message stand in the buffer in this order', () => {
  const packed = packChecks([
    [
      {
        key: { algorithm: 'EdDSA', bytes: Uint8Array.of(1, 2) },
        signature: Uint8Array.of(3),
        message: Uint8Array.of(4, 5, 6),
      },
    ],
  ]);
  assert.deepEqual([...packed], [1, 0, 2, 0, 1, 0, 3, 1, 2, 3, 4, 5, 6]);
});

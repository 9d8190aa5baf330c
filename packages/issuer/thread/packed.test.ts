import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Fault, accept, reject } from '@coinbox/protocol';
import type { Result } from '@coinbox/protocol';
import fc from 'fast-check';
import type { Answer } from '../issuer.ts';
import { answerOf, failureIn, packParts, partOf, partOfFailure, unpackParts } from './packed.ts';
import type { Part } from './packed.ts';

const bytes = (...of: number[]): Uint8Array => Uint8Array.from(of);
const plain = ({ call, text, bytes: own }: Part) => [call, text, [...own]];

describe('packParts()', () => {
  test('writes call, lengths, text and bytes, in this order', () => {
    const packed = packParts([{ call: 258, text: 'hé', bytes: bytes(9, 8) }]);
    // Four bytes of the call, two and four of the lengths; é is two bytes of UTF-8.
    const wanted = [0, 0, 1, 2, 0, 3, 0, 0, 0, 2, 0x68, 0xc3, 0xa9, 9, 8];
    assert.deepEqual([...packed], wanted);
  });

  test('of nothing is nothing', () => {
    assert.deepEqual(unpackParts(packParts([])), []);
  });

  test('any parts come out as they went in', () => {
    const part = fc.record({
      call: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      text: fc.string({ unit: 'grapheme', maxLength: 40 }),
      bytes: fc.uint8Array({ maxLength: 40 }),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        assert.deepEqual(unpackParts(packParts(parts)).map(plain), parts.map(plain));
      }),
      { numRuns: 200 },
    );
  });
});

describe('an answer between threads', () => {
  const receipt = bytes(1, 2, 3);
  const rows: readonly (readonly [string, Result<Answer>])[] = [
    ['that is posted', accept({ receipt, status: 'posted', replayed: false })],
    ['that is posted again', accept({ receipt, status: 'posted', replayed: true })],
    [
      'that is refused',
      accept({ receipt, status: 'refused', replayed: false, code: 'insufficient-funds' }),
    ],
    [
      'that is parked',
      accept({ receipt, status: 'parked', replayed: false, code: 'settlement-parked' }),
    ],
    ['that is a rejection', reject('counter-gap', 'the next upload is 3')],
  ];
  for (const [name, answer] of rows) {
    test(`${name} is the same on the other side`, () => {
      const [part] = unpackParts(packParts([partOf(7, answer)]));
      assert.equal(part?.call, 7);
      assert.equal(failureIn(part), undefined);
      assert.deepEqual(answerOf(part), answer);
    });
  }

  test('what is posted just now brings its receipt and no text', () => {
    const { text } = partOf(7, accept({ receipt, status: 'posted', replayed: false }));
    assert.equal(text, '');
  });

  test('a failure is told from an answer', () => {
    const [part] = unpackParts(packParts([partOfFailure(7, new Fault('closed', 'it is over'))]));
    assert.deepEqual(part && failureIn(part), { code: 'closed', message: 'it is over', cause: '' });
  });
});

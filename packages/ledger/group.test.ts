import assert from 'node:assert/strict';
import { test } from 'node:test';
import { group, hold, open, transfer } from './conformance/groups.ts';
import { checkShape } from './group.ts';

// What is refused is in conformance/rejections.ts. Here: the largest that is not.

const word = (length: number): string => '~'.repeat(length);

test('checkShape() takes a group that is as large as a group may be', () => {
  const largest = group(
    word(80),
    [
      open(word(80)),
      hold(word(80), 'a', 1n),
      ...Array.from({ length: 62 }, () => transfer('a', 'b', 1n)),
    ],
    {
      code: word(32),
      memo: new Uint8Array(16_384),
      claims: Array.from({ length: 8 }, (_, i) => `${i}${word(79)}`),
      sequence: { series: word(80), number: Number.MAX_SAFE_INTEGER },
    },
  );
  assert.equal(checkShape(largest), undefined);
});

test('checkShape() takes a group that is as small as a group may be', () => {
  const memo = new Uint8Array();
  assert.equal(checkShape(group('!', [], { claims: ['!'], code: '!', memo })), undefined);
  const sequence = { series: '!', number: 1 };
  assert.equal(checkShape(group('!', [], { sequence, memo })), undefined);
});

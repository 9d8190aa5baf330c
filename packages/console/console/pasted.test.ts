import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPasted } from './pasted.ts';

/** what is pasted, the names and bytes that are in it */
const rows: readonly [string, string, [string, number[]][]][] = [
  ['hexadecimal', ' d2 84\nff ', [['', [0xd2, 0x84, 0xff]]]],
  ['upper-case hexadecimal', 'D284FF', [['', [0xd2, 0x84, 0xff]]]],
  ['base64', '0oT/', [['', [0xd2, 0x84, 0xff]]]],
  ['base64 with padding', '0oQ=', [['', [0xd2, 0x84]]]],
  ['base64url', '0oT_', [['', [0xd2, 0x84, 0xff]]]],
  [
    'a saved receipt',
    '{"format":"coinbox-payment-1","messages":{"pay":"0oQ=","bill":"0oT/"}}',
    [
      ['pay', [0xd2, 0x84]],
      ['bill', [0xd2, 0x84, 0xff]],
    ],
  ],
  ['nothing', '  ', []],
  ['something else', 'hello!', []],
  ['JSON without messages', '{"a":1}', []],
];

for (const [what, text, found] of rows) {
  test(`readPasted() reads ${what}`, () => {
    assert.deepEqual(
      readPasted(text).map(({ name, bytes }) => [name, [...bytes]]),
      found,
    );
  });
}

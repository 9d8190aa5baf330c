import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { concatBytes, fromHex, toHex } from '../bytes.ts';
import type { RejectionCode } from '../rejections.ts';
import {
  formatAnswer,
  formatCommand,
  getCommand,
  isMore,
  moreStatus,
  parseAnswer,
  parseCommand,
  putCommands,
  selectCommand,
} from './apdu.ts';

const hex = (text: string): Uint8Array => fromHex(text.replaceAll(' ', '')) as Uint8Array;

describe('commands of a terminal', () => {
  it('select the wallet by its name', () => {
    assert.equal(toHex(selectCommand()), '00a4040009f0434f494e424f580100');
  });

  it('fetch as much as a short answer brings, or less', () => {
    assert.equal(toHex(getCommand()), '80c0000000');
    assert.equal(toHex(getCommand(7)), '80c0000007');
  });

  it('put 250 bytes each, chained but for the last', () => {
    const message = Uint8Array.from({ length: 501 }, (_, i) => i & 0xff);
    const [first = '', second = '', third = ''] = putCommands(message).map(toHex);
    assert.ok(first.startsWith('90c30000fa0001'));
    assert.equal(first.length, 2 * (5 + 250));
    assert.ok(second.startsWith('90c30000fafafb'));
    assert.equal(third, '80c3000001f400');
  });

  it('take one command for 250 bytes, and two for one more', () => {
    assert.deepEqual(
      [1, 250, 251, 500, 501].map((length) => putCommands(new Uint8Array(length)).length),
      [1, 1, 2, 2, 3],
    );
  });
});

/** The four cases of ISO/IEC 7816-3: with and without content, with and without Le. */
const cases: readonly [string, string, string, number | undefined][] = [
  ['neither', '80c00000', '', undefined],
  ['an answer', '80c0000007', '', 7],
  ['an answer of 256', '80c0000000', '', 256],
  ['content', '90c30000020102', '0102', undefined],
  ['both', '80c30000020102ff', '0102', 255],
];
describe('parseCommand()', () => {
  for (const [title, bytes, content, expected] of cases) {
    it(`reads a command with ${title}, and formatCommand() writes it`, () => {
      const parsed = parseCommand(hex(bytes));
      assert.ok(parsed.ok);
      assert.equal(toHex(parsed.value.content), content);
      assert.equal(parsed.value.expected, expected);
      assert.equal(toHex(formatCommand(parsed.value)), bytes);
    });
  }

  const wrong: readonly [string, string, RejectionCode][] = [
    ['nothing', '', 'malformed-truncated'],
    ['three bytes', '80c000', 'malformed-truncated'],
    ['content that ends early', '80c300000201', 'malformed-truncated'],
    ['a byte too many', '80c3000001010000', 'malformed-trailing'],
    ['the extended form', '80c3000000010001', 'malformed-length'],
  ];
  for (const [title, bytes, code] of wrong) {
    it(`rejects ${title} with ${code}`, () => {
      const parsed = parseCommand(hex(bytes));
      assert.ok(!parsed.ok);
      assert.equal(parsed.rejection.code, code);
    });
  }

  it('reads every chain back into its message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 1200 }), (message) => {
        const parts = putCommands(message).map((bytes) => {
          const parsed = parseCommand(bytes);
          assert.ok(parsed.ok && bytes.length <= 256);
          return parsed.value.content;
        });
        assert.deepEqual(concatBytes(...parts), message);
      }),
    );
  });
});

describe('answers of a card', () => {
  it('are content and two bytes of status', () => {
    assert.equal(toHex(formatAnswer(0x6985)), '6985');
    assert.equal(toHex(formatAnswer(0x9000, hex('0102'))), '01029000');
    assert.deepEqual(parseAnswer(hex('0102 61ff')), {
      ok: true,
      value: { content: hex('0102'), status: 0x61ff },
    });
  });

  it('are rejected when they are shorter: the card went away', () => {
    for (const bytes of ['', '90']) {
      const parsed = parseAnswer(hex(bytes));
      assert.equal(!parsed.ok && parsed.rejection.code, 'malformed-truncated');
    }
  });

  it('say how many bytes wait, and 0 for 256 and more', () => {
    assert.deepEqual([1, 255, 256, 900].map(moreStatus), [0x6101, 0x61ff, 0x6100, 0x6100]);
    assert.deepEqual([0x6100, 0x61ff, 0x9000, 0x6700].map(isMore), [true, true, false, false]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex } from '../bytes.ts';
import type { RejectionCode } from '../rejections.ts';
import { FRAGMENT_RUN_MS, fragmentsOf, roomOf, takeFragment } from './fragments.ts';
import type { Assembly } from './fragments.ts';

const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;
const upTo = (length: number) => Uint8Array.from({ length }, (_, i) => i & 0xff);

/** All messages that come out of these fragments, and the first code that one is rejected with. */
function assemble(fragments: readonly Uint8Array[]) {
  let assembly: Assembly | undefined;
  const messages: Uint8Array[] = [];
  for (const fragment of fragments) {
    const taken = takeFragment(assembly, fragment, 0);
    if (!taken.ok) return { messages, code: taken.rejection.code };
    assembly = taken.value.kind === 'more' ? taken.value.assembly : undefined;
    if (taken.value.kind === 'whole') messages.push(taken.value.message);
  }
  return { messages, isOpen: assembly !== undefined };
}

describe('fragmentsOf()', () => {
  it('puts a short message into one fragment: first, no more, length 3', () => {
    assert.deepEqual(fragmentsOf(hex('0a0b0c'), 20).map(toHex), ['4000030a0b0c']);
  });

  it('numbers the fragments, and says in all but the last that more follow', () => {
    // 17 bytes in the first of 20, 19 in each other.
    const fragments = fragmentsOf(upTo(40), 20).map(toHex);
    assert.deepEqual(
      fragments.map((text) => text.slice(0, 6)),
      ['c00028', '811112', '022425'],
    );
    assert.deepEqual(
      fragments.map((text) => text.length / 2),
      [20, 20, 5],
    );
  });

  it('begins again with 0 after number 63', () => {
    const heads = fragmentsOf(new Uint8Array(1300), 20).map(([head]) => head);
    assert.deepEqual([heads[63], heads[64]], [0x80 | 63, 0x80]);
  });
});

describe('takeFragment()', () => {
  it('gives every message back, at every room from MTU 23 to MTU 517', () => {
    for (let room = 20; room <= 512; room++) {
      for (const message of [upTo(1), upTo(room - 3), upTo(room - 2), upTo(1024)]) {
        const fragments = fragmentsOf(message, room);
        assert.ok(fragments.every(({ length }) => length <= room));
        assert.deepEqual(assemble(fragments), { messages: [message], isOpen: false });
      }
    }
  });

  it('gives the longest message back', () => {
    assert.deepEqual(assemble(fragmentsOf(upTo(4096), 20)).messages, [upTo(4096)]);
  });

  const begun = fragmentsOf(upTo(40), 20);
  const [first, second, third] = begun as [Uint8Array, Uint8Array, Uint8Array];
  const wrong: readonly [string, readonly Uint8Array[], RejectionCode][] = [
    ['nothing', [hex('')], 'malformed-truncated'],
    ['a first one without a length', [hex('4000')], 'malformed-truncated'],
    ['a first one without a byte of the message', [hex('c00001')], 'malformed-truncated'],
    ['a first one with number 1', [hex('41000101')], 'malformed-value'],
    ['a message of no bytes', [hex('40000001')], 'malformed-length'],
    ['a message of 4,097 bytes', [hex('c0100101')], 'too-large'],
    ['a second first one', [first, first], 'malformed-value'],
    ['one without a first', [second], 'malformed-value'],
    ['one that is lost', [first, third], 'malformed-value'],
    ['one that comes twice', [first, second, second], 'malformed-value'],
    ['one without content', [first, hex('81')], 'malformed-truncated'],
    ['a last one too early', [first, hex('0111')], 'malformed-length'],
    ['more than was announced', [hex('c0000201'), hex('01020304')], 'malformed-length'],
    ['more to follow after the end', [hex('c0000201'), hex('8102')], 'malformed-length'],
  ];
  for (const [title, fragments, code] of wrong) {
    it(`rejects ${title} with ${code}`, () => {
      assert.deepEqual(assemble(fragments), { messages: [], code });
    });
  }

  it('rejects what comes later than two seconds after the first one', () => {
    const start = takeFragment(undefined, first, 1000);
    assert.ok(start.ok && start.value.kind === 'more');
    const { assembly } = start.value;
    assert.ok(takeFragment(assembly, second, 1000 + FRAGMENT_RUN_MS).ok);
    const late = takeFragment(assembly, second, 1001 + FRAGMENT_RUN_MS);
    assert.equal(!late.ok && late.rejection.code, 'request-timeout');
  });

  it('gives no other message, whatever is lost, repeated, exchanged or cut', () => {
    const fault = fc.constantFrom('lose', 'repeat', 'swap', 'cut');
    const message = fc.uint8Array({ minLength: 1, maxLength: 1024 });
    fc.assert(
      fc.property(
        message,
        fc.integer({ min: 20, max: 512 }),
        fault,
        fc.nat(),
        (bytes, room, how, at) => {
          const fragments = [...fragmentsOf(bytes, room)];
          const place = at % fragments.length;
          const one = fragments[place] as Uint8Array;
          if (how === 'lose') fragments.splice(place, 1);
          if (how === 'repeat') fragments.splice(place, 0, one);
          if (how === 'swap')
            fragments.splice(place, 2, ...fragments.slice(place, place + 2).reverse());
          if (how === 'cut') fragments[place] = one.slice(0, -1);
          for (const out of assemble(fragments).messages) assert.deepEqual(out, bytes);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('roomOf()', () => {
  it('is three less than the MTU, from 20 to 512', () => {
    assert.deepEqual(
      [undefined, null, 0, 23, 185, 247, 515, 517].map(roomOf),
      [20, 20, 20, 20, 182, 244, 512, 512],
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex } from '../bytes.ts';
import type { RejectionCode } from '../rejections.ts';
import { CARD_AT_REST, giveRequest, takeCommand } from './card.ts';
import type { Card } from './card.ts';
import { beginContact, poll, putReply, takeAnswer } from './reader.ts';
import type { Reader, ReaderStep } from './reader.ts';

const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;
const SELECTED = hex('6f108409f0434f494e424f5801a5038001019000');
const stepOf = (reader: Reader, answer: Uint8Array): ReaderStep => {
  const taken = takeAnswer(reader, answer);
  assert.ok(taken.ok);
  return taken.value;
};
const selecting = beginContact().reader;
const fetching = poll().reader;
const served = stepOf(fetching, hex('0102039000'));
assert.equal(served.kind, 'serve');

describe('a reader', () => {
  it('selects, asks, and serves the request', () => {
    assert.equal(toHex(beginContact().command), '00a4040009f0434f494e424f580100');
    const asked = stepOf(selecting, SELECTED);
    assert.equal(asked.kind === 'send' && toHex(asked.command), '80c0000000');
    assert.deepEqual(served, { kind: 'serve', reader: served.reader, request: hex('010203') });
  });

  it('fetches what is left of a request', () => {
    const part = stepOf(fetching, hex('01026101'));
    assert.equal(part.kind === 'send' && toHex(part.command), '80c0000000');
    const whole = stepOf(part.reader, hex('039000'));
    assert.equal(whole.kind === 'serve' && toHex(whole.request), '010203');
  });

  it('puts a reply in a chain, and takes the next request out of the last answer', () => {
    const first = putReply(served.reader, new Uint8Array(251));
    assert.ok(toHex(first.command).startsWith('90c30000fa'));
    const last = stepOf(first.reader, hex('9000'));
    assert.equal(last.kind === 'send' && toHex(last.command), '80c30000010000');
    const next = stepOf(last.reader, hex('079000'));
    assert.equal(next.kind === 'serve' && toHex(next.request), '07');
  });

  it('rests when the wallet has nothing to ask', () => {
    assert.equal(stepOf(fetching, hex('9000')).kind, 'rest');
  });

  const putting = putReply(served.reader, new Uint8Array(251)).reader;
  const wrong: readonly [string, Reader, string, RejectionCode][] = [
    ['an answer of no bytes', fetching, '', 'malformed-truncated'],
    ['a card without the application', selecting, '6a82', 'malformed-value'],
    ['a card that names nothing', selecting, '9000', 'unsupported-version'],
    [
      'another version',
      selecting,
      '6f108409f0434f494e424f5801a5038001029000',
      'unsupported-version',
    ],
    ['another name', selecting, '6f108409f0434f494e424f5802a5038001019000', 'unsupported-version'],
    ['a card that is not ready', fetching, '6985', 'malformed-value'],
    ['a request with a wrong status', fetching, '01026985', 'malformed-value'],
    ['more, and nothing brought', fetching, '6100', 'malformed-value'],
    ['a chain that is refused', putting, '6a84', 'malformed-value'],
    ['an answer in a chain', putting, '019000', 'malformed-value'],
  ];
  for (const [title, reader, answer, code] of wrong) {
    it(`gives ${title} up with ${code}`, () => {
      const taken = takeAnswer(reader, hex(answer));
      assert.equal(!taken.ok && taken.rejection.code, code);
    });
  }

  it('takes 4,096 bytes, and gives a card up that tells more', () => {
    const part = (length: number, status: string) => hex('00'.repeat(length) + status);
    let reader = fetching;
    for (let i = 0; i < 15; i++) reader = stepOf(reader, part(256, '6100')).reader;
    assert.equal(stepOf(reader, part(256, '9000')).kind, 'serve');
    const more = stepOf(reader, part(256, '6101')).reader;
    const taken = takeAnswer(more, part(1, '9000'));
    assert.equal(!taken.ok && taken.rejection.code, 'too-large');
  });
});

/** Both ends together: each request of the wallet is answered; how often a command went over. */
function contact(
  requests: readonly Uint8Array[],
  answer: (request: Uint8Array) => Uint8Array,
): { replies: Uint8Array[]; trips: number } {
  const waiting = [...requests];
  const replies: Uint8Array[] = [];
  let card: Card = CARD_AT_REST;
  let step: ReaderStep = beginContact();
  let trips = 0;
  while (step.kind !== 'rest') {
    if (step.kind === 'serve') {
      step = putReply(step.reader, answer(step.request));
      continue;
    }
    trips += 1;
    const taken = takeCommand(card, step.command);
    if (taken.reply) replies.push(taken.reply);
    const told = taken.answer ? taken : giveRequest(taken.card, waiting.shift());
    card = told.card;
    step = stepOf(step.reader, told.answer);
  }
  return { replies, trips };
}

const message = fc.uint8Array({ minLength: 1, maxLength: 1500 });

describe('a reader and a card', () => {
  it('bring every request and every reply over whole', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(message, message), { maxLength: 4 }), (pairs) => {
        const asked: Uint8Array[] = [];
        const { replies } = contact(
          pairs.map(([request]) => request),
          (request) => {
            asked.push(request);
            return (pairs[asked.length - 1] as [Uint8Array, Uint8Array])[1];
          },
        );
        assert.deepEqual(
          asked,
          pairs.map(([request]) => request),
        );
        assert.deepEqual(
          replies,
          pairs.map(([, reply]) => reply),
        );
      }),
    );
  });

  it('need seven trips: ask, 420 bytes of OFFER, 420 of PAY, 420 of ACCEPT', () => {
    // SELECT, GET (request of 20), 2 PUT, GET (the rest of 420), 2 PUT.
    const lengths = [20, 420];
    const requests = lengths.map((length) => new Uint8Array(length));
    assert.equal(contact(requests, () => new Uint8Array(420)).trips, 7);
  });
});

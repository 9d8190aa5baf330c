import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '@coinbox/protocol';
import fc from 'fast-check';
import { EVENT_KINDS, decodeEvent, encodeEvent } from './events.ts';
import type { TerminalEvent } from './events.ts';
import { createPlot, kitReadings, offerNamed, sessionNamed } from './testing/kit.ts';

const codeOf = (stored: Uint8Array): string => {
  const decoded = decodeEvent(stored);
  return decoded.ok ? 'accepted' : decoded.rejection.code;
};

/** One event of each kind. */
const events: readonly TerminalEvent[] = [
  ...createPlot().offered('a').offered('b').presented('b').voided('b').events,
  ...createPlot()
    .accepted()
    .metered([kitReadings()[0]!], false)
    .metered([kitReadings()[1]!], true)
    .billed()
    .receipted('settle')
    .receipted('refund').events,
  ...createPlot().accepted().returned('no-start').events,
];
const one = events[0] as TerminalEvent;
const message = Uint8Array.of(1);

describe('an event', () => {
  it('comes out of its bytes as it went in, but for refusals and offline payments', () => {
    for (const event of events) {
      assert.deepEqual(decodeEvent(encodeEvent(event)), { ok: true, value: event });
    }
    const kinds = new Set(events.map(({ kind }) => kind));
    assert.equal(kinds.size, Object.keys(EVENT_KINDS).length - 3);
  });

  it('may be longer than a message: four of the longest fit', () => {
    const messages = [1, 2, 3, 4].map((fill) => new Uint8Array(4096).fill(fill));
    const event: TerminalEvent = { ...one, messages };
    const bytes = encodeEvent(event);
    assert.ok(bytes.length > 4 * 4096);
    assert.deepEqual(decodeEvent(bytes), { ok: true, value: event });
  });

  it('stands in the journal as the length of its head, the head, and its messages', () => {
    const event: TerminalEvent = {
      kind: 'voided',
      at: 5 as TerminalEvent['at'],
      messages: [Uint8Array.of(0xaa, 0xbb), Uint8Array.of(0xcc)],
      offer: 'off_00000000000000000000000000' as ReturnType<typeof offerNamed>,
    };
    // {1: 1, 2: 4, 3: 5, 4: [2, 1], 6: h'00…00'}: RFC 8949 §3, by hand.
    const head = `a5010102040305048202010650${'00'.repeat(16)}`;
    const length = (head.length / 2).toString(16).padStart(4, '0');
    assert.equal(Buffer.from(encodeEvent(event)).toString('hex'), `${length}${head}aabbcc`);
  });

  const without = (event: TerminalEvent, name: keyof TerminalEvent): Uint8Array => {
    const { [name]: _, ...rest } = event;
    return encodeEvent(rest as TerminalEvent);
  };
  const base = {
    at: one.at,
    messages: [message],
    offer: offerNamed('a'),
    session: sessionNamed('a'),
    subject: sha256(message),
  };
  const needs: readonly (readonly [TerminalEvent['kind'], keyof TerminalEvent])[] = [
    ['offered', 'offer'],
    ['presented', 'offer'],
    ['voided', 'offer'],
    ['accepted', 'offer'],
    ['accepted', 'session'],
    ['metered', 'session'],
    ['billed', 'session'],
    ['refused', 'session'],
    ['returned', 'session'],
    ['receipted', 'session'],
    ['receipted', 'subject'],
  ];
  for (const [kind, part] of needs) {
    it(`of the kind ${kind} is not whole without its ${part}`, () => {
      assert.equal(codeOf(encodeEvent({ kind, ...base })), 'accepted');
      assert.equal(codeOf(without({ kind, ...base }, part)), 'malformed-missing-field');
    });
  }

  it('is not whole without a message', () => {
    assert.equal(codeOf(encodeEvent({ ...one, messages: [] })), 'malformed-missing-field');
  });

  it('is refused when it is cut off anywhere, or when something follows', () => {
    const bytes = encodeEvent(one);
    for (let length = 0; length < bytes.length; length++) {
      assert.match(codeOf(bytes.subarray(0, length)), /^malformed-/);
    }
    assert.equal(codeOf(Uint8Array.of(...bytes, 0)), 'malformed-trailing');
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        decodeEvent(bytes);
      }),
    );
  });
});

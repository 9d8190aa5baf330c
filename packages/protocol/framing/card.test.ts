import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex } from '../bytes.ts';
import { getCommand, putCommands, selectCommand } from './apdu.ts';
import { CARD_AT_REST, giveRequest, takeCommand } from './card.ts';
import type { Card } from './card.ts';

const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;
const SELECTED = '6f108409f0434f494e424f5801a503800101' + '9000';

/** A card that was told these commands; what it asks its wallet for is answered with `request`. */
function cardAfter(commands: readonly Uint8Array[], request?: Uint8Array): Card {
  let card = CARD_AT_REST;
  for (const command of commands) {
    const step = takeCommand(card, command);
    card = (step.answer ? step : giveRequest(step.card, request)).card;
  }
  return card;
}
const select = selectCommand();
const asking = Uint8Array.of(1, 2, 3);
const phases: Record<Card['phase'], Card> = {
  off: CARD_AT_REST,
  ready: cardAfter([select]),
  telling: cardAfter([select, getCommand()], new Uint8Array(300)),
  awaiting: cardAfter([select, getCommand()], asking),
};

describe('a card', () => {
  it('answers its selection with its name and the version', () => {
    const step = takeCommand(CARD_AT_REST, select);
    assert.equal(toHex(step.answer as Uint8Array), SELECTED);
    assert.equal(step.card.phase, 'ready');
  });

  it('tells a request in parts, and says how much waits', () => {
    const request = Uint8Array.from({ length: 600 }, (_, i) => i % 251);
    const asked = takeCommand(phases.ready, getCommand());
    assert.ok(!asked.answer && !asked.reply);
    const first = giveRequest(asked.card, request);
    assert.equal(toHex(first.answer), toHex(request.slice(0, 256)) + '6100');
    const second = takeCommand(first.card, getCommand());
    assert.equal(toHex(second.answer as Uint8Array), toHex(request.slice(256, 512)) + '6158');
    const third = takeCommand(second.card, getCommand(0x58));
    assert.equal(toHex(third.answer as Uint8Array), toHex(request.slice(512)) + '9000');
    assert.equal(third.card.phase, 'awaiting');
  });

  it('gives no more than it is asked for', () => {
    const asked = takeCommand(phases.ready, getCommand(2));
    assert.equal(toHex(giveRequest(asked.card, asking).answer), '01026101');
  });

  it('hands over a reply that has come whole, and asks what is next', () => {
    const reply = Uint8Array.from({ length: 260 }, (_, i) => i & 0xff);
    const [first, last] = putCommands(reply) as [Uint8Array, Uint8Array];
    const half = takeCommand(phases.awaiting, first);
    assert.equal(toHex(half.answer as Uint8Array), '9000');
    const whole = takeCommand(half.card, last);
    assert.ok(!whole.answer);
    assert.deepEqual(whole.reply, reply);
    assert.equal(toHex(giveRequest(whole.card, asking).answer), '0102039000');
    assert.equal(toHex(giveRequest(whole.card).answer), '9000');
  });

  it('begins anew when it is selected again, whatever was under way', () => {
    const [first] = putCommands(new Uint8Array(300)) as [Uint8Array];
    for (const card of [...Object.values(phases), takeCommand(phases.awaiting, first).card]) {
      assert.deepEqual(takeCommand(card, select).card, phases.ready);
    }
  });

  it('is off after another application was selected', () => {
    const other = takeCommand(phases.awaiting, selectCommand(hex('a0000002480400')));
    assert.equal(toHex(other.answer as Uint8Array), '6a82');
    assert.equal(other.card.phase, 'off');
  });

  it('does nothing with a request that nobody waits for', () => {
    for (const phase of ['off', 'telling', 'awaiting'] as const) {
      const step = giveRequest(phases[phase], asking);
      assert.deepEqual(step, { card: phases[phase], answer: hex('9000') });
    }
  });

  const put = putCommands(asking)[0] as Uint8Array;
  const refused: readonly [string, Card['phase'], Uint8Array, string][] = [
    ['a question before its selection', 'off', getCommand(), '6985'],
    ['a reply before its selection', 'off', put, '6985'],
    ['a reply to nothing', 'ready', put, '6985'],
    ['a reply while it is telling', 'telling', put, '6985'],
    ['a question while it awaits a reply', 'awaiting', getCommand(), '6985'],
    ['what is no command', 'ready', hex('80c0'), '6700'],
    ['an extended command', 'awaiting', hex('80c3000000010001'), '6700'],
    ['another instruction', 'ready', hex('80ca0000'), '6d00'],
    ['another class', 'ready', hex('00c0000000'), '6e00'],
    ['the next of several applications', 'ready', hex('00a404020100'), '6a82'],
  ];
  for (const [title, phase, command, status] of refused) {
    it(`refuses ${title} with ${status}, and stays as it is`, () => {
      const step = takeCommand(phases[phase], command);
      assert.equal(toHex(step.answer as Uint8Array), status);
      if (status !== '6a82') assert.deepEqual(step.card, phases[phase]);
    });
  }

  it('takes 4,096 bytes and refuses one more with 6a84', () => {
    const chain = (length: number) => {
      let step = { card: phases.awaiting } as ReturnType<typeof takeCommand>;
      for (const command of putCommands(new Uint8Array(length))) {
        step = takeCommand(step.card, command);
      }
      return step;
    };
    assert.equal(chain(4096).reply?.length, 4096);
    assert.equal(toHex(chain(4097).answer as Uint8Array), '6a84');
  });

  it('answers anything, in any phase, with at least a status', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(phases)),
        fc.uint8Array({ maxLength: 300 }),
        (card, bytes) => {
          const { answer } = takeCommand(card, bytes);
          assert.ok(answer === undefined || answer.length >= 2);
        },
      ),
    );
  });
});

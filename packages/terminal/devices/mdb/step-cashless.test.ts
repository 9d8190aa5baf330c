import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ACK, NAK, openBlock, withChecksum } from './block.ts';
import { FIRST_CASHLESS_STATE, stepCashless } from './step-cashless.ts';
import type { CashlessEvent, CashlessInput, CashlessStage } from './step-cashless.ts';

const model = { scale: 1, decimals: 2, country: 0x1156 };

/** A reader that has come to a stage the way a machine brings it there, and what it has told. */
function reader(stage: CashlessStage = 'inactive', level = 1) {
  let state = FIRST_CASHLESS_STATE;
  const events: CashlessEvent[] = [];
  const take = (input: CashlessInput): readonly number[] => {
    const step = stepCashless(state, input, model);
    state = step.state;
    if (step.event) events.push(step.event);
    return [...(step.answer ?? [])];
  };
  const send = (...bytes: number[]) => take({ kind: 'block', block: withChecksum(bytes) });
  const way: Record<CashlessStage, () => unknown> = {
    inactive: () => [send(0x10), send(0x12)],
    disabled: () => send(0x11, 0x00, level, 0, 0, 0),
    enabled: () => send(0x14, 0x01),
    idle: () => [take({ kind: 'begin', funds: 500 }), send(0x12)],
    vend: () => send(0x13, 0x00, 0x01, 0x2c, 0x00, 0x07),
  };
  for (const [name, go] of Object.entries(way)) {
    go();
    if (name === stage) break;
  }
  events.length = 0;
  return { send, take, events, stage: () => state.stage, state: () => state };
}

const kinds = (events: readonly CashlessEvent[]) => events.map(({ kind }) => kind);
/** Checksums by hand: one byte has itself as its sum. */
const OUT_OF_SEQUENCE = [0x0b, 0x0b];

describe('stepCashless()', () => {
  it('sells: approved at a poll, counted at VEND SUCCESS, closed at SESSION COMPLETE', () => {
    const { send, take, events, stage } = reader('vend');
    assert.deepEqual(send(0x12), [...ACK]);
    take({ kind: 'approve' });
    assert.deepEqual(send(0x12), [0x05, 0x01, 0x2c, 0x32]);
    assert.deepEqual(send(0x13, 0x02, 0x00, 0x07), [0x00]);
    assert.equal(stage(), 'idle');
    assert.deepEqual(send(0x13, 0x04), [0x07, 0x07]);
    assert.equal(stage(), 'enabled');
    assert.deepEqual(events, [{ kind: 'vended', price: 300, item: 7 }, { kind: 'completed' }]);
  });

  it('counts nothing after VEND FAILURE, and lets the payer choose again', () => {
    const { send, take, events, stage } = reader('vend');
    take({ kind: 'approve' });
    send(0x12);
    assert.deepEqual(send(0x13, 0x03), [0x00]);
    assert.equal(stage(), 'idle');
    assert.deepEqual(kinds(events), ['vend-failed']);
    send(0x13, 0x00, 0x00, 0x64, 0x00, 0x01);
    assert.deepEqual(events.at(-1), { kind: 'vend-requested', price: 100, item: 1 });
  });

  it('does not approve what the machine has cancelled', () => {
    const { send, take, events, stage } = reader('vend');
    assert.deepEqual(send(0x13, 0x01), [0x06, 0x06]);
    take({ kind: 'approve' });
    assert.deepEqual(send(0x12), [0x00]);
    assert.deepEqual([stage(), kinds(events)], ['idle', ['vend-cancelled']]);
  });

  it('forgets a vend at RESET, approved or not', () => {
    const { send, take, events, stage } = reader('vend');
    take({ kind: 'approve' });
    assert.deepEqual(send(0x10), [0x00]);
    assert.deepEqual(send(0x12), [0x00, 0x00]);
    assert.deepEqual([stage(), kinds(events)], ['inactive', ['reset']]);
    assert.deepEqual(send(0x13, 0x02, 0x00, 0x07), OUT_OF_SEQUENCE);
  });

  it('finishes a session although the reader is disabled in the middle of it', () => {
    const { send, take, stage } = reader('vend');
    send(0x14, 0x00);
    take({ kind: 'approve' });
    assert.equal(send(0x12)[0], 0x05);
    send(0x13, 0x02, 0x00, 0x07);
    send(0x13, 0x04);
    assert.equal(stage(), 'disabled');
  });

  it('gives money back that was waiting when the reader is disabled', () => {
    const { send, take, events } = reader('enabled');
    take({ kind: 'begin', funds: 500 });
    send(0x14, 0x00);
    assert.deepEqual(kinds(events), ['reset']);
    assert.deepEqual(send(0x12), [0x00]);
  });

  it('asks the machine to end a session', () => {
    const { send, take, events } = reader('idle');
    take({ kind: 'cancel' });
    assert.deepEqual(send(0x12), [0x04, 0x04]);
    assert.deepEqual(send(0x13, 0x04), [0x07, 0x07]);
    assert.deepEqual(kinds(events), ['completed']);
  });

  it('says at most 0xFFFE: 0xFFFF would mean that nobody knows', () => {
    const { send, take } = reader('enabled');
    take({ kind: 'begin', funds: 1_000_000 });
    assert.deepEqual(send(0x12).slice(0, 3), [0x03, 0xff, 0xfe]);
  });

  it('says more about a session, and about a wrong command, from level 2 on', () => {
    const { send, take } = reader('enabled', 2);
    assert.deepEqual(send(0x13, 0x02, 0x00, 0x07), [0x0b, 0x03, 0x0e]);
    take({ kind: 'begin', funds: 500 });
    assert.equal(send(0x12).length, 11);
    // A level 3 controller is told of no options: 30 bytes and four, and the sum.
    assert.equal(reader('disabled', 1).send(0x17, 0x00).length, 31);
    assert.equal(reader('disabled', 3).send(0x17, 0x00).length, 35);
  });

  it('says the answer before again when the machine asks for it', () => {
    const { send, take } = reader('idle');
    take({ kind: 'cancel' });
    const answer = send(0x12);
    assert.deepEqual(take({ kind: 'block', block: Uint8Array.of(0xaa) }), answer);
    assert.deepEqual(take({ kind: 'block', block: Uint8Array.of(0x00) }), []);
  });

  it('answers NAK to a block with a wrong sum, and does nothing', () => {
    const { take, state, events } = reader('idle');
    const before = state();
    assert.deepEqual(take({ kind: 'block', block: Uint8Array.of(0x13, 0x04, 0x18) }), [...NAK]);
    assert.deepEqual([state(), events], [before, []]);
  });

  it('takes no money in: revaluing is denied', () => {
    const { send } = reader('idle');
    assert.deepEqual(send(0x15, 0x00, 0x01, 0x00), [0x0e, 0x0e]);
    assert.deepEqual(send(0x15, 0x01), [0x0f, 0x00, 0x00, 0x0f]);
  });

  const wrong: readonly (readonly [string, CashlessStage, readonly number[]])[] = [
    ['SETUP twice', 'disabled', [0x11, 0x00, 1, 0, 0, 0]],
    ['prices before SETUP', 'inactive', [0x11, 0x01, 0, 0, 0, 0]],
    ['ENABLE before SETUP', 'inactive', [0x14, 0x01]],
    ['a vend without a session', 'enabled', [0x13, 0x00, 0, 1, 0, 1]],
    ['a vend in a vend', 'vend', [0x13, 0x00, 0, 1, 0, 1]],
    ['a vend without a price', 'idle', [0x13, 0x00]],
    ['SUCCESS without a vend', 'idle', [0x13, 0x02, 0, 7]],
    ['SUCCESS before the approval', 'vend', [0x13, 0x02, 0, 7]],
    ['FAILURE before the approval', 'vend', [0x13, 0x03]],
    ['CANCEL without a vend', 'idle', [0x13, 0x01]],
    ['COMPLETE in a vend', 'vend', [0x13, 0x04]],
    ['COMPLETE without a session', 'enabled', [0x13, 0x04]],
    ['an unknown command', 'enabled', [0x16, 0x00]],
  ];
  for (const [title, stage, bytes] of wrong) {
    it(`is out of sequence, and nothing changes: ${title}`, () => {
      const { send, state, events } = reader(stage);
      const before = { ...state(), last: undefined };
      assert.deepEqual(send(...bytes), OUT_OF_SEQUENCE);
      assert.deepEqual([{ ...state(), last: undefined }, events], [before, []]);
    });
  }

  it('never counts a vend that it did not approve, whatever comes', () => {
    const command = fc.constantFrom<readonly number[]>(
      ...[0x10, 0x12, 0x14, 0x13].flatMap((one) => [0, 1, 2, 3, 4].map((sub) => [one, sub, 0, 1])),
      [0x11, 0x00, 1, 0, 0, 0],
    );
    const input = fc.oneof(
      command.map((bytes): CashlessInput => ({ kind: 'block', block: withChecksum(bytes) })),
      fc.uint8Array({ maxLength: 6 }).map((block): CashlessInput => ({ kind: 'block', block })),
      fc.constantFrom<CashlessInput>({ kind: 'begin', funds: 5 }, { kind: 'approve' }),
      fc.constantFrom<CashlessInput>({ kind: 'deny' }, { kind: 'cancel' }),
    );
    fc.assert(
      fc.property(fc.array(input, { maxLength: 60 }), (inputs) => {
        let state = FIRST_CASHLESS_STATE;
        for (const one of inputs) {
          const before = state;
          const step = stepCashless(before, one, model);
          state = step.state;
          if (step.event?.kind === 'vended') assert.ok(before.vend?.approved);
          if (state.stage === 'idle' || state.stage === 'vend')
            assert.ok(state.funds !== undefined);
          if (step.answer && step.answer.length > 1) assert.ok(openBlock(step.answer));
        }
      }),
    );
  });
});

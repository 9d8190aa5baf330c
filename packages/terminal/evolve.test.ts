import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ACCEPT,
  DRAW,
  MESSAGES,
  RECEIPT,
  REFUND,
  SETTLE,
  money,
  readOwn,
  typOf,
} from '@coinbox/protocol';
import type { MessageType } from '@coinbox/protocol';
import { exampleTime } from '@coinbox/protocol/testing';
import fc from 'fast-check';
import { EVENT_KINDS, decodeEvent, encodeEvent } from './events.ts';
import type { TerminalEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { EMPTY_STATE, isClosed } from './state.ts';
import type { TerminalState } from './state.ts';
import { voidOffer } from './step-offer.ts';
import { takeBill } from './step-session.ts';
import {
  KIT_PAID,
  contextAt,
  createPlot,
  found,
  kitBill,
  offerNamed,
  sessionNamed,
} from './testing/kit.ts';
import type { Plot } from './testing/kit.ts';

describe('evolve()', () => {
  it('leads a session through its stages, and out of the state', () => {
    const plot = createPlot().presented();
    assert.equal(plot.offer().presented?.amount, KIT_PAID);
    plot.accepted();
    assert.equal(plot.state.offers.size, 0);
    assert.equal(plot.session().stage, 'accepted');
    assert.equal(plot.state.holding, KIT_PAID);
    plot.metered([], false);
    assert.equal(plot.session().stage, 'delivering');
    assert.equal(plot.session().deliveredAt, undefined);
    plot.metered([], true);
    assert.equal(plot.session().stage, 'awaiting-bill');
    assert.equal(plot.session().deliveredAt, exampleTime(4_000));
    assert.equal(plot.session().meters, 2);
    plot.billed();
    assert.equal(plot.session().stage, 'drawn');
    assert.equal(plot.state.holding, 0n);
    assert.equal(plot.state.inSettlement, 1234n);
    plot.receipted('settle');
    assert.equal(plot.state.inSettlement, 0n);
    assert.equal(plot.session().settle?.answer, 'posted');
    plot.receipted('refund');
    assert.equal(plot.state.sessions.size, 0);
    assert.equal(plot.state.uploads, 2);
    // OFFER, ACCEPT, METER, METER, DRAW, REFUND; SETTLE is the settlement wallet's own.
    assert.equal(plot.state.holdingSequence, 6);
    assert.equal(plot.state.settlementSequence, 1);
  });

  it('keeps the rest in the holding wallet of other sessions', () => {
    const plot = createPlot().accepted('a').accepted('b').returned('no-start', 'a');
    assert.equal(plot.state.holding, KIT_PAID);
    assert.equal(plot.session('a').refund?.amount, KIT_PAID);
    assert.equal(plot.session('b').stage, 'accepted');
  });

  it('takes a refused bill as a number used, and nothing else', () => {
    const plot = createPlot().delivered();
    const { id, lastMeter } = plot.session();
    const before = plot.state;
    const high = { amount: money(KIT_PAID + 1n) };
    plot.billed(kitBill({ session: id, meterHash: found(lastMeter) }, high));
    assert.deepEqual(plot.state, { ...before, holdingSequence: before.holdingSequence + 1 });
  });

  it('forgets offers that have expired, but none that the issuer is asked about', () => {
    const plot = createPlot({ bounds: { offerLifeMs: 1_500 } })
      .offered('a')
      .presented('b');
    plot.offered('c');
    // `a` was made at 0 s, `b` at 1 s, `c` at 3 s.
    assert.deepEqual(
      [...plot.state.offers.keys()].sort(),
      [offerNamed('b'), offerNamed('c')].sort(),
    );
  });

  it('forgets an offer that is voided, known or not', () => {
    const { state, offer } = createPlot().presented('a');
    const event = voidOffer(state, offer('a'), contextAt(0));
    assert.equal(evolve(state, event).offers.size, 0);
    assert.equal(evolve(EMPTY_STATE, event).offers.size, 0);
  });

  it('does not change the state that it is given', () => {
    const plot = createPlot().accepted();
    const before = plot.state;
    const copy = structuredClone(before);
    plot.delivered('b').billed(undefined, 'b');
    assert.deepEqual(before, copy);
  });
});

const names = [
  'offer',
  'present',
  'void',
  'accept',
  'meter',
  'bill',
  'overbill',
  'return',
  'settled',
  'refunded',
] as const;
const onward = ['offer', 'present', 'accept', 'meter', 'bill', 'settled', 'refunded'] as const;
type Command = { readonly name: (typeof names)[number]; readonly on: string };
/** What leads on comes more often than what ends a session early. */
const often = [...names, ...onward, ...onward, ...onward];
const commands = fc.array(
  fc.record({ name: fc.constantFrom(...often), on: fc.constantFrom('a', 'b') }),
  { minLength: 20, maxLength: 120, size: 'max' },
);

/** Does what a command says where the stage of things allows it; a bill is tried at any time. */
function run(plot: Plot, { name, on }: Command): void {
  const offer = plot.state.offers.get(offerNamed(on));
  const session = plot.state.sessions.get(sessionNamed(on));
  const isNew = !plot.events.some((event) => event.offer === offerNamed(on));
  if (name === 'offer' && isNew) plot.offered(on);
  if (name === 'present' && offer && !offer.presented) plot.presented(on);
  if (name === 'void' && offer) plot.voided(on);
  if (name === 'accept' && offer?.presented) plot.accepted(on);
  if (!session) return;
  const { id, stage, settle, refund, meters, lastMeter } = session;
  const isDelivering = stage === 'accepted' || stage === 'delivering';
  if (name === 'meter' && isDelivering) plot.metered([], meters === 1, on);
  if (name === 'bill' || name === 'overbill') {
    const amount = money(name === 'bill' ? 1234n : 2001n);
    const bill = kitBill({ session: id, meterHash: lastMeter ?? new Uint8Array(32) }, { amount });
    plot.take(takeBill(plot.state, bill, plot.facts({}, on), contextAt(plot.events.length * 1000)));
  }
  if (name === 'return' && stage !== 'drawn') plot.returned('no-bill', on);
  if (name === 'settled' && settle && !settle.answer) plot.receipted('settle', on);
  if (name === 'refunded' && refund && !refund.answer) plot.receipted('refund', on);
}

type Sums = { accepted: bigint; drawn: bigint; returned: bigint; receipted: bigint };
type SessionSums = { held: bigint; draws: bigint[]; refunds: bigint[] };

/** What the messages of a journal add up to, without evolve. */
function account(events: readonly TerminalEvent[]) {
  const sequences = { holding: [] as number[], settlement: [] as number[] };
  const uploads: number[] = [];
  const sums: Sums = { accepted: 0n, drawn: 0n, returned: 0n, receipted: 0n };
  const sessions = new Map<string, SessionSums>();
  for (const { messages, session: id = '' } of events) {
    const of = sessions.get(id) ?? { held: 0n, draws: [], refunds: [] };
    sessions.set(id, of);
    for (const message of messages) {
      const typ = typOf(message);
      const type = Object.values(MESSAGES).find((one) => typ.ok && one.typ === typ.value);
      assert.ok(type);
      const { body } = readOwn(type as unknown as MessageType<AnyBody>, message);
      const [signedBy] = type.signedBy;
      if (signedBy === 'holding' || signedBy === 'settlement') {
        sequences[signedBy].push(body.sequence);
      }
      if (body.upload !== undefined) uploads.push(body.upload);
      if (type === ACCEPT) sums.accepted += of.held = body.held;
      if (type === DRAW) sums.drawn += body.amount;
      if (type === DRAW) of.draws.push(body.amount);
      if (type === REFUND) sums.returned += body.amount;
      if (type === REFUND) of.refunds.push(body.amount);
      const isOfSettle = type === RECEIPT && body.subjectTyp === SETTLE.typ;
      if (isOfSettle) sums.receipted += body.amount;
    }
  }
  return { sequences, uploads, sums, sessions };
}

type AnyBody = {
  readonly sequence: number;
  readonly upload?: number;
  readonly held: bigint;
  readonly amount: bigint;
  readonly subjectTyp?: string;
};

const isRising = (numbers: readonly number[]): boolean =>
  numbers.every((number, place) => number === place + 1);

describe('any run of the steps', () => {
  const reached = new Set<string>();

  it('keeps the books: nothing below nothing, and what came in is held, drawn or returned', () => {
    fc.assert(
      fc.property(commands, (all) => {
        const plot = createPlot();
        for (const command of all) {
          run(plot, command);
          const { holding, inSettlement } = plot.state;
          assert.ok(holding >= 0n && inSettlement >= 0n);
        }
        for (const { kind } of plot.events) reached.add(kind);
        const { sums } = account(plot.events);
        assert.equal(plot.state.holding, sums.accepted - sums.drawn - sums.returned);
        assert.equal(plot.state.inSettlement, sums.drawn - sums.receipted);
      }),
      { numRuns: 60, seed: 20_260_301 },
    );
    // Offline payments have runs of their own, in run-upload.test.ts.
    const kinds = Object.keys(EVENT_KINDS).filter(
      (kind) => kind !== 'informed' && kind !== 'taken',
    );
    assert.deepEqual([...reached].sort(), kinds.sort());
  });

  it('draws at most once in a session, and never gives out more than it holds', () => {
    fc.assert(
      fc.property(commands, (all) => {
        const plot = createPlot();
        for (const command of all) run(plot, command);
        for (const { held, draws, refunds } of account(plot.events).sessions.values()) {
          assert.ok(draws.length <= 1 && refunds.length <= 1);
          const out = [...draws, ...refunds].reduce((a, b) => a + b, 0n);
          assert.ok(out === 0n || out === held, `${out} of ${held}`);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('numbers messages and uploads without a gap and without a repeat', () => {
    fc.assert(
      fc.property(commands, (all) => {
        const plot = createPlot();
        for (const command of all) run(plot, command);
        const { sequences, uploads } = account(plot.events);
        assert.ok(isRising(sequences.holding) && isRising(sequences.settlement));
        assert.ok(isRising(uploads));
        assert.equal(plot.state.holdingSequence, sequences.holding.length);
        assert.equal(plot.state.settlementSequence, sequences.settlement.length);
        assert.equal(plot.state.uploads, uploads.length);
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same state again when its journal is read, from any place of it', () => {
    fc.assert(
      fc.property(commands, fc.nat(), (all, cut) => {
        const states: TerminalState[] = [EMPTY_STATE];
        const plot = createPlot({ take: (event, before) => states.push(evolve(before, event)) });
        for (const command of all) run(plot, command);
        const stored = plot.events.map(encodeEvent).map((bytes) => {
          const decoded = decodeEvent(bytes);
          assert.ok(decoded.ok);
          return decoded.value;
        });
        const place = cut % states.length;
        const replayed = stored.slice(0, place).reduce(evolve, EMPTY_STATE);
        assert.deepEqual(replayed, states[place]);
        assert.deepEqual(stored.slice(place).reduce(evolve, replayed), plot.state);
        for (const session of plot.state.sessions.values()) assert.ok(!isClosed(session));
      }),
      { numRuns: 40 },
    );
  });
});

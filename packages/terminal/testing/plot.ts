import { PAY, REFUND, SETTLE, accept, assert } from '@coinbox/protocol';
import type {
  Bill,
  Reading,
  Receipt,
  RefundCause,
  Result,
  SessionId,
  Signed,
} from '@coinbox/protocol';
import { exampleId } from '@coinbox/protocol/testing';
import type { BillFacts } from '../check-bill.ts';
import type { TerminalEvent } from '../events.ts';
import { evolve } from '../evolve.ts';
import { EMPTY_STATE } from '../state.ts';
import type { Bounds, OpenOffer, Session, TerminalState, Upload } from '../state.ts';
import { acceptPay, makeOffer, presentPay, voidOffer } from '../step-offer.ts';
import { meter, returnMoney, takeBill, takeReceipt } from '../step-session.ts';
import {
  KIT_BILLED,
  contextAt,
  kitBill,
  kitPay,
  kitReadings,
  kitReceipt,
  kitTerminal,
  kitTerms,
} from './messages.ts';

/**
 * The pure core by itself: a state, the events that made it, and the steps in the order of a story.
 */
export interface Plot {
  readonly state: TerminalState;
  readonly events: readonly TerminalEvent[];
  /** Called before each event is taken into the state. */
  take(step: Result<TerminalEvent>): TerminalEvent;
  /** The open offer or session of that name. */
  offer(name?: string): OpenOffer;
  session(name?: string): Session;
  offered(name?: string): this;
  presented(name?: string): this;
  voided(name?: string): this;
  accepted(name?: string): this;
  metered(readings: readonly Reading[], final: boolean, name?: string): this;
  /** Accepted, with both readings of the story in one final METER. */
  delivered(name?: string): this;
  billed(bill?: Signed<Bill>, name?: string): this;
  returned(cause?: RefundCause, name?: string): this;
  receipted(what: 'settle' | 'refund', name?: string): this;
  facts(over?: Partial<BillFacts>, name?: string): BillFacts;
}

export type PlotOptions = {
  readonly bounds?: Partial<Bounds>;
  readonly take?: (event: TerminalEvent, before: TerminalState) => void;
};

const FIRST = 'first';
export const offerNamed = (name: string) => exampleId('offer', name);
export const sessionNamed = (name: string): SessionId => exampleId('session', name);

/** A plot that begins with nothing. Each event is one second after the one before. */
export function createPlot({ bounds = {}, take = () => undefined }: PlotOptions = {}): Plot {
  let state = EMPTY_STATE;
  const events: TerminalEvent[] = [];
  const context = () => contextAt(events.length * 1_000, bounds);
  const step = (result: Result<TerminalEvent>): TerminalEvent => {
    assert(result.ok, `the step is taken: ${result.ok || result.rejection.code}`);
    take(result.value, state);
    state = evolve(state, result.value);
    events.push(result.value);
    return result.value;
  };
  const offer = (name = FIRST): OpenOffer => found(state.offers.get(offerNamed(name)));
  const session = (name = FIRST): Session => found(state.sessions.get(sessionNamed(name)));
  const facts: Plot['facts'] = (over = {}, name = FIRST) => ({
    ...plainFacts,
    now: context().now,
    session: state.sessions.get(sessionNamed(name)),
    ...over,
  });
  const plot: Plot = {
    get state() {
      return state;
    },
    events,
    take: step,
    offer,
    session,
    facts,
    offered(name = FIRST) {
      step(makeOffer(state, kitTerms, offerNamed(name), {}, context()));
      return plot;
    },
    presented(name = FIRST) {
      if (!state.offers.has(offerNamed(name))) plot.offered(name);
      step(presentPay(state, offer(name), kitPay(offer(name).hash), context()));
      return plot;
    },
    voided(name = FIRST) {
      step(accept(voidOffer(state, offer(name), context())));
      return plot;
    },
    accepted(name = FIRST) {
      if (!state.offers.get(offerNamed(name))?.presented) plot.presented(name);
      const { hash, amount } = found(offer(name).presented);
      const receipt = kitReceipt({ hash, typ: PAY.typ, amount });
      const opening = { session: sessionNamed(name), journalHead: new Uint8Array(32) };
      step(acceptPay(state, offer(name), receipt, opening, context()));
      return plot;
    },
    metered(readings, final, name = FIRST) {
      step(meter(state, session(name), readings, final, context()));
      return plot;
    },
    delivered: (name = FIRST) => plot.accepted(name).metered(kitReadings(), true, name),
    billed(bill, name = FIRST) {
      step(takeBill(state, bill ?? billFor(session(name)), facts({}, name), context()));
      return plot;
    },
    returned(cause = 'no-bill', name = FIRST) {
      step(returnMoney(state, session(name), cause, context()));
      return plot;
    },
    receipted(what, name = FIRST) {
      step(takeReceipt(session(name), receiptFor(session(name), what), context()));
      return plot;
    },
  };
  return plot;
}

const plainFacts = {
  terminal: kitTerminal,
  sessionClosed: false,
  ceiling: () => accept(KIT_BILLED),
};

const billFor = ({ id, lastMeter }: Session): Signed<Bill> =>
  kitBill({ session: id, meterHash: found(lastMeter) });

function receiptFor(session: Session, what: 'settle' | 'refund'): Signed<Receipt> {
  const { hash, amount } = found<Upload>(session[what]);
  if (what === 'refund') return kitReceipt({ hash, typ: REFUND.typ, amount });
  const { bill } = found(session.bill).body;
  return kitReceipt({ hash, typ: SETTLE.typ, amount }, { bill });
}

export function found<T>(value: T | undefined): T {
  assert(value !== undefined, 'it is there');
  return value;
}

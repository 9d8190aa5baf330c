import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  DRAW,
  MAX_MESSAGE_BYTES,
  METER,
  REFUND,
  REFUSAL,
  SETTLE,
  money,
  openMessage,
  paymentIdOf,
  settlementIdOf,
  toHex,
} from '@coinbox/protocol';
import type { MessageType, Reading, Result } from '@coinbox/protocol';
import { exampleBytes, exampleTime } from '@coinbox/protocol/testing';
import { MOST_BILL_BYTES } from './check-bill.ts';
import type { TerminalEvent } from './events.ts';
import {
  meter,
  overdueSessions,
  returnMoney,
  silentSessions,
  takeBill,
  takeReceipt,
} from './step-session.ts';
import {
  KIT_BILLED,
  KIT_PAID,
  KIT_REST,
  KIT_TARIFF_HASH,
  contextAt,
  createPlot,
  found,
  kitBill,
  kitBook,
  kitParties,
  kitPay,
  kitReadings,
  kitReceipt,
  kitTerminal,
  sessionNamed,
} from './testing/kit.ts';

const codeOf = (result: Result<unknown>): string =>
  result.ok ? 'accepted' : result.rejection.code;
const eventOf = (step: Result<TerminalEvent>): TerminalEvent => {
  assert.ok(step.ok, codeOf(step));
  return step.value;
};
const open = <T>(type: MessageType<T>, bytes: Uint8Array | undefined) => {
  const opened = openMessage(type, bytes ?? new Uint8Array(), kitBook(), exampleTime(0));
  assert.ok(opened.ok, codeOf(opened));
  return opened.value;
};
const id = sessionNamed('a');

describe('meter()', () => {
  const readings = kitReadings();

  it('chains METERs: number, hash of the one before, final', () => {
    const plot = createPlot().accepted('a');
    const first = eventOf(
      meter(plot.state, plot.session('a'), [readings[0]!], false, contextAt(0)),
    );
    const { body, hash } = open(METER, first.messages[0]);
    assert.deepEqual(body, {
      sequence: 3,
      session: id,
      terminal: kitTerminal,
      number: 1,
      readings: [readings[0]],
      final: false,
      tariffHash: KIT_TARIFF_HASH,
    });
    plot.take({ ok: true, value: first });
    assert.equal(plot.session('a').stage, 'delivering');
    const second = eventOf(
      meter(plot.state, plot.session('a'), [readings[1]!], true, contextAt(9)),
    );
    const last = open(METER, second.messages[0]).body;
    assert.equal(last.number, 2);
    assert.equal(toHex(found(last.previous)), toHex(hash));
    assert.equal(last.final, true);
  });

  it('takes a final METER without readings: the last journalled one stands', () => {
    const plot = createPlot().accepted('a').metered([readings[0]!], false, 'a');
    plot.metered([], true, 'a');
    assert.equal(plot.session('a').stage, 'awaiting-bill');
    assert.deepEqual(plot.session('a').readings, [readings[0]]);
  });

  it('takes no reading after the final one, nor after the money went back', () => {
    const over = [
      createPlot().delivered('a'),
      createPlot().accepted('a').returned('no-start', 'a'),
    ];
    for (const plot of over) {
      const step = meter(plot.state, plot.session('a'), readings, true, contextAt(0));
      assert.equal(codeOf(step), 'session-closed');
    }
  });

  const at = (ms: number, more: Partial<Reading> = {}): Reading => ({
    at: exampleTime(ms),
    phase: 'active',
    ...more,
  });
  const item = (count: number) => [{ sku: 'cola', count }];
  const pairs: readonly (readonly [string, Reading, Reading, string])[] = [
    ['two readings in one millisecond', at(5, { cycles: 1n }), at(5, { cycles: 2n }), 'accepted'],
    ['a register that stands still', at(5, { massG: 7n }), at(6, { massG: 7n }), 'accepted'],
    ['a register that begins', at(5), at(6, { volumeMl: 1n }), 'accepted'],
    ['time that goes back', at(5), at(4), 'meter-invalid'],
    ['an energy that falls', at(5, { energyWh: 9n }), at(6, { energyWh: 8n }), 'meter-invalid'],
    ['a volume that falls', at(5, { volumeMl: 9n }), at(6, { volumeMl: 8n }), 'meter-invalid'],
    ['a mass that falls', at(5, { massG: 9n }), at(6, { massG: 8n }), 'meter-invalid'],
    ['cycles that fall', at(5, { cycles: 9n }), at(6, { cycles: 8n }), 'meter-invalid'],
    ['a register that vanishes', at(5, { cycles: 9n }), at(6), 'meter-invalid'],
    ['more items', at(5, { items: item(1) }), at(6, { items: item(2) }), 'accepted'],
    ['items that are told once', at(5, { items: item(1) }), at(6), 'accepted'],
    ['items that fall', at(5, { items: item(2) }), at(6, { items: item(1) }), 'meter-invalid'],
  ];
  for (const [title, one, two, code] of pairs) {
    it(`answers ${title} with ${code}, in one METER and over two`, () => {
      const plot = createPlot().accepted('a');
      const together = meter(plot.state, plot.session('a'), [one, two], true, contextAt(0));
      assert.equal(codeOf(together), code);
      plot.metered([one], false, 'a');
      assert.equal(codeOf(meter(plot.state, plot.session('a'), [two], true, contextAt(0))), code);
    });
  }
});

describe('takeBill()', () => {
  const plot = createPlot().delivered('a');
  const session = plot.session('a');
  const on = { session: id, meterHash: found(session.lastMeter) };
  const take = (bill = kitBill(on), facts = plot.facts({}, 'a')) =>
    takeBill(plot.state, bill, facts, contextAt(9_000));

  it('draws what is billed, settles it, and sends the rest back, in one event', () => {
    const bill = kitBill(on);
    const event = eventOf(take(bill));
    assert.equal(event.kind, 'billed');
    assert.equal(event.messages.length, 4);
    assert.equal(toHex(found(event.messages[0])), toHex(bill.bytes));
    const draw = open(DRAW, event.messages[1]).body;
    const settle = open(SETTLE, event.messages[2]).body;
    const refund = open(REFUND, event.messages[3]).body;
    const payment = paymentIdOf(kitPay(createPlot().offered('a').offer('a').hash));
    const settlement = settlementIdOf(bill.body.bill, id);
    const common = {
      session: id,
      terminal: kitTerminal,
      settlementWallet: kitParties.settlement.wallet,
      billHash: bill.hash,
      amount: KIT_BILLED,
      asset: 'CNY/2',
    };
    // OFFER, ACCEPT and METER have the holding wallet's numbers 1 to 3.
    assert.deepEqual(draw, {
      ...common,
      sequence: 4,
      draw: settlement,
      bill: bill.body.bill,
      remaining: KIT_REST,
    });
    assert.deepEqual(settle, {
      ...common,
      sequence: 1,
      settlement,
      payer: kitParties.payer.wallet,
      provider: kitParties.provider.wallet,
      payments: [payment],
      draw: event.messages[1],
      bill: bill.bytes,
      upload: 1,
    });
    const { refund: refundId, ...back } = refund;
    assert.match(refundId, /^rfd_/);
    assert.deepEqual(back, {
      sequence: 5,
      session: id,
      payer: kitParties.payer.wallet,
      terminal: kitTerminal,
      amount: KIT_REST,
      asset: 'CNY/2',
      cause: 'rest',
      payments: [payment],
      upload: 2,
    });
  });

  it('draws nothing for a bill of nothing: everything goes back as the first upload', () => {
    const { messages } = eventOf(take(kitBill(on, { amount: money(0n), lines: [] })));
    assert.equal(messages.length, 2);
    const { sequence, amount, upload, cause } = open(REFUND, messages[1]).body;
    assert.deepEqual(
      { sequence, amount, upload, cause },
      { sequence: 4, amount: KIT_PAID, upload: 1, cause: 'rest' },
    );
  });

  it('sends nothing back for a bill of everything', () => {
    const facts = plot.facts({ ceiling: () => ({ ok: true, value: KIT_PAID }) }, 'a');
    const { messages } = eventOf(take(kitBill(on, { amount: KIT_PAID }), facts));
    assert.equal(messages.length, 3);
    assert.equal(open(DRAW, messages[1]).body.remaining, 0n);
    assert.equal(open(SETTLE, messages[2]).body.amount, KIT_PAID);
  });

  it('refuses a bill with a signed refusal that names it and says why, and draws nothing', () => {
    const bill = kitBill(on, { amount: money(KIT_BILLED + 1n) });
    const event = eventOf(take(bill));
    assert.equal(event.kind, 'refused');
    assert.equal(event.messages.length, 2);
    assert.equal(toHex(found(event.messages[0])), toHex(bill.bytes));
    assert.deepEqual(open(REFUSAL, event.messages[1]).body, {
      sequence: 4,
      session: id,
      terminal: kitTerminal,
      bill: bill.body.bill,
      billHash: bill.hash,
      code: 'bill-over-ceiling',
    });
  });

  it('refuses a bill that comes when the money is gone, so that the provider hears of it', () => {
    const late = createPlot().delivered('a').returned('no-bill', 'a');
    const open1 = takeBill(late.state, kitBill(on), late.facts({}, 'a'), contextAt(9_000));
    const facts = plot.facts({ session: undefined, sessionClosed: true });
    for (const step of [open1, take(kitBill(on), facts)]) {
      const { messages } = eventOf(step);
      assert.equal(open(REFUSAL, messages[1]).body.code, 'session-closed');
    }
  });

  it('answers nothing to a bill for a session that never was', () => {
    const facts = plot.facts({ session: undefined, sessionClosed: false });
    assert.equal(codeOf(take(kitBill(on), facts)), 'bill-no-session');
  });

  it('makes a SETTLE of the largest bill that fits a message', () => {
    const text = { description: '电'.repeat(80), quantity: '1', unit: 'kWh', unitPrice: '1' };
    const filler = { ...text, net: money(0n), tax: money(0n) };
    const main = { ...filler, net: KIT_BILLED };
    const bills = Array.from({ length: 960 }, (_, size) => {
      const odd = { ...filler, description: '电'.repeat(1 + (size % 80)) };
      const short = { ...odd, quantity: '1'.repeat(1 + (Math.floor(size / 80) % 3)) };
      const count = 8 + Math.floor(size / 240);
      const lines = [main, short, ...Array.from({ length: count }, () => filler)];
      return kitBill(on, { lines });
    }).filter(({ bytes }) => bytes.length <= MOST_BILL_BYTES);
    const largest = bills.reduce((a, b) => (a.bytes.length > b.bytes.length ? a : b));
    assert.ok(largest.bytes.length > MOST_BILL_BYTES - 8, String(largest.bytes.length));
    const message = found(eventOf(take(largest)).messages[2]);
    assert.ok(message.length <= MAX_MESSAGE_BYTES, String(message.length));
  });
});

describe('returnMoney()', () => {
  it('sends everything back and says why', () => {
    for (const [cause, plot] of [
      ['no-start', createPlot().accepted('a')],
      ['no-bill', createPlot().delivered('a')],
    ] as const) {
      const { state, session } = plot;
      const event = eventOf(returnMoney(state, session('a'), cause, contextAt(9_000)));
      assert.equal(event.kind, 'returned');
      const { body } = open(REFUND, event.messages[0]);
      assert.equal(body.amount, KIT_PAID);
      assert.equal(body.cause, cause);
      assert.equal(body.upload, 1);
      assert.equal(body.sequence, state.holdingSequence + 1);
    }
  });

  it('sends nothing back after a draw, and nothing twice', () => {
    for (const plot of [
      createPlot().delivered('a').billed(undefined, 'a'),
      createPlot().accepted('a').returned('no-start', 'a'),
    ]) {
      const step = returnMoney(plot.state, plot.session('a'), 'no-bill', contextAt(9_000));
      assert.equal(codeOf(step), 'session-closed');
    }
  });
});

describe('takeReceipt()', () => {
  const plot = createPlot().delivered('a').billed(undefined, 'a');
  const { settle } = plot.session('a');
  const subject = { hash: found(settle).hash, typ: SETTLE.typ, amount: KIT_BILLED };

  it('takes the issuer’s answer to an upload, yes or no', () => {
    for (const result of ['posted', 'refused'] as const) {
      const receipt = kitReceipt(subject, { result });
      const event = eventOf(takeReceipt(plot.session('a'), receipt, contextAt(9_000)));
      assert.equal(event.kind, 'receipted');
      assert.equal(toHex(found(event.subject)), toHex(subject.hash));
    }
  });

  it('waits for a settlement that is parked', () => {
    const receipt = kitReceipt(subject, { result: 'parked', code: 'settlement-parked' });
    assert.equal(
      codeOf(takeReceipt(plot.session('a'), receipt, contextAt(0))),
      'settlement-parked',
    );
  });

  it('rejects a receipt of another message, and a second one', () => {
    const other = kitReceipt({ ...subject, hash: exampleBytes('another message') });
    assert.equal(codeOf(takeReceipt(plot.session('a'), other, contextAt(0))), 'not-found');
    const again = createPlot().delivered('a').billed(undefined, 'a').receipted('settle', 'a');
    const second = takeReceipt(again.session('a'), kitReceipt(subject), contextAt(0));
    assert.equal(codeOf(second), 'not-found');
  });
});

describe('overdueSessions()', () => {
  const causes = (plot: ReturnType<typeof createPlot>, afterMs: number): string[] =>
    overdueSessions(plot.state, contextAt(afterMs)).map(({ cause }) => cause);

  it('names a session whose device does not start within five minutes', () => {
    const plot = createPlot().accepted('a');
    // Accepted at 2 s.
    assert.deepEqual(causes(plot, 301_999), []);
    assert.deepEqual(causes(plot, 302_000), ['no-start']);
  });

  it('names a session without a bill ten minutes after the final METER', () => {
    const plot = createPlot().delivered('a');
    // Final METER at 3 s.
    assert.deepEqual(causes(plot, 602_999), []);
    assert.deepEqual(causes(plot, 603_000), ['no-bill']);
  });

  it('names no session that delivers, or that has been billed', () => {
    const delivering = createPlot().accepted('a').metered([kitReadings()[0]!], false, 'a');
    const billed = createPlot().delivered('a').billed(undefined, 'a');
    assert.deepEqual(causes(delivering, 99_999_999), []);
    assert.deepEqual(causes(billed, 99_999_999), []);
  });
});

describe('silentSessions()', () => {
  it('names a delivery that nothing was heard of for a day', () => {
    const { state } = createPlot().accepted('a').metered([kitReadings()[0]!], false, 'a');
    const silent = (afterMs: number) => silentSessions(state, contextAt(afterMs)).length;
    // The METER was journalled at 3 s.
    assert.equal(silent(3_000 + 86_400_000 - 1), 0);
    assert.equal(silent(3_000 + 86_400_000), 1);
  });

  it('names no session that has not begun or has ended to deliver', () => {
    for (const plot of [createPlot().accepted('a'), createPlot().delivered('a')]) {
      assert.deepEqual(silentSessions(plot.state, contextAt(999_999_999)), []);
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { money, toHex, typOf } from '@coinbox/protocol';
import type { TerminalEvent } from './events.ts';
import { outgoingOf } from './outgoing.ts';
import { KIT_BILLED, createPlot, found, kitBill } from './testing/kit.ts';

const last = ({ events }: { events: readonly TerminalEvent[] }): TerminalEvent =>
  found(events.at(-1));
const outgoing = (event: TerminalEvent): string[] =>
  outgoingOf(event).map(({ target, bytes, upload }) => {
    const typ = typOf(bytes);
    return `${typ.ok ? typ.value.slice('coinbox.'.length) : '?'} to ${target} ${upload}`;
  });
const on = () => {
  const plot = createPlot().delivered();
  return { plot, on: { session: plot.session().id, meterHash: found(plot.session().lastMeter) } };
};
const billedWith = (amount: bigint): TerminalEvent => {
  const { plot, on: rests } = on();
  const lines = amount === 0n ? { lines: [] } : {};
  return last(plot.billed(kitBill(rests, { amount: money(amount), ...lines })));
};
const receipted = (what: 'settle' | 'refund') =>
  last(createPlot().delivered().billed().receipted(what));

describe('outgoingOf()', () => {
  const rows: readonly (readonly [string, TerminalEvent, readonly string[]])[] = [
    ['an OFFER', last(createPlot().offered()), []],
    ['a PAY that came', last(createPlot().presented()), ['pay to issuer 0']],
    ['an ACCEPT', last(createPlot().accepted()), []],
    ['a VOID', last(createPlot().presented().voided()), ['void to issuer 0']],
    ['readings', last(createPlot().delivered()), ['meter to provider 0']],
    [
      'a bill that is paid',
      last(createPlot().delivered().billed()),
      ['settle to upload 1', 'refund to upload 2'],
    ],
    ['a bill of nothing', billedWith(0n), ['refund to upload 1']],
    [
      'a bill that is refused',
      billedWith(KIT_BILLED + 1n),
      ['refusal to provider 0', 'refusal to issuer 0'],
    ],
    ['money that goes back', last(createPlot().accepted().returned()), ['refund to upload 1']],
    ['the receipt of a SETTLE', receipted('settle'), ['receipt to provider 0']],
    ['the receipt of a REFUND', receipted('refund'), []],
  ];
  for (const [title, event, expected] of rows) {
    it(`sends ${expected.length === 0 ? 'nothing' : expected.join(', ')} for ${title}`, () => {
      assert.deepEqual(outgoing(event), expected);
    });
  }

  it('names a message by the hash that the others know it by', () => {
    const plot = createPlot().presented();
    const [pay] = outgoingOf(last(plot));
    assert.equal(toHex(found(pay).hash), toHex(found(plot.offer().presented).hash));
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money } from '@coinbox/protocol';
import type { Bill, Instant, Money, Reading, Result } from '@coinbox/protocol';
import { checkBill } from './check-bill.ts';
import { ceilingOf, createTariffShelf } from './sale.ts';
import type { Session } from './state.ts';
import { createPlot, found, kitBill } from './testing/kit.ts';

const BILLS = 1_000;

/** Numbers in [0, below) from a seed (Lehmer, minimal standard). */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const said = (result: Result<unknown>): string => (result.ok ? 'paid' : result.rejection.code);

test(`a bill is paid as the tariff has it, and refused with one unit more, ${BILLS} times`, () => {
  const next = numbersFrom(20_261_123);
  const plot = createPlot().delivered();
  const delivered = plot.session();
  const meterHash = found(delivered.lastMeter);
  for (let n = 0; n < BILLS; n++) {
    const [cents, perHour, wattHours, minutes] = [next(400), next(900), next(60_000), next(600)];
    const tariff = JSON.stringify({
      currency: 'CNY',
      elements: [
        {
          price_components: [
            { type: 'ENERGY', price: cents / 100, vat: 13, step_size: 1 },
            { type: 'TIME', price: perHour / 100, vat: 13, step_size: 60 },
          ],
        },
      ],
    });
    const shelf = createTariffShelf([tariff], 'CNY/2');
    const at = (later: number): Instant => (delivered.acceptedAt + later * 60_000) as Instant;
    const readings: Reading[] = [
      { at: at(0), phase: 'active', energyWh: 0n },
      { at: at(1 + minutes), phase: 'idle', energyWh: BigInt(wattHours) },
    ];
    const offer = { ...delivered.offer, tariffHash: shelf.current };
    const session: Session = { ...delivered, offer, readings, held: money(100_000_000n) };
    const ceiling = ceilingOf(shelf, session);
    assert.ok(ceiling.ok);
    const check = (amount: bigint, inLines = amount): string => {
      const line = { description: 'Energy', quantity: '1', unit: 'kWh', unitPrice: '1' };
      const lines = [{ ...line, net: inLines as Money, tax: money(0n) }];
      const over: Partial<Bill> = { amount: amount as Money, lines, tariffHash: shelf.current };
      const bill = kitBill({ session: session.id, meterHash }, over);
      return said(checkBill(bill, plot.facts({ session, ceiling: (of) => ceilingOf(shelf, of) })));
    };
    const right = ceiling.value;
    assert.equal(check(right), 'paid');
    assert.equal(check(right + 1n), 'bill-over-ceiling');
    assert.equal(check(right + 1n, right), 'bill-invalid');
  }
});

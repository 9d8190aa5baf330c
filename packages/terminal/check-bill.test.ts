import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accept, money, reject } from '@coinbox/protocol';
import type { Bill, BillLine, RejectionCode } from '@coinbox/protocol';
import { exampleBytes, exampleId, exampleTime } from '@coinbox/protocol/testing';
import type { ExampleParty } from '@coinbox/protocol/testing';
import { MOST_BILL_BYTES, checkBill } from './check-bill.ts';
import type { BillFacts } from './check-bill.ts';
import {
  KIT_BILLED,
  KIT_PAID,
  createPlot,
  found,
  kitBill,
  kitParties,
  kitStranger,
} from './testing/kit.ts';

const plot = createPlot().delivered();
const session = plot.session();
const meterHash = found(session.lastMeter);
const stranger = kitStranger('provider');
const line: BillLine = {
  description: '充电 Energy',
  quantity: '6.170',
  unit: 'kWh',
  unitPrice: '2.00',
  net: money(1092n),
  tax: money(142n),
};
const longLine = { ...line, description: '电'.repeat(80), net: money(0n), tax: money(0n) };

type Case = {
  readonly title: string;
  readonly code: RejectionCode;
  readonly bill?: Partial<Bill>;
  readonly facts?: Partial<BillFacts>;
  readonly by?: ExampleParty;
};

const check = ({ bill, facts, by }: Omit<Case, 'title' | 'code'>) =>
  checkBill(kitBill({ session: session.id, meterHash }, bill, by), plot.facts(facts));

/** Rows in their order of precedence: one for each "no" of checkBill. */
const rows: readonly Case[] = [
  {
    title: 'a bill for another terminal',
    code: 'bill-wrong-terminal',
    bill: { terminal: exampleId('wallet', 'another terminal') },
  },
  {
    title: 'a bill for a session that is closed',
    code: 'session-closed',
    facts: { session: undefined, sessionClosed: true },
  },
  {
    title: 'a bill without a payment',
    code: 'bill-no-session',
    facts: { session: undefined, sessionClosed: false },
  },
  {
    title: 'a second bill',
    code: 'session-closed',
    facts: { session: { ...session, stage: 'drawn' } },
  },
  {
    title: 'a bill that names another provider',
    code: 'bill-wrong-provider',
    bill: { provider: stranger.wallet },
  },
  {
    title: 'a bill signed by a provider that is not mapped',
    code: 'bill-wrong-provider',
    by: stranger,
  },
  {
    title: 'a bill before the delivery has begun',
    code: 'bill-before-delivery',
    facts: { session: { ...session, stage: 'accepted' } },
  },
  {
    title: 'a bill during the delivery',
    code: 'bill-before-delivery',
    facts: { session: { ...session, stage: 'delivering' } },
  },
  { title: 'a bill in another asset', code: 'currency-mismatch', bill: { asset: 'EUR/2' } },
  { title: 'an interim bill', code: 'bill-not-final', bill: { final: false } },
  {
    title: 'a bill at the very instant that it expires',
    code: 'bill-expired',
    bill: { validUntil: exampleTime(9_000) },
    facts: { now: exampleTime(9_000) },
  },
  {
    title: 'a bill with another tariff',
    code: 'bill-wrong-tariff',
    bill: { tariffHash: exampleBytes('another tariff') },
  },
  {
    title: 'a bill that rests on another METER',
    code: 'bill-wrong-meter',
    bill: { meterHash: exampleBytes('another meter') },
  },
  {
    title: 'a bill that no SETTLE could carry',
    code: 'too-large',
    bill: { lines: [line, ...Array.from({ length: 12 }, () => longLine)] },
  },
  {
    title: 'a bill with a text that turns the direction of writing round',
    code: 'bill-text',
    bill: { lines: [{ ...line, description: 'gnigrahC \u202eevif' }] },
  },
  {
    title: 'a bill whose lines are one minor unit short of its amount',
    code: 'bill-invalid',
    bill: { amount: KIT_BILLED, lines: [{ ...line, tax: money(141n) }] },
  },
  {
    title: 'a bill dated before its session',
    code: 'bill-invalid',
    bill: { issuedAt: exampleTime(-300_000) },
  },
  {
    title: 'a bill of one minor unit more than is held',
    code: 'insufficient-terminal-funds',
    bill: { amount: money(KIT_PAID + 1n) },
    facts: { ceiling: () => accept(money(KIT_PAID + 1n)) },
  },
  {
    title: 'a bill for readings that have no price',
    code: 'meter-invalid',
    bill: { amount: KIT_PAID },
    facts: { ceiling: () => reject('meter-invalid') },
  },
  {
    title: 'a bill of one minor unit more than the tariff gives',
    code: 'bill-over-ceiling',
    bill: { amount: money(KIT_BILLED + 1n) },
  },
];

describe('checkBill()', () => {
  it('accepts a bill of exactly what the tariff gives for what was delivered', () => {
    assert.deepEqual(check({}), accept(session));
  });

  it('accepts a bill of less, of nothing, and of everything that is held', () => {
    assert.ok(check({ bill: { amount: money(KIT_BILLED - 1n) } }).ok);
    assert.ok(check({ bill: { amount: money(0n), lines: [] } }).ok);
    assert.ok(check({ bill: { amount: KIT_PAID }, facts: { ceiling: () => accept(KIT_PAID) } }).ok);
  });

  it('accepts a bill one millisecond before it expires', () => {
    const validUntil = exampleTime(9_000);
    assert.ok(check({ bill: { validUntil }, facts: { now: exampleTime(8_999) } }).ok);
  });

  it('accepts a bill whose date is behind by no more than clocks may differ', () => {
    assert.equal(session.acceptedAt, exampleTime(2_000));
    assert.ok(check({ bill: { issuedAt: exampleTime(2_000 - 300_000) } }).ok);
    const earlier = check({ bill: { issuedAt: exampleTime(2_000 - 300_001) } });
    assert.equal(!earlier.ok && earlier.rejection.code, 'bill-invalid');
  });

  it('accepts lines whose net amounts and taxes add up to the amount', () => {
    const half = { ...line, net: money(600n), tax: money(17n) };
    assert.ok(check({ bill: { lines: [half, half] } }).ok);
  });

  for (const { title, code, ...wrong } of rows) {
    it(`rejects ${title}: ${code}`, () => {
      const checked = check(wrong);
      assert.equal(!checked.ok && checked.rejection.code, code);
    });
  }

  it('names the first of several things that are wrong, in the order of its rows', () => {
    rows.forEach((row, place) => {
      const rest = rows.slice(place).reverse();
      const by = row.by ?? (row.code === 'bill-wrong-provider' ? stranger : kitParties.provider);
      const checked = check({
        bill: Object.assign({}, ...rest.map(({ bill }) => bill)) as Partial<Bill>,
        facts: Object.assign({}, ...rest.map(({ facts }) => facts)) as Partial<BillFacts>,
        by,
      });
      assert.equal(!checked.ok && checked.rejection.code, row.code, row.title);
    });
  });

  const badTexts: readonly (readonly [title: string, text: string])[] = [
    ['a bell', 'a\u0007b'],
    ['a line feed', 'a\nb'],
    ['a delete', 'a\u007fb'],
    ['a C1 control', 'a\u0085b'],
    ['a right-to-left override', 'a\u202eb'],
    ['a right-to-left mark', 'a\u200fb'],
    ['an isolate', 'a\u2066b'],
    ['an Arabic letter mark', 'a\u061cb'],
  ];
  for (const [title, text] of badTexts) {
    it(`rejects ${title} in any text of a line`, () => {
      for (const name of ['description', 'quantity', 'unit', 'unitPrice'] as const) {
        const checked = check({ bill: { lines: [{ ...line, [name]: text }] } });
        assert.equal(!checked.ok && checked.rejection.code, 'bill-text', name);
      }
    });
  }

  it('rejects a line that says nothing, and takes text of any script', () => {
    const silent = check({ bill: { lines: [{ ...line, description: '' }] } });
    assert.equal(!silent.ok && silent.rejection.code, 'bill-text');
    for (const description of ['充电', 'שחרור', 'شحن', 'Ladung ½ ⚡']) {
      assert.ok(check({ bill: { lines: [{ ...line, description }] } }).ok, description);
    }
  });

  it('has in its table a bill that is only just too large', () => {
    const bytesOf = (count: number): number => {
      const lines = [line, ...Array.from({ length: count }, () => longLine)];
      return kitBill({ session: session.id, meterHash }, { lines }).bytes.length;
    };
    assert.ok(bytesOf(9) <= MOST_BILL_BYTES);
    assert.ok(bytesOf(12) > MOST_BILL_BYTES);
    assert.ok(bytesOf(12) <= 4096);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toHex } from '@coinbox/protocol';
import type { Bill, Meter, RejectionCode, Signed } from '@coinbox/protocol';
import { exampleBytes, exampleId, exampleTime } from '@coinbox/protocol/testing';
import { onMeter } from './decide-meter.ts';
import type { MeterFacts, MeterOutcome } from './decide-meter.ts';
import type { SessionState } from './state.ts';
import {
  kit,
  kitMeter,
  kitMeters,
  kitProvider,
  kitReadings,
  kitSession,
  kitTariff,
  kitTerminal,
  sumOfLines,
} from './testing/kit.ts';

const terms = {
  sequence: 5,
  bill: exampleId('bill', 'bill'),
  provider: kitProvider,
  now: exampleTime(7_200_000),
};

/** What a provider knows that has recorded these METERs. */
const factsAfter = (recorded: readonly Signed<Meter>[]): MeterFacts => ({
  hashOf: (number) => recorded.find(({ body }) => body.number === number)?.hash,
  tariffOf: (hash) => (toHex(hash) === toHex(kitTariff.hash) ? kitTariff.tariff : undefined),
  terms,
});

/** Feeds METERs to a provider that has nothing, and gives what became of the last. */
function play(...meters: readonly Signed<Meter>[]) {
  let state: SessionState | undefined;
  let outcome: MeterOutcome | undefined;
  const recorded: Signed<Meter>[] = [];
  const bills: Bill[] = [];
  for (const meter of meters) {
    outcome = onMeter(state, meter, factsAfter(recorded));
    if (outcome.kind !== 'recorded') continue;
    state = outcome.state;
    recorded.push(meter);
    if (outcome.bill) bills.push(outcome.bill);
  }
  return { state, outcome, bills };
}

test('a final METER is billed by its tariff, and the bill rests on it', () => {
  const meter = kitMeter();
  const { state, bills } = play(meter);
  const [bill] = bills;
  assert.ok(bill);
  // 6.170 kWh × 2.00 = 12.34 with 13 % tax within: 12.34 − 12.34 / 1.13 = 1.42.
  assert.equal(bill.amount, 1234n);
  assert.deepEqual(bill.lines, [
    { description: 'Energy', quantity: '6.17', unit: 'kWh', unitPrice: '2', net: 1092n, tax: 142n },
  ]);
  assert.equal(sumOfLines(bill), bill.amount);
  assert.deepEqual(bill.meterHash, meter.hash);
  assert.deepEqual(bill.tariffHash, kitTariff.hash);
  const { sequence, final, session, terminal, provider, asset, issuedAt, validUntil } = bill;
  assert.deepEqual(
    { sequence, final, session, terminal, provider, asset, life: validUntil - issuedAt },
    {
      sequence: 5,
      final: true,
      session: kitSession,
      terminal: kitTerminal,
      provider: kitProvider,
      asset: 'CNY/2',
      life: 86_400_000,
    },
  );
  assert.deepEqual([state?.final, state?.bill], [true, bill.bill]);
});

test('a session without delivery is billed with nothing', () => {
  const [bill] = play(kitMeter({ readings: kitReadings(0, 0) })).bills;
  assert.deepEqual([bill?.amount, bill?.final], [0n, true]);
  const [empty] = play(kitMeter({ readings: [] })).bills;
  assert.equal(empty?.amount, 0n);
});

test('METERs that are not final add up, and the last one makes the bill', () => {
  const { state, bills } = play(...kitMeters([0, 1000, 2500, 6170]));
  assert.deepEqual([state?.number, state?.readings.length, bills.length], [4, 4, 1]);
  assert.equal(bills[0]?.amount, 1234n);
});

test('a METER that is here is a repeat, and one too early comes later', () => {
  const [first, second, third] = kitMeters([0, 1000, 6170]) as [
    Signed<Meter>,
    Signed<Meter>,
    Signed<Meter>,
  ];
  assert.equal(play(first, first).outcome?.kind, 'repeat');
  assert.equal(play(first, second, third, second).outcome?.kind, 'repeat');
  assert.equal(play(first, second, third, third).outcome?.kind, 'repeat');
  assert.equal(play(second).outcome?.kind, 'later');
  assert.equal(play(first, third).outcome?.kind, 'later');
});

const meters = kitMeters([0, 1000, 6170]);
const [first, second] = meters as [Signed<Meter>, Signed<Meter>];
const next = (over: Partial<Meter>): Signed<Meter> =>
  kitMeter({ number: 2, previous: first.hash, readings: kitReadings(0, 500).slice(1), ...over });
const item = (count: number) => [{ sku: 'cola', count }];

const refusals: readonly [string, readonly Signed<Meter>[], RejectionCode][] = [
  ['another key than the terminal says', [kitMeter({}, kit.settlement)], 'key-wrong-role'],
  [
    'a session of another terminal',
    [first, kitMeter({ terminal: kit.payer.wallet, number: 2 }, kit.payer)],
    'session-unknown',
  ],
  ['other content under a number', [first, kitMeter({ final: false })], 'counter-conflict'],
  [
    'other content under a number that is not the last',
    [first, second, kitMeter({ final: false })],
    'counter-conflict',
  ],
  ['more after the final one', [...meters, next({ number: 4 })], 'session-closed'],
  [
    'a first one that follows another',
    [kitMeter({ previous: exampleBytes('x') })],
    'meter-invalid',
  ],
  ['a next one that follows none', [first, kitMeter({ number: 2 })], 'meter-invalid'],
  ['a next one that follows another', [first, next({ previous: second.hash })], 'meter-invalid'],
  ['another tariff', [first, next({ tariffHash: exampleBytes('other') })], 'meter-invalid'],
  ['a register that falls', [kitMeter({ readings: kitReadings(0, 9, 8) })], 'meter-invalid'],
  [
    'a register that falls from one METER to the next',
    [kitMeter({ final: false }), next({ previous: kitMeter({ final: false }).hash })],
    'meter-invalid',
  ],
  [
    'a count of items that falls',
    [
      kitMeter({
        readings: [
          { at: exampleTime(0), phase: 'active', items: item(2) },
          { at: exampleTime(1), phase: 'active', items: item(1) },
        ],
      }),
    ],
    'meter-invalid',
  ],
  [
    'a time that goes back',
    [kitMeter({ readings: kitReadings(0, 1).toReversed() })],
    'meter-invalid',
  ],
];

for (const [name, chain, code] of refusals) {
  test(`onMeter() refuses ${name}: ${code}`, () => {
    const { outcome } = play(...chain);
    assert.equal(outcome?.kind, 'refused');
    assert.equal(outcome.rejection.code, code);
  });
}

test('a register that a reading leaves out is not falling', () => {
  const readings = kitReadings(0, 10, 10);
  const { energyWh: _none, ...bare } = readings[1]!;
  assert.equal(play(kitMeter({ readings: [readings[0]!, bare, readings[2]!] })).bills.length, 1);
});

test('a final METER under a tariff that is not here is recorded without a bill', () => {
  const { state, bills } = play(kitMeter({ tariffHash: exampleBytes('other') }));
  assert.deepEqual([state?.final, state?.problem, bills.length], [true, 'tariff-invalid', 0]);
});

test('readings that the tariff cannot price are recorded without a bill', () => {
  const tooMuch = [{ at: exampleTime(0), phase: 'active', energyWh: 0n } as const].concat({
    at: exampleTime(1),
    phase: 'active',
    energyWh: 2n ** 63n - 1n,
  } as never);
  const { state, bills } = play(kitMeter({ readings: tooMuch }));
  assert.deepEqual([state?.problem, bills.length], ['meter-invalid', 0]);
});

test('any order and any repeats of the METERs give the same one bill', () => {
  const chain = kitMeters([0, 100, 2500, 2500, 6170]);
  const straight = play(...chain).bills[0];
  fc.assert(
    fc.property(fc.array(fc.nat({ max: chain.length - 1 }), { maxLength: 40 }), (order) => {
      const stream = order.map((at) => chain[at] as Signed<Meter>);
      // In the end everything comes once more in order: the link goes on until it is taken.
      const { bills, state } = play(...stream, ...chain);
      assert.deepEqual(bills, [straight]);
      assert.deepEqual([state?.number, state?.final], [chain.length, true]);
    }),
    { numRuns: 200 },
  );
});

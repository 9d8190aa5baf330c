import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventJson } from '@coinbox/protocol';
import { NO_FLOWS, addToFlows, ribbonWidth } from './flows.ts';

const event = (
  type: string,
  amount?: string,
  status: 'posted' | 'refused' = 'posted',
): EventJson => ({
  id: 1,
  type,
  timestamp: '2026-11-23T00:00:00Z',
  data: { group: 'g', status, ...(amount !== undefined && { amount }) },
});

test('flows add up what was paid, settled and given back, and nothing that was refused', () => {
  const events = [
    event('payment.posted', '500'),
    event('payment.refused', '100', 'refused'),
    event('settlement.posted', '120'),
    event('settlement.parked', '10'),
    event('refund.posted', '380'),
    event('offer.voided', '5'),
    event('offer.voided'),
    event('wallet.opened'),
  ];
  const flows = events.reduce(addToFlows, NO_FLOWS);
  assert.deepEqual(flows, { paid: 500n, settled: 120n, refunded: 385n });
});

/** value, widest, most, width */
const widths: readonly [bigint, bigint, number, number][] = [
  [0n, 10n, 40, 0],
  [10n, 10n, 40, 40],
  [5n, 10n, 40, 20],
  [1n, 1_000_000n, 40, 2],
  [3n, 0n, 40, 0],
];

for (const [value, widest, most, width] of widths) {
  test(`a ribbon of ${value} beside one of ${widest} is ${width} wide`, () => {
    assert.equal(ribbonWidth(value, widest, most), width);
  });
}

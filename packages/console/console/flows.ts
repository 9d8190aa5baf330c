import type { EventJson } from '@coinbox/protocol';

/** What has moved, minor units: paid in, settled to providers, given back. */
export type Flows = { readonly paid: bigint; readonly settled: bigint; readonly refunded: bigint };

export const NO_FLOWS: Flows = { paid: 0n, settled: 0n, refunded: 0n };

/** Which flow an event adds to. */
const flowOf: Readonly<Record<string, keyof Flows>> = {
  'payment.posted': 'paid',
  'settlement.posted': 'settled',
  'refund.posted': 'refunded',
  'offer.voided': 'refunded',
};

/** The flows with one more event in them. */
export function addToFlows(flows: Flows, { type, data }: EventJson): Flows {
  const name = flowOf[type];
  if (name === undefined || data.status !== 'posted' || data.amount === undefined) return flows;
  return { ...flows, [name]: flows[name] + BigInt(data.amount) };
}

/** The width of a ribbon, for a picture: the widest has `most`, what moves at all has 2. */
export function ribbonWidth(value: bigint, widest: bigint, most: number): number {
  if (value <= 0n || widest <= 0n) return 0;
  return Math.max(2, Number((value * BigInt(most * 100)) / widest) / 100);
}

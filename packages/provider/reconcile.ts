// pure
import { settlementIdOf } from '@coinbox/protocol';
import type { MovementJson, SettlementId } from '@coinbox/protocol';
import type { BillRecord } from './state.ts';

/** A line of the issuer's list of settlements (`GET /v1/settlements`). */
export type IssuerSettlement = Pick<MovementJson, 'id' | 'index' | 'status' | 'amount'>;

/**
 * `missing-receipt`: the issuer has settled a bill that has no receipt here. `missing-bill`: it has
 * settled something that is no bill of this book. `missing-settlement`: a receipt is here, and the
 * issuer does not show its settlement. `amount-differs`: bill and settlement. `duplicate`: more
 * than one settlement for one bill.
 */
export type FindingKind =
  'missing-receipt' | 'missing-bill' | 'missing-settlement' | 'amount-differs' | 'duplicate';

export type Finding = {
  readonly kind: FindingKind;
  readonly settlement: string;
  readonly bill?: string;
  /** Minor units, in the book and at the issuer. */
  readonly billed?: bigint;
  readonly settled?: bigint;
};

export type Reconciliation = {
  /** Bills whose settlement, amount and receipt agree. */
  readonly agreed: number;
  readonly findings: readonly Finding[];
};

/**
 * Compares a provider's bills with the settlements that the issuer lists for its wallet. They are
 * matched by the settlement id, which follows from bill and session. Refused ones move nothing and
 * are left out.
 */
export function reconcile(
  bills: readonly BillRecord[],
  settlements: readonly IssuerSettlement[],
): Reconciliation {
  const expected = new Map<SettlementId, BillRecord>(
    bills.map((bill) => [settlementIdOf(bill.bill, bill.session), bill]),
  );
  const seen = new Set<string>();
  const findings: Finding[] = [];
  let agreed = 0;
  for (const settlement of settlements) {
    if (settlement.status !== 'posted') continue;
    const found = compare(expected.get(settlement.id as SettlementId), settlement, seen);
    if (found.length === 0) agreed += 1;
    findings.push(...found);
    seen.add(settlement.id);
  }
  for (const [id, bill] of expected) {
    if (bill.state !== 'settled' || seen.has(id)) continue;
    const kind = 'missing-settlement';
    findings.push({ kind, settlement: id, bill: bill.bill, billed: bill.amount });
  }
  return { agreed, findings };
}

function compare(
  bill: BillRecord | undefined,
  settlement: IssuerSettlement,
  seen: ReadonlySet<string>,
): Finding[] {
  const settled = BigInt(settlement.amount);
  if (!bill) return [{ kind: 'missing-bill', settlement: settlement.id, settled }];
  const of = { settlement: settlement.id, bill: bill.bill, billed: bill.amount, settled };
  if (seen.has(settlement.id)) return [{ kind: 'duplicate', ...of }];
  const findings: Finding[] = [];
  if (bill.amount !== settled) findings.push({ kind: 'amount-differs', ...of });
  if (bill.state !== 'settled') findings.push({ kind: 'missing-receipt', ...of });
  return findings;
}

// pure
import type { Entry, TransferGroup } from '@coinbox/ledger';
import { equalBytes, reject, settlementIdOf } from '@coinbox/protocol';
import type {
  Asset,
  Bill,
  BillId,
  Draw,
  Rejected,
  Result,
  Settle,
  Signed,
  WalletId,
} from '@coinbox/protocol';
import { accountOf, holdOfParked, parkGroup, uploadSeries } from '../accounts.ts';
import { CODES } from '../codes.ts';
import { decodeMemo, encodeMemo } from '../memo.ts';
import type { MappingVersion, WalletRecord } from '../registry/nouns.ts';
import { sameAgain, toPost } from './ruling.ts';
import type { Ruling } from './ruling.ts';
import { checkUpload, paymentsOf, sharesOf } from './uploads.ts';
import type { PaymentFacts, Share } from './uploads.ts';

export type SettleFacts = {
  readonly asset: Asset;
  /** What is recorded under the id of the settlement, and under that of its parking. */
  readonly known: Entry | undefined;
  readonly parked: Entry | undefined;
  readonly terminal: WalletRecord | undefined;
  readonly lastUpload: number;
  /** Opens the DRAW inside. */
  readonly draw: () => Result<Signed<Draw>>;
  /** Opens the BILL inside; undefined where there is none. */
  readonly bill: () => Result<Signed<Bill>> | undefined;
  /**
   * The bill is settled or parked under the id that follows from it, and that is another than the
   * one of the SETTLE.
   */
  readonly settledOtherwise: boolean;
  /** One for each payment that the SETTLE names; undefined where it is unknown or was refused. */
  readonly payments: readonly (PaymentFacts | undefined)[];
  readonly mappingOf: (version: number) => MappingVersion | undefined;
  readonly walletOf: (id: WalletId) => WalletRecord | undefined;
};

/**
 * SETTLE: holding → settlement → the provider of the version that the payments are pinned to, as
 * one group; nothing in the message decides the destination. A frozen provider's settlement is
 * parked and is posted when the same SETTLE comes again. Rejects, in this order: key-wrong-role,
 * id-reused, terminal-suspended, counter-conflict, counter-rollback, counter-gap,
 * currency-mismatch, settlement-draw-mismatch, settlement-bill-missing, settlement-bill-mismatch,
 * bill-already-settled, bill-not-final, payment-unknown, mapping-missing, bill-wrong-provider,
 * mapping-conflict. The ledger refuses for good: backing-insufficient, amount-overflow.
 */
export function decideSettle(settle: Signed<Settle>, facts: SettleFacts): Result<Ruling> {
  const { body, signer, hash } = settle;
  const { wallet, terminal: ownTerminal } = signer.body;
  if (wallet !== body.settlementWallet)
    return reject('key-wrong-role', 'the key of another wallet');
  if (ownTerminal !== body.terminal) return reject('key-wrong-role', "another terminal's key");
  if (facts.known) return sameAgain(facts.known, hash);
  if (facts.parked) return decideParked(settle, facts.parked, facts);
  if (facts.terminal?.suspended) return reject('terminal-suspended');
  const outOfOrder = checkUpload(body.upload, facts.lastUpload);
  if (outOfOrder) return outOfOrder;
  if (body.asset !== facts.asset) return reject('currency-mismatch');
  const draw = facts.draw();
  if (!draw.ok) return reject('settlement-draw-mismatch', detailOf(draw));
  if (!drawFits(body, draw.value)) return reject('settlement-draw-mismatch');
  const bill = facts.bill();
  if (!bill) return reject('settlement-bill-missing');
  if (!bill.ok) return reject('settlement-bill-mismatch', detailOf(bill));
  const misfit = checkBill(body, draw.value.body, bill.value, facts);
  if (misfit) return misfit;
  const payments = paymentsOf(body.terminal, body.payments, facts.payments);
  if (!payments) return reject('payment-unknown');
  const mapping = facts.mappingOf((payments[0] as PaymentFacts).mappingVersion);
  if (!mapping) return reject('mapping-missing');
  const contested = checkDestination(body, bill.value, payments, mapping, facts);
  if (contested) return contested;
  const groupOf = facts.walletOf(mapping.provider)?.frozen ? groupOfParking : groupOfSettlement;
  const shares = sharesOf(
    body.amount,
    payments.flatMap(({ holds }) => holds),
  );
  const group = groupOf(settle, bill.value.body.bill, shares, mapping);
  const sequence = { series: uploadSeries(body.terminal), number: body.upload };
  return toPost({ ...group, sequence });
}

const detailOf = ({ rejection: { code, detail } }: Rejected): string =>
  detail === undefined ? code : `${code}: ${detail}`;

function drawFits(settle: Settle, { body: draw, signer }: Signed<Draw>): boolean {
  return (
    signer.body.wallet === settle.terminal &&
    draw.draw === settle.settlement &&
    draw.terminal === settle.terminal &&
    draw.settlementWallet === settle.settlementWallet &&
    draw.session === settle.session &&
    draw.amount === settle.amount &&
    draw.asset === settle.asset &&
    equalBytes(draw.billHash, settle.billHash)
  );
}

function checkBill(
  settle: Settle,
  draw: Draw,
  { body: bill, hash }: Signed<Bill>,
  { settledOtherwise }: Pick<SettleFacts, 'settledOtherwise'>,
): Rejected | undefined {
  const rightId = settlementIdOf(bill.bill, bill.session);
  if (!equalBytes(hash, settle.billHash)) return reject('settlement-bill-mismatch', 'hash');
  if (bill.bill !== draw.bill) return reject('settlement-bill-mismatch', 'bill');
  if (bill.amount !== settle.amount) return reject('settlement-bill-mismatch', 'amount');
  if (bill.asset !== settle.asset) return reject('settlement-bill-mismatch', 'asset');
  if (bill.session !== settle.session) return reject('settlement-bill-mismatch', 'session');
  if (bill.terminal !== settle.terminal) return reject('settlement-bill-mismatch', 'terminal');
  const wrongId = rightId !== settle.settlement;
  if (wrongId && settledOtherwise) return reject('bill-already-settled');
  if (wrongId) return reject('settlement-bill-mismatch', 'settlement');
  if (!bill.final) return reject('bill-not-final');
  return undefined;
}

function checkDestination(
  settle: Settle,
  bill: Signed<Bill>,
  payments: readonly PaymentFacts[],
  { provider }: MappingVersion,
  { mappingOf }: Pick<SettleFacts, 'mappingOf'>,
): Rejected | undefined {
  const elsewhere = payments.some((one) => mappingOf(one.mappingVersion)?.provider !== provider);
  if (bill.signer.body.wallet !== provider) return reject('bill-wrong-provider');
  if (bill.body.provider !== provider) return reject('bill-wrong-provider', 'named in the bill');
  if (elsewhere) return reject('mapping-conflict', 'the payments are for different providers');
  if ((settle.provider ?? provider) !== provider) return reject('mapping-conflict', 'provider');
  const wrongPayer = settle.payer && payments.some((one) => one.payer !== settle.payer);
  if (wrongPayer) return reject('mapping-conflict', 'payer');
  return undefined;
}

/** Parked before: everything but the provider's standing was checked then. */
function decideParked(settle: Signed<Settle>, parked: Entry, facts: SettleFacts): Result<Ruling> {
  const again = sameAgain(parked, settle.hash);
  if (!again.ok || parked.status === 'refused') return again;
  const { mappingVersion, bill } = decodeMemo(parked.memo);
  const mapping = mappingVersion && facts.mappingOf(mappingVersion);
  if (!mapping || !bill || facts.walletOf(mapping.provider)?.frozen) return again;
  const { settlement, amount } = settle.body;
  const held = [{ hold: holdOfParked(settlement), amount }];
  return toPost(groupOfSettlement(settle, bill, held, mapping));
}

function groupOfSettlement(
  settle: Signed<Settle>,
  bill: BillId,
  shares: readonly Share[],
  { provider, version }: MappingVersion,
): TransferGroup {
  const { settlement, settlementWallet, amount } = settle.body;
  const transit = accountOf('settlement', settlementWallet);
  const credit = accountOf('provider', provider);
  return {
    id: settlement,
    code: CODES.settle,
    fingerprint: settle.hash,
    steps: [
      ...shares.map((share) => ({ kind: 'draw', credit: transit, ...share }) as const),
      { kind: 'transfer', debit: transit, credit, amount },
    ],
    memo: memoOf(settle, bill, provider, version),
  };
}

/**
 * Takes the terminal's upload number, and moves the money under a hold of its own, where neither
 * draw nor refund can get it.
 */
function groupOfParking(
  settle: Signed<Settle>,
  bill: BillId,
  shares: readonly Share[],
  { provider, version }: MappingVersion,
): TransferGroup {
  const { settlement, terminal, amount } = settle.body;
  const account = accountOf('holding', terminal);
  return {
    id: parkGroup(settlement),
    code: CODES.park,
    fingerprint: settle.hash,
    steps: [
      ...shares.map((share) => ({ kind: 'release', ...share }) as const),
      { kind: 'hold', hold: holdOfParked(settlement), account, amount },
    ],
    memo: memoOf(settle, bill, provider, version),
  };
}

const memoOf = (
  { body, bytes, hash }: Signed<Settle>,
  bill: BillId,
  provider: WalletId,
  mappingVersion: number,
): Uint8Array =>
  encodeMemo({
    subject: hash,
    subjectTyp: 'coinbox.settle',
    amount: body.amount,
    asset: body.asset,
    from: body.terminal,
    to: provider,
    mappingVersion,
    session: body.session,
    bill,
    request: bytes,
  });

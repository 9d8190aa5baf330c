// pure
import type { Entry, Step, TransferGroup } from '@coinbox/ledger';
import {
  EPOCH_MS,
  accept,
  encodeCbor,
  equalBytes,
  later,
  paymentIdOf,
  reject,
  sha256,
} from '@coinbox/protocol';
import type {
  Accept,
  Asset,
  Instant,
  Money,
  OfflinePart,
  Parameters,
  Pay,
  Rejected,
  Result,
  Signed,
} from '@coinbox/protocol';
import {
  accountOf,
  floatOf,
  forkGroup,
  holdOfCover,
  holdOfPayment,
  lossOf,
  offerClaim,
  payerSequenceClaim,
  uncoveredGroup,
} from '../accounts.ts';
import { CODES } from '../codes.ts';
import { encodeMemo } from '../memo.ts';
import type { MappingVersion, WalletRecord } from '../registry/nouns.ts';
import { ORDER_LIFE_MS, SKEW_MS } from './decide-pay.ts';
import { sameAgain } from './ruling.ts';

/** A PAY that a terminal has taken as money, and the ACCEPT that says so. */
export type Taken = { readonly pay: Signed<Pay>; readonly accept: Signed<Accept> };

export type OfflinePayFacts = {
  readonly asset: Asset;
  readonly now: Instant;
  /** What is recorded under the id of the payment. */
  readonly known: Entry | undefined;
  /** The other PAY that has used the payer's sequence number. */
  readonly sequenceTakenBy: Pick<Signed<Pay>, 'hash' | 'bytes'> | undefined;
  /** That was recorded as a fork before. */
  readonly isForkKnown: boolean;
  readonly payer: WalletRecord | undefined;
  readonly terminal: WalletRecord | undefined;
  /** The version that the PAY names. */
  readonly mapping: MappingVersion | undefined;
  /** When the version after it came into force. */
  readonly mappingEndedAt: Instant | undefined;
  readonly offer: 'free' | 'taken' | 'voided';
  /** The parameters that the PAY names, and the newest: these say what the issuer bears. */
  readonly parameters: Parameters | undefined;
  readonly newest: Parameters | undefined;
  /** Minor units in the payer's float. */
  readonly float: bigint;
  /** What the issuer bears for the terminal already, minor units. */
  readonly borne: bigint;
  /** A refund that the PAY spends has not come yet. */
  readonly creditsMissing: boolean;
};

/** How an offline PAY is booked. */
export type Booking = {
  /** The payment, then what is recorded beside it. */
  readonly groups: readonly TransferGroup[];
  /** Minor units that the float pays, and that the issuer bears. */
  readonly fromFloat: bigint;
  readonly covered: bigint;
};

/**
 * An offline PAY with its ACCEPT: float → holding, and a hold there. A terminal has taken it as
 * money: so within the signed parameters it is booked whatever became of the payer, and the issuer
 * bears what the float does not pay, up to its limit for the terminal. A wallet that owes, or has
 * spent twice, is frozen. Nothing outside of the parameters is booked, and no rejection leaves a
 * trace. Rejects, in this order: malformed-missing-field, key-wrong-role, id-reused, run-invalid,
 * account-same, terminal-unknown, key-revoked, terminal-suspended, terminal-not-accepting,
 * offer-taken, offer-voided, currency-mismatch, mapping-missing, mapping-changed,
 * order-not-yet-valid, offline-stale, offline-limit, limit-transaction, payment-parked,
 * offline-uncovered.
 */
export function decideOfflinePay(
  taken: Taken,
  facts: OfflinePayFacts,
): Result<Booking | { readonly entry: Entry }> {
  const { pay } = taken;
  const { body, signer, hash } = pay;
  const { terminal } = facts;
  if (!body.offline) return reject('malformed-missing-field', 'offline');
  if (signer.body.wallet !== body.payer)
    return reject('key-wrong-role', 'the key of another wallet');
  if (facts.known) {
    const again = sameAgain(facts.known, hash);
    return again.ok ? accept({ entry: facts.known }) : again;
  }
  if (!fits(taken)) return reject('run-invalid', 'the ACCEPT is of another PAY');
  if (body.payer === body.terminal) return reject('account-same');
  if (!terminal || terminal.role !== 'holding') return reject('terminal-unknown');
  if (terminal.revoked) return reject('key-revoked');
  if (terminal.suspended) return reject('terminal-suspended');
  if (terminal.frozen) return reject('terminal-not-accepting', 'frozen');
  if (facts.offer !== 'free') return reject(`offer-${facts.offer}`);
  if (body.asset !== facts.asset) return reject('currency-mismatch');
  const unfit = checkTerms(pay, body.offline, facts);
  if (unfit) return unfit;
  const { parameters, now } = facts;
  const isWaiting = parameters && now < later(body.at, parameters.claimMs);
  if (facts.creditsMissing && isWaiting) return reject('payment-parked');
  const fromFloat = facts.float < body.amount ? facts.float : body.amount;
  const covered = body.amount - fromFloat;
  if (covered > 0n && facts.borne + covered > (facts.newest?.cover ?? 0n)) {
    return reject('offline-uncovered', `the float has ${fromFloat}`);
  }
  return accept({ groups: groupsOf(pay, facts, fromFloat, covered), fromFloat, covered });
}

const fits = ({ pay, accept: accepted }: Taken): boolean =>
  accepted.signer.body.wallet === pay.body.terminal &&
  equalBytes(accepted.body.payHash, pay.hash) &&
  accepted.body.held === pay.body.amount;

/** What the terminal could know when it took the PAY. */
function checkTerms(
  { body, signer }: Signed<Pay>,
  offline: OfflinePart,
  { now, mapping, mappingEndedAt, parameters }: OfflinePayFacts,
): Rejected | undefined {
  const limits = signer.body.offline;
  if (!mapping) return reject('mapping-missing');
  if (mappingEndedAt !== undefined && later(mappingEndedAt, ORDER_LIFE_MS) < body.at) {
    return reject('mapping-changed');
  }
  if (body.at > later(now, SKEW_MS)) return reject('order-not-yet-valid');
  if (!parameters || body.at > later(parameters.validUntil, SKEW_MS)) {
    return reject('offline-stale', 'the parameters');
  }
  if (!limits) return reject('offline-limit', 'the certificate has no limits for it');
  if ((offline.epoch + limits.epochs + 1) * EPOCH_MS < body.at - SKEW_MS) {
    return reject('offline-stale', 'the last contact of the wallet');
  }
  const most = limits.perPayment < parameters.perPayment ? limits : parameters;
  if (body.amount > most.perPayment) return reject('limit-transaction');
  if (offline.spent > limits.cumulative || offline.count > limits.count) {
    return reject('offline-limit', 'of the wallet');
  }
  return undefined;
}

function groupsOf(
  pay: Signed<Pay>,
  facts: OfflinePayFacts,
  fromFloat: bigint,
  covered: bigint,
): readonly TransferGroup[] {
  const { body } = pay;
  const payment = paymentIdOf(pay);
  const first = facts.sequenceTakenBy;
  const isFork = first !== undefined && !facts.isForkKnown;
  const claims = [
    offerClaim(body.terminal, body.offerHash),
    ...(first ? [] : [payerSequenceClaim(body.payer, body.sequence)]),
  ];
  const booked: TransferGroup = {
    id: payment,
    code: CODES.pay,
    fingerprint: pay.hash,
    steps: stepsOf(body, payment, fromFloat as Money, covered as Money),
    claims,
    memo: encodeMemo({
      subject: pay.hash,
      subjectTyp: 'coinbox.pay',
      amount: body.amount,
      asset: body.asset,
      from: body.payer,
      to: body.terminal,
      mappingVersion: body.mappingVersion,
      code: 'offer-taken',
      request: pay.bytes,
    }),
  };
  return [
    booked,
    ...(isFork ? [groupOfFork(first, pay)] : []),
    ...(covered > 0n ? [groupOfCover(pay, covered as Money)] : []),
  ];
}

function stepsOf(
  { payer, terminal, asset }: Pay,
  payment: ReturnType<typeof paymentIdOf>,
  fromFloat: Money,
  covered: Money,
): readonly Step[] {
  const holding = accountOf('holding', terminal);
  const from = (debit: string, hold: string, amount: Money): readonly Step[] => [
    { kind: 'transfer', debit, credit: holding, amount },
    { kind: 'hold', hold, account: holding, amount },
  ];
  const loss = lossOf(terminal);
  return [
    ...(fromFloat > 0n ? from(floatOf(payer), holdOfPayment(payment), fromFloat) : []),
    ...(covered > 0n
      ? [
          { kind: 'open', account: loss, asset, mayOverdraw: true } as const,
          ...from(loss, holdOfCover(payment), covered),
        ]
      : []),
  ];
}

type Half = Pick<Signed<Pay>, 'hash' | 'bytes'>;

/** Two PAYs with one number, published with both; the wallet gives nothing any more. */
export function groupOfFork(
  first: Half,
  second: Signed<Pay>,
  report?: Pick<Signed<unknown>, 'hash'>,
): TransferGroup {
  const { payer, sequence, asset } = second.body;
  return {
    id: forkGroup(payer, sequence),
    code: CODES.fork,
    fingerprint: sha256(encodeCbor([first.hash, second.hash])),
    steps: [{ kind: 'freeze', account: accountOf('payer', payer) }],
    memo: encodeMemo({
      ...(report && { subject: report.hash, subjectTyp: 'coinbox.fork', asset, from: payer }),
      wallet: payer,
      request: encodeCbor([first.bytes, second.bytes]),
    }),
  };
}

/** What a float did not pay, published; the wallet gives nothing any more. */
function groupOfCover(pay: Signed<Pay>, covered: Money): TransferGroup {
  const { payer, terminal, asset } = pay.body;
  return {
    id: uncoveredGroup(paymentIdOf(pay)),
    code: CODES.uncovered,
    fingerprint: pay.hash,
    steps: [{ kind: 'freeze', account: accountOf('payer', payer) }],
    memo: encodeMemo({
      amount: covered,
      asset,
      wallet: payer,
      terminal,
      request: new Uint8Array(),
    }),
  };
}

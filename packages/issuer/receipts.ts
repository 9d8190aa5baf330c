import type { Entry } from '@coinbox/ledger';
import { NO_MONEY, RECEIPT, SETTLE, assert, prepareMessage } from '@coinbox/protocol';
import type {
  Asset,
  NetworkId,
  Receipt,
  ReceiptResult,
  RejectionCode,
  Signer,
  Unsigned,
} from '@coinbox/protocol';
import { CODES } from './codes.ts';
import { decodeMemo } from './memo.ts';

/** What the ledger's refusals are called in a receipt. */
const renamed: Readonly<Record<string, RejectionCode>> = {
  'settle/hold-exceeded': 'backing-insufficient',
  'park/hold-exceeded': 'backing-insufficient',
  'refund/hold-exceeded': 'refund-exceeds-unspent',
  'void/hold-exceeded': 'session-closed',
};

/**
 * The code that a refused entry is answered with; undefined for one that was posted. What
 * `claim-taken` means the memo says, since only when it was decided could one look at who had the
 * claim.
 */
export function refusalOf(entry: Entry): RejectionCode | undefined {
  const { refusal } = entry;
  if (refusal === undefined) return undefined;
  if (refusal === 'claim-taken') return decodeMemo(entry.memo).code ?? refusal;
  return renamed[`${entry.code}/${refusal}`] ?? refusal;
}

/** What is parked, and why. */
const waitingFor: Readonly<Record<string, RejectionCode>> = {
  [CODES.park]: 'settlement-parked',
  [CODES.unload]: 'float-cooling',
};

/** The code that a receipt gives: of a refusal, or of why it is parked. */
export const codeOf = (entry: Entry): RejectionCode | undefined =>
  refusalOf(entry) ?? waitingFor[entry.code];

export function resultOf(entry: Entry): ReceiptResult {
  if (entry.status === 'refused') return 'refused';
  return waitingFor[entry.code] ? 'parked' : 'posted';
}

/**
 * The receipt that follows from an entry, and from nothing else: the same entry, the same receipt,
 * for ever.
 */
export function receiptOf(entry: Entry, asset: Asset): Receipt {
  const memo = decodeMemo(entry.memo);
  const { subject, subjectTyp, amount = NO_MONEY, from, to, mappingVersion } = memo;
  const bill = subjectTyp === SETTLE.typ ? memo.bill : undefined;
  assert(subject && subjectTyp, `entry ${entry.index} answers a signed message`);
  const result = resultOf(entry);
  const code = codeOf(entry);
  return {
    index: entry.index,
    subject,
    subjectTyp,
    result,
    ...(code && { code }),
    entryHash: entry.hash,
    amount,
    asset,
    ...(from && { from }),
    ...(to && { to }),
    ...(mappingVersion && { mappingVersion }),
    at: entry.at,
    ...(bill && { bill }),
  };
}

/** Groups that answer a signed message, and so have a receipt. */
const answering: ReadonlySet<string> = new Set([
  CODES.pay,
  CODES.void,
  CODES.settle,
  CODES.park,
  CODES.refund,
  CODES.refusal,
  CODES.load,
  CODES.unload,
]);

/** Of forks, those that somebody has sent in. */
export const hasReceipt = ({ code, memo }: Pick<Entry, 'code' | 'memo'>): boolean =>
  answering.has(code) || (code === CODES.fork && decodeMemo(memo).subject !== undefined);

/** The receipt of an entry as a message that lacks its signature, which is its place in the log. */
export const prepareReceipt = (
  entry: Entry,
  asset: Asset,
  signer: Pick<Signer, 'publicKey' | 'keyId'>,
  network: NetworkId,
): Unsigned => prepareMessage(RECEIPT, receiptOf(entry, asset), signer, network);

import type { MessageType } from '../message.ts';
import {
  amountOrNone,
  asset,
  field,
  hash,
  id,
  instant,
  integer,
  optional,
  text,
  versioned,
  word,
} from '../shape.ts';
import { accept, reject } from '../result.ts';
import type { Result } from '../result.ts';
import type { ValueIn } from '../shape.ts';
import { decodeProof } from '../tree-signature.ts';

/**
 * `posted`: the money has moved. `refused`: it never will for this id. `parked`: it waits for a
 * supervisor.
 */
export const RESULTS = { posted: 1, refused: 2, parked: 3 } as const;
export type ReceiptResult = keyof typeof RESULTS;

/**
 * RECEIPT, issuer → all: what became of one message, at one place of the ledger. Issued again it
 * has the same bytes. Its signature is a proof that it stands in the issuer's log. The sequence of
 * the issuer is the ledger index.
 */
const shape = versioned({
  index: field(2, integer(1)),
  /** Hash of the message that was answered. */
  subject: field(3, hash),
  /** `coinbox.pay`, `coinbox.settle`, … */
  subjectTyp: field(4, text(32)),
  result: field(5, word(RESULTS)),
  /** The code of a refusal, or of why it is parked. */
  code: optional(6, text(40)),
  /** Hash of the ledger entry at `index`. */
  entryHash: field(7, hash),
  amount: field(8, amountOrNone),
  asset: field(9, asset),
  from: optional(10, id('wallet')),
  to: optional(11, id('wallet')),
  /** The version of the mapping that decided `to`, on a settlement. */
  mappingVersion: optional(12, integer(1)),
  at: field(13, instant),
  /** The bill, on a settlement: one that was posted, refused or parked. */
  bill: optional(14, id('bill')),
});

export type Receipt = ValueIn<typeof shape>;

/** The entry of index n is leaf n − 1 of the issuer's log. Rejects signature-invalid. */
const checkPlace = (
  { index }: Receipt,
  { signature }: { readonly signature: Uint8Array },
): Result<void> =>
  decodeProof(signature)?.index === index - 1
    ? accept(undefined)
    : reject('signature-invalid', 'the proof is of another place in the log');

export const RECEIPT: MessageType<Receipt> = {
  typ: 'coinbox.receipt',
  signedBy: ['issuer'],
  shape,
  check: checkPlace,
};

import { decodeCbor, encodeCbor } from './cbor.ts';
import { accept, reject } from './result.ts';
import type { Result } from './result.ts';
import {
  amount,
  asset,
  embedded,
  field,
  hash,
  integer,
  list,
  optional,
  text,
  versioned,
  word,
} from './shape.ts';
import type { Shape, ValueIn } from './shape.ts';

/** The longest that a payer may ask a terminal to wait for news, milliseconds. */
export const MOST_WAIT_MS = 5_000;

/**
 * What goes over a carrier between payer and terminal: one request, one reply, the same bytes over
 * HTTP, NFC and Bluetooth. It is not signed; the messages in it are. Media type
 * `application/vnd.coinbox.carrier`.
 */
const requestKinds = { 'ask-offer': 1, pay: 2, 'ask-session': 3 } as const;
const requestShape = versioned({
  kind: field(2, word(requestKinds)),
  /** `pay`: the PAY. */
  message: optional(3, embedded),
  /** `pay`: the payer wallet's certificate. */
  certificate: optional(4, embedded),
  /** `ask-offer`: how much the payer would like to pay in. */
  amount: optional(5, amount),
  asset: optional(6, asset),
  /** `ask-session`: hash of the PAY. */
  payHash: optional(7, hash),
  /** `ask-session`: the terminal waits for more messages than these, or for the end. */
  known: optional(8, integer(0, 8)),
  /** `ask-session`: it waits so many milliseconds at most. */
  waitMs: optional(9, integer(0, MOST_WAIT_MS)),
});
export type CarrierRequest = ValueIn<typeof requestShape>;

/** How far the session of a payment has come, as the terminal tells its payer. */
export const STAGES = {
  presented: 1,
  accepted: 2,
  delivering: 3,
  'awaiting-bill': 4,
  drawn: 5,
  closed: 6,
} as const;
export type Stage = keyof typeof STAGES;

const replyKinds = { offer: 1, session: 2, voided: 3, wait: 4, refused: 5 } as const;
const replyShape = versioned({
  kind: field(2, word(replyKinds)),
  /**
   * `offer`: OFFER. `voided`: VOID. `session`: ACCEPT, then BILL, REFUND and RECEIPTs as far as
   * there are any.
   */
  messages: field(3, list(embedded, 8)),
  /** Certificates of those who signed them, authority first. */
  certificates: field(4, list(embedded, 4)),
  /** `refused`: a code of the rejection table. */
  code: optional(5, text(40)),
  /** `wait`: ask again after so many milliseconds. */
  afterMs: optional(6, integer(0, 60_000)),
  /** `session`: how far it has come. */
  stage: optional(7, word(STAGES)),
});
export type CarrierReply = ValueIn<typeof replyShape>;

export const CARRIER_MEDIA_TYPE = 'application/vnd.coinbox.carrier';

/**
 * What goes over the link between terminal and provider: at most one signed message, the
 * certificates to check it, and acknowledgements of messages that are durable at the receiver, by
 * hash.
 */
const linkShape = versioned({
  message: optional(2, embedded),
  certificates: field(3, list(embedded, 3)),
  acknowledged: field(4, list(hash, 16)),
});
export type LinkEnvelope = ValueIn<typeof linkShape>;

const decodeWith =
  <T>(shape: Shape<T>) =>
  (bytes: Uint8Array): Result<T> => {
    const decoded = decodeCbor(bytes);
    return decoded.ok ? shape.decode(decoded.value) : decoded;
  };

export const encodeCarrierRequest = (value: CarrierRequest): Uint8Array =>
  encodeCbor(requestShape.encode(value));

/** Rejects: malformed-…, unsupported-version. */
export function decodeCarrierRequest(bytes: Uint8Array): Result<CarrierRequest> {
  const request = decodeWith(requestShape)(bytes);
  if (!request.ok) return request;
  const { kind, message, certificate, payHash } = request.value;
  if (kind === 'pay' && (!message || !certificate)) {
    return reject('malformed-missing-field', 'pay takes a message and a certificate');
  }
  if (kind === 'ask-session' && !payHash) return reject('malformed-missing-field', 'payHash');
  return accept(request.value);
}

export const encodeCarrierReply = (value: CarrierReply): Uint8Array =>
  encodeCbor(replyShape.encode(value));
export const decodeCarrierReply = decodeWith(replyShape);

export const encodeLinkEnvelope = (value: LinkEnvelope): Uint8Array =>
  encodeCbor(linkShape.encode(value));
export const decodeLinkEnvelope = decodeWith(linkShape);

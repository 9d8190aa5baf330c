import {
  MAX_MESSAGE_BYTES,
  accept,
  concatBytes,
  decodeCbor,
  encodeCbor,
  reject,
  shape,
} from '@coinbox/protocol';
import type { Result, ValueIn } from '@coinbox/protocol';

const { bytes, field, id, instant, integer, list, optional, versioned, word } = shape;

/**
 * What a terminal's journal is made of. An event holds the signed messages themselves, so that a
 * replay signs nothing and answers with the same bytes.
 */
export const EVENT_KINDS = {
  /** An OFFER was made. messages: [OFFER] */
  offered: 1,
  /** A PAY came for an open offer; the issuer is asked. messages: [PAY] */
  presented: 2,
  /** The issuer has applied the PAY. messages: [ACCEPT, RECEIPT] */
  accepted: 3,
  /** The offer will never be accepted. messages: [VOID] */
  voided: 4,
  /** Readings of the meter. messages: [METER] */
  metered: 5,
  /**
   * A final bill was accepted. messages: [BILL, DRAW?, SETTLE?, REFUND?] (no DRAW and SETTLE for a
   * bill of nothing)
   */
  billed: 6,
  /** A bill was refused. messages: [BILL, REFUSAL] */
  refused: 7,
  /** The money goes back without a bill. messages: [REFUND] */
  returned: 8,
  /** The issuer has answered a SETTLE or a REFUND. messages: [RECEIPT] */
  receipted: 9,
  /** The issuer has said something to all. messages: [STATUS | PARAMETERS | EPOCH …] */
  informed: 10,
  /** A PAY was taken as money without asking the issuer. messages: [PAY, ACCEPT] */
  taken: 11,
} as const;
export type EventKind = keyof typeof EVENT_KINDS;

/** A BILL, its DRAW, SETTLE and REFUND are the most that one event holds. */
const MOST_MESSAGES = 4;

/** What stands before the messages of an event. */
const headShape = versioned({
  kind: field(2, word(EVENT_KINDS)),
  at: field(3, instant),
  /** Bytes of each message. */
  sizes: field(4, list(integer(1, MAX_MESSAGE_BYTES), MOST_MESSAGES)),
  /** accepted to receipted, and taken. */
  session: optional(5, id('session')),
  /** offered to voided, and taken. */
  offer: optional(6, id('offer')),
  /** receipted: the message that was answered. */
  subject: optional(7, bytes(32)),
});

export type TerminalEvent = Omit<ValueIn<typeof headShape>, 'sizes'> & {
  readonly messages: readonly Uint8Array[];
};

/**
 * The bytes of an event in the journal: two bytes with the length of the head, the head in CBOR,
 * then the messages. They stand beside the head, not in it: together they may be longer than the
 * 4 KiB of one message.
 */
export function encodeEvent({ messages, ...event }: TerminalEvent): Uint8Array {
  const sizes = messages.map(({ length }) => length);
  const head = encodeCbor(headShape.encode({ ...event, sizes }));
  return concatBytes(Uint8Array.of(head.length >> 8, head.length & 255), head, ...messages);
}

/** An event from the journal. Rejects malformed-… where the journal has been damaged. */
export function decodeEvent(stored: Uint8Array): Result<TerminalEvent> {
  const [high = 0, low = 0] = stored;
  let at = 2 + high * 256 + low;
  const decoded = decodeCbor(stored.subarray(2, at));
  if (!decoded.ok) return decoded;
  const head = headShape.decode(decoded.value);
  if (!head.ok) return head;
  const { sizes, ...rest } = head.value;
  const messages = sizes.map((size) => stored.slice(at, (at += size)));
  if (at > stored.length) return reject('malformed-truncated');
  if (at < stored.length) return reject('malformed-trailing');
  const event = { ...rest, messages };
  return isWhole(event) ? accept(event) : reject('malformed-missing-field');
}

/** Has the event the parts that its kind needs? */
function isWhole({ kind, messages, session, offer, subject }: TerminalEvent): boolean {
  if (messages.length === 0) return false;
  if (kind === 'offered' || kind === 'presented' || kind === 'voided') return offer !== undefined;
  if (kind === 'informed') return true;
  if (kind === 'accepted' || kind === 'taken') return offer !== undefined && session !== undefined;
  return session !== undefined && (kind !== 'receipted' || subject !== undefined);
}

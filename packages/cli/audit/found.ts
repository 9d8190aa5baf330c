// pure
import {
  ACCEPT,
  BILL,
  DRAW,
  METER,
  OFFER,
  PAY,
  RECEIPT,
  REFUND,
  SETTLE,
  openEnvelope,
  openMessage,
  readPayload,
  sha256,
  toHex,
} from '@coinbox/protocol';
import type {
  Accept,
  Bill,
  Draw,
  Instant,
  Meter,
  MessageType,
  Offer,
  Pay,
  Receipt,
  Refund,
  RejectionCode,
  SessionId,
  Settle,
  Trust,
} from '@coinbox/protocol';

/** A message of a session, with what its signature is worth. */
export type Found<T> = {
  readonly typ: string;
  readonly body: T;
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
  /** Why the signature does not hold; absent where it does. */
  readonly refusal?: RejectionCode;
  /** The wallet of the key, where it holds. */
  readonly signer?: string;
};

/** The messages of one session, each once. */
export type SessionPapers = {
  readonly offers: readonly Found<Offer>[];
  readonly pays: readonly Found<Pay>[];
  readonly accepts: readonly Found<Accept>[];
  /** By number. */
  readonly meters: readonly Found<Meter>[];
  readonly bills: readonly Found<Bill>[];
  readonly draws: readonly Found<Draw>[];
  readonly settles: readonly Found<Settle>[];
  readonly refunds: readonly Found<Refund>[];
  readonly receipts: readonly Found<Receipt>[];
};

/**
 * Picks out of `messages` those that belong to a session, and checks the signature of each as of
 * the time at which the session was paid: a certificate that has run out since was good then.
 */
export function findPapers(
  messages: readonly Uint8Array[],
  session: SessionId,
  trustAt: (at: Instant) => Trust,
): SessionPapers {
  const raw = readAll(messages);
  const of = <T>(type: MessageType<T>): Read<T>[] =>
    raw.filter(({ typ }) => typ === type.typ) as Read<T>[];
  const inSession = <T extends { readonly session: SessionId }>(type: MessageType<T>) =>
    of(type).filter(({ body }) => body.session === session);
  const named = (all: readonly { readonly hash: Uint8Array }[]) =>
    new Set(all.map(({ hash }) => toHex(hash)));

  const accepts = inSession(ACCEPT);
  const paid = new Set(accepts.map(({ body }) => toHex(body.payHash)));
  const pays = of(PAY).filter(({ hash }) => paid.has(toHex(hash)));
  const offered = new Set(pays.map(({ body }) => toHex(body.offerHash)));
  const meters = inSession(METER).toSorted((a, b) => a.body.number - b.body.number);
  const [settles, refunds] = [inSession(SETTLE), inSession(REFUND)];
  const answered = named([...pays, ...settles, ...refunds]);
  const at = (pays[0]?.body.at ?? meters[0]?.body.readings[0]?.at ?? 0) as Instant;
  const trust = trustAt(at);
  const check = <T>(type: MessageType<T>, all: readonly Read<T>[]): readonly Found<T>[] =>
    all.map((one) => {
      const opened = openMessage(type, one.bytes, trust, at);
      if (!opened.ok) return { ...one, refusal: opened.rejection.code };
      return { ...one, signer: opened.value.signer.body.wallet };
    });
  return {
    offers: check(
      OFFER,
      of(OFFER).filter(({ hash }) => offered.has(toHex(hash))),
    ),
    pays: check(PAY, pays),
    accepts: check(ACCEPT, accepts),
    meters: check(METER, meters),
    bills: check(BILL, inSession(BILL)),
    draws: check(DRAW, inSession(DRAW)),
    settles: check(SETTLE, settles),
    refunds: check(REFUND, refunds),
    receipts: check(
      RECEIPT,
      of(RECEIPT).filter(({ body }) => answered.has(toHex(body.subject))),
    ),
  };
}

type Read<T> = Pick<Found<T>, 'typ' | 'body' | 'hash' | 'bytes'>;

const known: ReadonlyMap<string, MessageType<unknown>> = new Map(
  [OFFER, PAY, ACCEPT, METER, BILL, DRAW, SETTLE, REFUND, RECEIPT].map((type) => [
    type.typ,
    type as MessageType<unknown>,
  ]),
);

/** What the messages say, whoever has signed them; with those that travel inside a SETTLE. */
export function readAll(messages: readonly Uint8Array[]): readonly Read<unknown>[] {
  const seen = new Map<string, Read<unknown>>();
  const queue = [...messages];
  for (let bytes = queue.shift(); bytes; bytes = queue.shift()) {
    const envelope = openEnvelope(bytes);
    const type = envelope.ok ? known.get(envelope.value.typ) : undefined;
    const name = toHex(sha256(bytes));
    if (!envelope.ok || !type || seen.has(name)) continue;
    const body = readPayload(type, envelope.value);
    if (!body.ok) continue;
    const hash = sha256(envelope.value.payload);
    seen.set(name, { typ: type.typ, body: body.value, hash, bytes });
    if (type.typ !== SETTLE.typ) continue;
    const { draw, bill } = body.value as Settle;
    queue.push(draw, ...(bill ? [bill] : []));
  }
  return [...seen.values()];
}

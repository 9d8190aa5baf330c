// pure
import {
  SETTLE,
  accept,
  bytesToSign,
  openEnvelope,
  openMessage,
  readPayload,
  readVerified,
  reject,
} from '@coinbox/protocol';
import type {
  Certificate,
  Envelope,
  Instant,
  MessageType,
  PublicKey,
  Result,
  Settle,
  Signed,
  Trust,
} from '@coinbox/protocol';

/** One signature that is to be checked. */
export type Check = {
  readonly key: PublicKey;
  /** The bytes that the signature covers. */
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
};

/**
 * A message that is taken apart. Whether `signer` has signed it, check number `check` will tell.
 */
type Part = {
  readonly envelope: Envelope;
  readonly signer: Certificate;
  readonly check: number;
  /** What it says, where that was read to find the messages inside. */
  readonly payload?: Result<unknown>;
};

/** A message with the messages inside it: its own check is the first. */
export type Presented = {
  readonly typ: string;
  readonly checks: readonly Check[];
  /** By the very array that holds the bytes. */
  readonly parts: ReadonlyMap<Uint8Array, Result<Part>>;
};

/** Opens messages as openMessage does, with signatures that were checked before. */
export type Opener = <T>(type: MessageType<T>, bytes: Uint8Array) => Result<Signed<T>>;

/**
 * Takes a message apart, and the DRAW and the BILL inside a SETTLE, so that all signatures can be
 * checked at once. Rejects what can be told without a signature: malformed-…, header-…, too-large,
 * key-unknown, algorithm-mismatch.
 */
export function present(bytes: Uint8Array, trust: Trust): Result<Presented> {
  const checks: Check[] = [];
  const parts = new Map<Uint8Array, Result<Part>>();
  const outer = takeApart(bytes, trust, checks);
  if (!outer.ok) return outer;
  const { typ } = outer.value.envelope;
  if (typ !== SETTLE.typ) {
    parts.set(bytes, outer);
    return accept({ typ, checks, parts });
  }
  const payload = readPayload(SETTLE, outer.value.envelope);
  parts.set(bytes, accept({ ...outer.value, payload }));
  if (payload.ok) addInside(payload.value, trust, checks, parts);
  return accept({ typ, checks, parts });
}

function addInside(
  { draw, bill }: Settle,
  trust: Trust,
  checks: Check[],
  parts: Map<Uint8Array, Result<Part>>,
): void {
  parts.set(draw, takeApart(draw, trust, checks));
  if (bill) parts.set(bill, takeApart(bill, trust, checks));
}

function takeApart(bytes: Uint8Array, trust: Trust, checks: Check[]): Result<Part> {
  const opened = openEnvelope(bytes);
  if (!opened.ok) return opened;
  const envelope = opened.value;
  const signer = trust.certificateOf(envelope.keyId);
  if (!signer) return reject('key-unknown');
  const key = signer.body.publicKey;
  if (envelope.algorithm !== key.algorithm) return reject('algorithm-mismatch');
  const message = bytesToSign(trust.network, envelope.protectedHeader, envelope.payload);
  checks.push({ key, message, signature: envelope.signature });
  return accept({ envelope, signer, check: checks.length - 1 });
}

/**
 * Opens what was presented. `valid[i]` is what came out of check i. Any other message is opened as
 * a whole.
 */
export const openPresented =
  (
    { parts }: Pick<Presented, 'parts'>,
    valid: readonly boolean[],
    trust: Trust,
    now: Instant,
  ): Opener =>
  (type, bytes) => {
    const part = parts.get(bytes);
    if (!part) return openMessage(type, bytes, trust, now);
    if (!part.ok) return part;
    const { envelope, signer, check, payload } = part.value;
    if (!valid[check]) return reject('signature-invalid');
    const read = payload as Parameters<typeof readVerified<never>>[5];
    return readVerified(type, bytes, envelope, signer, now, read);
  };

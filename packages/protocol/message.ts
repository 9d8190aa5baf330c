import { sha256 } from '#primitives';
import { checkCertificate } from './certificate.ts';
import type { Certificate, Role } from './certificate.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { openEnvelope, prepareSign1, sign1, verifyEnvelope } from './cose.ts';
import type { Envelope, Unsigned } from './cose.ts';
import type { NetworkId } from './network.ts';
import type { KeyId, Signer } from './keys.ts';
import { accept, assert, reject } from './result.ts';
import type { Result } from './result.ts';
import type { Shape } from './shape.ts';
import type { Instant } from './time.ts';

/** One class of message: its `typ`, who may sign it, and the shape of its payload. */
export type MessageType<T> = {
  readonly typ: `coinbox.${string}`;
  readonly signedBy: readonly Role[];
  readonly shape: Shape<T>;
  /** What must hold between what a message says and how it is signed. */
  check?(body: T, envelope: Pick<Envelope, 'signature'>): Result<void>;
};

/** A message that has been checked: what it says, who said it, and the very bytes. */
export type Signed<T> = {
  readonly body: T;
  /** The whole COSE_Sign1 message. */
  readonly bytes: Uint8Array;
  /**
   * SHA-256 of the payload: what other messages call this one by. A signature is not part of it.
   */
  readonly hash: Uint8Array;
  readonly signer: Certificate;
};

/** What a receiver has to know to check a message. */
export type Trust = {
  readonly network: NetworkId;
  /**
   * The certificate under a key id, whose own chain has been checked; undefined when unknown here.
   */
  certificateOf(keyId: KeyId): Certificate | undefined;
};

/**
 * Signs `body`. The certificate says whose the signer's key is, and is trusted to be: the receiver
 * checks it.
 */
export function signMessage<T>(
  type: MessageType<T>,
  body: T,
  signer: Signer,
  certificate: Certificate,
  network: NetworkId,
): Signed<T> {
  const payload = encodeCbor(type.shape.encode(body));
  return {
    body,
    bytes: sign1(network, type.typ, payload, signer),
    hash: sha256(payload),
    signer: certificate,
  };
}

/** A message that still lacks its signature, for a signer that answers later. */
export const prepareMessage = <T>(
  type: MessageType<T>,
  body: T,
  signer: Pick<Signer, 'publicKey' | 'keyId'>,
  network: NetworkId,
): Unsigned => prepareSign1(network, type.typ, encodeCbor(type.shape.encode(body)), signer);

/** The hash that a message with this body will have, before anybody has signed it. */
export const hashOfBody = <T>(type: MessageType<T>, body: T): Uint8Array =>
  sha256(encodeCbor(type.shape.encode(body)));

/**
 * Opens a message of a known class: structure, key, signature, role and validity of the certificate
 * at `now`, then the payload. Nothing but the key id is read before the signature has been checked.
 * Rejects: malformed-…, header-…, key-unknown, algorithm-mismatch, signature-…, key-wrong-role,
 * key-expired, unsupported-version.
 */
export function openMessage<T>(
  type: MessageType<T>,
  bytes: Uint8Array,
  trust: Trust,
  now: Instant,
): Result<Signed<T>> {
  const opened = openEnvelope(bytes);
  if (!opened.ok) return opened;
  const verified = verifySigner(opened.value, trust);
  if (!verified.ok) return verified;
  return readVerified(type, bytes, opened.value, verified.value, now);
}

/**
 * The certificate whose key has signed the message. Rejects: key-unknown, algorithm-mismatch,
 * signature-invalid.
 */
export function verifySigner(envelope: Envelope, trust: Trust): Result<Certificate> {
  const certificate = trust.certificateOf(envelope.keyId);
  if (!certificate) return reject('key-unknown');
  const verified = verifyEnvelope(envelope, trust.network, certificate.body.publicKey);
  return verified.ok ? accept(certificate) : verified;
}

/**
 * The second half of openMessage, for a shell that verifies signatures elsewhere (a worker, a
 * batch). `payload`: where it was read already.
 */
export function readVerified<T>(
  type: MessageType<T>,
  bytes: Uint8Array,
  envelope: Envelope,
  signer: Certificate,
  now: Instant,
  payload?: Result<T>,
): Result<Signed<T>> {
  if (envelope.typ !== type.typ) return reject('signature-invalid', `not signed as a ${type.typ}`);
  const allowed = checkCertificate(signer, type.signedBy, now);
  if (!allowed.ok) return allowed;
  const body = payload ?? readPayload(type, envelope);
  if (!body.ok) return body;
  return accept({ body: body.value, bytes, hash: sha256(envelope.payload), signer });
}

/**
 * What a message says, whoever has signed it: it counts for nothing before its signature has been
 * checked. Rejects: malformed-…, unsupported-version.
 */
export function readPayload<T>(type: MessageType<T>, envelope: Envelope): Result<T> {
  const payload = decodeCbor(envelope.payload);
  if (!payload.ok) return payload;
  const body = type.shape.decode(payload.value);
  if (!body.ok) return body;
  const checked = type.check?.(body.value, envelope);
  return checked?.ok === false ? checked : body;
}

/**
 * What a message of one's own says: its signature was made here, so it is not checked again. A
 * foreign message is a bug.
 */
export function readOwn<T>(type: MessageType<T>, bytes: Uint8Array): { body: T; hash: Uint8Array } {
  const opened = openEnvelope(bytes);
  assert(opened.ok && opened.value.typ === type.typ, `not a ${type.typ} of our own`);
  const payload = decodeCbor(opened.value.payload);
  assert(payload.ok, 'a message of our own is canonical');
  const body = type.shape.decode(payload.value);
  assert(body.ok, `a ${type.typ} of our own has its shape`);
  return { body: body.value, hash: sha256(opened.value.payload) };
}

/**
 * The class that a message claims to be of, before anything has been checked. Rejects as
 * openEnvelope does.
 */
export function typOf(bytes: Uint8Array): Result<string> {
  const opened = openEnvelope(bytes);
  return opened.ok ? accept(opened.value.typ) : opened;
}

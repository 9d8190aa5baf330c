import { textBytes } from './bytes.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import type { CborMap, CborValue } from './cbor.ts';
import { MAX_MESSAGE_BYTES } from './cbor-scan.ts';
import { ALGORITHMS, ALGORITHM_NUMBERS, verifySignature } from './keys.ts';
import type { Algorithm, KeyId, PublicKey, Signer } from './keys.ts';
import { accept, reject } from './result.ts';
import type { NetworkId } from './network.ts';
import type { Result } from './result.ts';
import { MOST_PROOF_BYTES, verifyProof } from './tree-signature.ts';

/** The first byte of a COSE_Sign1 message with its tag (RFC 9052 §4.2, tag 18). */
const SIGN1_TAG = 0xd2;
const KEY_ID_BYTES = 8;
const MOST_NETWORKS = 16;
const SIGNATURE_BYTES = 64;
/** Header labels: RFC 9052 §3.1; `typ` is RFC 9596. */
const [ALG, CRIT, KID, TYP] = [1, 2, 4, 16];

/** The parts of a COSE_Sign1 message before its signature has been checked. */
export type Envelope = {
  readonly protectedHeader: Uint8Array;
  readonly algorithm: Algorithm;
  readonly keyId: KeyId;
  /** The class of the message: `coinbox.pay` for a PAY. */
  readonly typ: string;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
};

/** external_aad by network: a program lives in one of them. */
const externalAads = new Map<NetworkId, Uint8Array>();

function externalAadOf(network: NetworkId): Uint8Array {
  const known = externalAads.get(network);
  if (known) return known;
  const made = textBytes(`coinbox/1/${network}`);
  if (externalAads.size >= MOST_NETWORKS) externalAads.clear();
  externalAads.set(network, made);
  return made;
}

/** Sig_structure of RFC 9052 §4.4. external_aad = "coinbox/1/" and the network id. */
export const bytesToSign = (
  network: NetworkId,
  protectedHeader: Uint8Array,
  payload: Uint8Array,
): Uint8Array => encodeCbor(['Signature1', protectedHeader, externalAadOf(network), payload]);

/** A message that has no signature yet. `toSign`: the bytes that it covers. */
export type Unsigned = {
  readonly protectedHeader: Uint8Array;
  readonly payload: Uint8Array;
  readonly toSign: Uint8Array;
};

/** A payload on its way to become a COSE_Sign1 message of class `typ`. */
export function prepareSign1(
  network: NetworkId,
  typ: string,
  payload: Uint8Array,
  { publicKey, keyId }: Pick<Signer, 'publicKey' | 'keyId'>,
): Unsigned {
  const protectedHeader = encodeCbor(
    new Map<number, CborValue>([
      [ALG as number, ALGORITHM_NUMBERS[publicKey.algorithm]],
      [KID as number, keyId],
      [TYP as number, typ],
    ]),
  );
  return { protectedHeader, payload, toSign: bytesToSign(network, protectedHeader, payload) };
}

/** The COSE_Sign1 message with this signature. */
export function completeSign1(
  { protectedHeader, payload }: Unsigned,
  signature: Uint8Array,
): Uint8Array {
  const body = encodeCbor([protectedHeader, new Map(), payload, Uint8Array.from(signature)]);
  const message = new Uint8Array(body.length + 1);
  message[0] = SIGN1_TAG;
  message.set(body, 1);
  return message;
}

/** Signs a payload as a COSE_Sign1 message of class `typ`. */
export function sign1(
  network: NetworkId,
  typ: string,
  payload: Uint8Array,
  signer: Signer,
): Uint8Array {
  const unsigned = prepareSign1(network, typ, payload, signer);
  return completeSign1(unsigned, signer.sign(unsigned.toSign));
}

/**
 * Takes a COSE_Sign1 message apart. Rejects: malformed-…, too-large, header-…, signature-missing,
 * algorithm-mismatch.
 */
export function openEnvelope(message: Uint8Array): Result<Envelope> {
  if (message.length === 0) return reject('malformed-empty');
  if (message[0] !== SIGN1_TAG) return reject('malformed-tag', 'not a COSE_Sign1 message');
  if (message.length === 1) return reject('malformed-truncated');
  const decoded = decodeCbor(message.subarray(1));
  if (!decoded.ok) return decoded;
  if (message.length > MAX_MESSAGE_BYTES) return reject('too-large');
  const parts = decoded.value;
  if (!Array.isArray(parts)) return reject('malformed-type', 'a COSE_Sign1 message is an array');
  const [protectedHeader, unprotectedHeader, payload, signature] = parts as readonly CborValue[];
  if (
    parts.length !== 4 ||
    !(protectedHeader instanceof Uint8Array) ||
    !(unprotectedHeader instanceof Map) ||
    !(payload instanceof Uint8Array) ||
    !(signature instanceof Uint8Array)
  ) {
    return reject('malformed-type', 'a COSE_Sign1 message has four parts (RFC 9052 §4.2)');
  }
  if (unprotectedHeader.size > 0) return reject('header-unexpected', 'unprotected header');
  const header = readHeader(protectedHeader);
  if (!header.ok) return header;
  if (signature.length === 0) return reject('signature-missing');
  if (!isPossibleLength(header.value.algorithm, signature.length)) {
    return reject('signature-invalid', 'wrong length');
  }
  return accept({ protectedHeader, ...header.value, payload, signature });
}

const isPossibleLength = (algorithm: Algorithm, length: number): boolean =>
  algorithm === 'EdDSA-tree' ? length <= MOST_PROOF_BYTES : length === SIGNATURE_BYTES;

type Header = Pick<Envelope, 'algorithm' | 'keyId' | 'typ'>;

function readHeader(bytes: Uint8Array): Result<Header> {
  const decoded = decodeCbor(bytes);
  if (!decoded.ok) return decoded;
  if (!(decoded.value instanceof Map)) return reject('malformed-type', 'a header is a map');
  const header = decoded.value as CborMap;
  if (header.has(CRIT as number)) return reject('header-critical-unknown');
  for (const label of header.keys()) {
    if (label !== ALG && label !== KID && label !== TYP) {
      return reject('header-unexpected', `label ${label}`);
    }
  }
  const alg = header.get(ALG as number);
  const keyId = header.get(KID as number);
  const typ = header.get(TYP as number);
  if (alg === undefined || keyId === undefined || typ === undefined) {
    return reject('malformed-missing-field', 'alg, kid and typ are required');
  }
  const algorithm = ALGORITHMS.find((name) => ALGORITHM_NUMBERS[name] === alg);
  if (algorithm === undefined) return reject('algorithm-mismatch', 'none of the algorithms here');
  if (!(keyId instanceof Uint8Array) || typeof typ !== 'string') return reject('malformed-type');
  if (keyId.length !== KEY_ID_BYTES) return reject('malformed-value', 'a kid has 8 bytes');
  return accept({ algorithm, keyId, typ });
}

/**
 * Checks the signature with the key that the receiver knows under the key id. Rejects:
 * algorithm-mismatch, signature-invalid.
 */
export function verifyEnvelope(
  envelope: Envelope,
  network: NetworkId,
  key: PublicKey,
): Result<void> {
  if (envelope.algorithm !== key.algorithm) return reject('algorithm-mismatch');
  const signed = bytesToSign(network, envelope.protectedHeader, envelope.payload);
  const isValid =
    key.algorithm === 'EdDSA-tree'
      ? verifyProof(network, key.bytes, signed, envelope.signature)
      : verifySignature(key, signed, envelope.signature);
  return isValid ? accept(undefined) : reject('signature-invalid');
}

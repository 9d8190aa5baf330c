import {
  publicKeyEd25519,
  publicKeyP256,
  sha256,
  signEd25519,
  signP256,
  verifyEd25519,
  verifyP256,
} from '#primitives';
import { concatBytes, equalBytes, toHex } from './bytes.ts';
import { encodeCbor } from './cbor.ts';
import type { CborMap, CborValue } from './cbor.ts';
import { accept, reject } from './result.ts';
import type { Result } from './result.ts';
import type { Shape } from './shape.ts';

/**
 * COSE algorithm numbers (RFC 9053 §2; below −65536 is private use, RFC 9052 §11.1). EdDSA is
 * Ed25519 (RFC 8032); ES256 is ECDSA on P-256 with SHA-256; EdDSA-tree is Ed25519 under the
 * checkpoint of a log that has the message in it (spec/16-transparency.md). The certificate of a
 * key fixes which; nothing negotiates.
 */
export const ALGORITHM_NUMBERS = { EdDSA: -8, ES256: -7, 'EdDSA-tree': -65537 } as const;
export type Algorithm = keyof typeof ALGORITHM_NUMBERS;
export const ALGORITHMS = Object.keys(ALGORITHM_NUMBERS) as readonly Algorithm[];

/** `bytes`: 32 for EdDSA and EdDSA-tree; x ‖ y, 64, for ES256. */
export type PublicKey = { readonly algorithm: Algorithm; readonly bytes: Uint8Array };

/** The first 8 bytes of the key's thumbprint (RFC 9679, SHA-256). */
export type KeyId = Uint8Array;

/**
 * Something that signs with one key and does not show it: software, a secure element. A key for
 * EdDSA-tree signs checkpoints; where a message is to be signed, its signer answers with a proof.
 */
export interface Signer {
  readonly publicKey: PublicKey;
  readonly keyId: KeyId;
  sign(message: Uint8Array): Uint8Array;
}

/** COSE_Key parameters (RFC 9053 §7) that RFC 9679 hashes: 1 kty, −1 crv, −2 x, −3 y. */
const requiredOf = (key: PublicKey): CborMap =>
  key.algorithm === 'ES256'
    ? new Map<number, CborValue>([
        [1, 2],
        [-1, 1],
        [-2, key.bytes.subarray(0, 32)],
        [-3, key.bytes.subarray(32)],
      ])
    : new Map<number, CborValue>([
        [1, 1],
        [-1, 6],
        [-2, key.bytes],
      ]);

/** 3 alg (RFC 9052 §7.1): where the kind of key does not say it. */
const toCoseKey = (key: PublicKey): CborMap =>
  key.algorithm === 'EdDSA-tree'
    ? new Map([...requiredOf(key), [3, ALGORITHM_NUMBERS[key.algorithm]]])
    : requiredOf(key);

const isKeyPart = (value: CborValue | undefined): value is Uint8Array =>
  value instanceof Uint8Array && value.length === 32;

function fromCoseKey(value: CborValue): Result<PublicKey> {
  if (!(value instanceof Map)) return reject('malformed-type', 'expected a COSE_Key');
  const [kty, alg, crv, x, y] = [1, 3, -1, -2, -3].map((label) => (value as CborMap).get(label));
  if (kty === 1 && crv === 6 && value.size === 3 && isKeyPart(x)) {
    return accept({ algorithm: 'EdDSA', bytes: x });
  }
  const isTree = alg === ALGORITHM_NUMBERS['EdDSA-tree'];
  if (kty === 1 && isTree && crv === 6 && value.size === 4 && isKeyPart(x)) {
    return accept({ algorithm: 'EdDSA-tree', bytes: x });
  }
  if (kty === 2 && crv === 1 && value.size === 4 && isKeyPart(x) && isKeyPart(y)) {
    return accept({ algorithm: 'ES256', bytes: concatBytes(x, y) });
  }
  return reject('key-invalid', 'a COSE_Key is Ed25519, or P-256 with both coordinates');
}

export const coseKey: Shape<PublicKey> = { encode: toCoseKey, decode: fromCoseKey };

/**
 * RFC 9679: SHA-256 over the deterministic encoding of the required parameters; its first 8 bytes.
 */
export const keyIdOf = (key: PublicKey): KeyId => sha256(encodeCbor(requiredOf(key))).slice(0, 8);

/** A key id as text: 16 hexadecimal digits. */
export const formatKeyId = (keyId: KeyId): string => toHex(keyId);

export const sameKey = (a: PublicKey, b: PublicKey): boolean =>
  a.algorithm === b.algorithm && equalBytes(a.bytes, b.bytes);

/**
 * Is this the key's own signature under these bytes? For EdDSA-tree: under a checkpoint; that of a
 * message is a proof (verifyEnvelope).
 */
export const verifySignature = (
  key: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
): boolean =>
  key.algorithm === 'ES256'
    ? verifyP256(key.bytes, message, signature)
    : verifyEd25519(key.bytes, message, signature);

/** A signer in software: tier 0, no claim of tamper resistance. `secretKey`: 32 random bytes. */
export function softwareSigner(algorithm: Algorithm, secretKey: Uint8Array): Signer {
  const [publicKeyOf, sign] =
    algorithm === 'ES256' ? [publicKeyP256, signP256] : [publicKeyEd25519, signEd25519];
  const publicKey: PublicKey = { algorithm, bytes: Uint8Array.from(publicKeyOf(secretKey)) };
  return { publicKey, keyId: keyIdOf(publicKey), sign: (message) => sign(secretKey, message) };
}

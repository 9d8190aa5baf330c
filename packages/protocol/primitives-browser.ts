import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { bytesToNumberLE } from '@noble/curves/utils.js';
import { sha256 as nobleSha256, sha512 } from '@noble/hashes/sha2.js';
import { concatBytes } from './bytes.ts';
import type { Primitives } from './primitives.ts';

// The pure JavaScript primitives, for browsers. Node takes primitives-node.ts instead (see
// "imports" in package.json).

export const ed25519Library = '@noble/curves';

export const sha256: Primitives['sha256'] = (bytes) => nobleSha256(bytes);

const Point = ed25519.Point;
const scalarOf = (littleEndian: Uint8Array): bigint => bytesToNumberLE(littleEndian);

/**
 * RFC 8032 §5.1.7 with the equation S·B = R + k·A itself. The library would multiply both sides by
 * the cofactor, and so take signatures that libsodium and OpenSSL refuse.
 */
export const verifyEd25519: Primitives['verifyEd25519'] = (publicKey, message, signature) => {
  try {
    const [r, s] = [signature.subarray(0, 32), scalarOf(signature.subarray(32))];
    const [key, commitment] = [Point.fromBytes(publicKey), Point.fromBytes(r)];
    if (signature.length !== 64 || s >= Point.Fn.ORDER) return false;
    if (key.isSmallOrder() || commitment.isSmallOrder()) return false;
    const k = Point.Fn.create(scalarOf(sha512(concatBytes(r, publicKey, message))));
    return Point.BASE.multiplyUnsafe(s).equals(commitment.add(key.multiplyUnsafe(k)));
  } catch {
    return false;
  }
};

export const signEd25519: Primitives['signEd25519'] = (secretKey, message) =>
  ed25519.sign(message, secretKey);

export const publicKeyEd25519: Primitives['publicKeyEd25519'] = (secretKey) =>
  ed25519.getPublicKey(secretKey);

/** x ‖ y as SEC 1 writes an uncompressed point: 0x04 before them. */
const uncompressed = (xy: Uint8Array): Uint8Array => Uint8Array.of(4, ...xy);

export const verifyP256: Primitives['verifyP256'] = (publicKey, message, signature) => {
  try {
    return p256.verify(signature, message, uncompressed(publicKey), { lowS: true });
  } catch {
    return false;
  }
};

export const signP256: Primitives['signP256'] = (secretKey, message) =>
  p256.sign(message, secretKey, { lowS: true });

export const publicKeyP256: Primitives['publicKeyP256'] = (secretKey) =>
  p256.getPublicKey(secretKey, false).slice(1);

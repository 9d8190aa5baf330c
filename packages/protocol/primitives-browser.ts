import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import type { Primitives } from './primitives.ts';

// The pure JavaScript primitives, for browsers. Node takes primitives-node.ts instead (see "imports" in package.json).

export const ed25519Library = '@noble/curves';

export const sha256: Primitives['sha256'] = (bytes) => nobleSha256(bytes);

export const verifyEd25519: Primitives['verifyEd25519'] = (publicKey, message, signature) => {
  try {
    if (ed25519.Point.fromBytes(publicKey).isSmallOrder()) return false;
    return ed25519.verify(signature, message, publicKey, { zip215: false });
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

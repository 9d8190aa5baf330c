// pure
import type { Algorithm } from '@coinbox/protocol';

/**
 * The public key in an attribute CKA_EC_POINT: the point itself, or (as PKCS#11 2.40 §2.3.3 wants
 * it) in an OCTET STRING. Ed25519: 32 bytes. P-256: 04, x, y; gives x ‖ y. `undefined` where it is
 * neither.
 */
export function ecPointOf(algorithm: Algorithm, attribute: Uint8Array): Uint8Array | undefined {
  const size = algorithm === 'ES256' ? 65 : 32;
  const isWrapped = attribute.length === size + 2 && attribute[0] === 0x04 && attribute[1] === size;
  const point = isWrapped ? attribute.subarray(2) : attribute;
  if (point.length !== size) return undefined;
  if (algorithm !== 'ES256') return Uint8Array.from(point);
  return point[0] === 0x04 ? Uint8Array.from(point.subarray(1)) : undefined;
}

/** Order of P-256 (SEC 2, 2.4.2). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * An ECDSA signature r ‖ s on P-256 with the smaller of its two s: the only one that messages may
 * have (spec/02-signatures.md).
 */
export function toLowS(signature: Uint8Array): Uint8Array {
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`);
  if (s <= ORDER >> 1n) return signature;
  const low = Uint8Array.from(signature);
  low.set(Buffer.from((ORDER - s).toString(16).padStart(64, '0'), 'hex'), 32);
  return low;
}

import { concatBytes, fromHex, toHex } from '@coinbox/protocol';

/** The order of P-256 (FIPS 186-5, SEC 2 §2.4.2). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * The signature r ‖ s with the lower of the two values that s can have: browsers give either, and
 * Coinbox takes one (spec/02-signatures.md).
 */
export function lowS(signature: Uint8Array): Uint8Array {
  const s = BigInt(`0x${toHex(signature.subarray(32))}`);
  if (s <= ORDER / 2n) return signature;
  const low = fromHex((ORDER - s).toString(16).padStart(64, '0')) ?? new Uint8Array(32);
  return concatBytes(signature.subarray(0, 32), low);
}

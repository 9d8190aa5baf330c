import type { PublicKey } from '@coinbox/protocol';
import { createPublicKey } from 'node:crypto';

/** p and d of Ed25519 (RFC 8032 §5.1). */
const p = 2n ** 255n - 19n;
const d = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

/**
 * May a wallet have this key? It must be a point of its curve in the one canonical form, and on
 * Ed25519 none of small order: such a key accepts signatures that nobody made.
 */
export function isGoodKey({ algorithm, bytes }: PublicKey): boolean {
  return algorithm === 'EdDSA' ? isGoodEd25519(bytes) : isGoodP256(bytes);
}

/** RFC 8032 §5.1.3: x² = (y² − 1) / (d y² + 1) has a root. */
function isGoodEd25519(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false;
  const y = yOf(bytes);
  const sign = (bytes[31] as number) >> 7;
  if (y >= p) return false;
  const ySquared = (y * y) % p;
  const numerator = modulo(ySquared - 1n);
  const denominator = modulo(d * ySquared + 1n);
  const xSquared = (numerator * power(denominator, p - 2n)) % p;
  if (xSquared === 0n && sign === 1) return false;
  const isSquare = xSquared === 0n || power(xSquared, (p - 1n) / 2n) === 1n;
  return isSquare && !isSmallOrder(y);
}

function yOf(bytes: Uint8Array): bigint {
  const bigEndian = Buffer.from(bytes).reverse();
  bigEndian[0] = (bigEndian[0] as number) & 0x7f;
  return BigInt(`0x${bigEndian.toString('hex')}`);
}

/**
 * The order of a point divides 8 if and only if eight times it is the neutral element, whose y is
 * 1.
 */
function isSmallOrder(y: bigint): boolean {
  let doubled = y;
  for (let times = 0; times < 3; times++) doubled = doubleY(doubled);
  return doubled === 1n;
}

/**
 * The y of twice a point. On −x² + y² = 1 + d x² y²: y(2P) = (y² + x²) / (1 − d x² y²), in which x
 * only comes squared.
 */
function doubleY(y: bigint): bigint {
  const ySquared = (y * y) % p;
  const xSquared = (modulo(ySquared - 1n) * power(modulo(d * ySquared + 1n), p - 2n)) % p;
  const denominator = modulo(1n - d * ((xSquared * ySquared) % p));
  return (modulo(ySquared + xSquared) * power(denominator, p - 2n)) % p;
}

const modulo = (value: bigint): bigint => ((value % p) + p) % p;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % p;
    square = (square * square) % p;
  }
  return result;
}

function isGoodP256(bytes: Uint8Array): boolean {
  if (bytes.length !== 64) return false;
  const [x, y] = [bytes.subarray(0, 32), bytes.subarray(32)].map((part) =>
    Buffer.from(part).toString('base64url'),
  ) as [string, string];
  try {
    createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}

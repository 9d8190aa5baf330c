import { createHash } from 'node:crypto';

// The definitions of RFC 6962 §2.1, written out as they stand there: the tests hold the log to
// them.

const sha256 = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(createHash('sha256').update(Buffer.concat(parts)).digest());

/** The largest power of two below n, which is at least 2. */
const split = (n: number): number => 2 ** (Math.ceil(Math.log2(n)) - 1);

/** MTH(D). */
export function naiveRoot(d: readonly Uint8Array[]): Uint8Array {
  if (d.length === 0) return sha256();
  if (d.length === 1) return sha256(Uint8Array.of(0), d[0] as Uint8Array);
  const k = split(d.length);
  return sha256(Uint8Array.of(1), naiveRoot(d.slice(0, k)), naiveRoot(d.slice(k)));
}

/** PATH(m, D). */
export function naivePath(m: number, d: readonly Uint8Array[]): readonly Uint8Array[] {
  if (d.length === 1) return [];
  const k = split(d.length);
  return m < k
    ? [...naivePath(m, d.slice(0, k)), naiveRoot(d.slice(k))]
    : [...naivePath(m - k, d.slice(k)), naiveRoot(d.slice(0, k))];
}

/** PROOF(m, D). */
export const naiveProof = (m: number, d: readonly Uint8Array[]): readonly Uint8Array[] =>
  subproof(m, d, true);

function subproof(m: number, d: readonly Uint8Array[], isWhole: boolean): readonly Uint8Array[] {
  if (m === d.length) return isWhole ? [] : [naiveRoot(d)];
  const k = split(d.length);
  return m <= k
    ? [...subproof(m, d.slice(0, k), isWhole), naiveRoot(d.slice(k))]
    : [...subproof(m - k, d.slice(k), false), naiveRoot(d.slice(0, k))];
}

/** 32 bytes that no other number has. */
export const numbered = (i: number): Uint8Array => sha256(Buffer.from(`leaf ${i}`));

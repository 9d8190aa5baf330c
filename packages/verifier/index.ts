export { INVARIANTS } from './checks.ts';
export type { CheckName } from './checks.ts';
export { fromBase64url } from './encoding.ts';
export { keyOf } from './signatures.ts';
export type { Key } from './signatures.ts';
export { verify } from './verify.ts';
export type { Break, Verdict } from './verify.ts';

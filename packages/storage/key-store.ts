import type { Algorithm, Signer } from '@coinbox/protocol';

/**
 * Where a party's keys are. Names are the party's own words: `holding`, `settlement`, `receipts`.
 * Keys are in a file, which is tier 0 and makes no claim of tamper resistance, or on a token.
 */
export interface KeyStore {
  /** 0 software, 1 secure element, 2 certified secure element. */
  readonly tier: number;
  has(name: string): boolean;
  /** The signer of a key that exists. Faults: config-invalid where there is none, token-failed. */
  signer(name: string): Signer;
  /**
   * Makes one more key, durable when this returns: for a change of keys. Faults: config-invalid
   * where there is one of that name, token-failed, storage-failed.
   */
  add(name: string, algorithm: Algorithm): Signer;
}

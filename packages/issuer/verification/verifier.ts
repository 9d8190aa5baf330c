import { verifySignature } from '@coinbox/protocol';
import type { Check } from './present.ts';

/** Whether each signature is that of its key. */
export interface Verifier {
  /** Answers in the order of `checks`. After a first one that fails, the others count as failed. */
  verify(checks: readonly Check[]): Promise<readonly boolean[]>;
  close(): Promise<void>;
}

/**
 * The signatures of one message. Where its own does not hold, nobody has asked for the messages
 * inside: they are not looked at.
 */
export function verifyChecks(checks: readonly Check[]): boolean[] {
  const valid: boolean[] = [];
  for (const { key, message, signature } of checks) {
    valid.push(valid[0] !== false && verifySignature(key, message, signature));
  }
  return valid;
}

/** Verifies in the calling thread, at once: for tests, simulations and small programs. */
export const createInlineVerifier = (): Verifier => ({
  verify: async (checks) => verifyChecks(checks),
  close: async () => undefined,
});

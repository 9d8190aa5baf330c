import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toHex } from './bytes.ts';
import { claimProof, plainClaimCode } from './claim.ts';
import type { ClaimedKey } from './claim.ts';
import type { WalletId } from './ids.ts';

const own = (name: string, byte: number): ClaimedKey => ({
  wallet: name as WalletId,
  key: { algorithm: 'EdDSA', bytes: Uint8Array.of(byte) },
});

describe('claimProof()', () => {
  it('is a name and an array in CBOR', () => {
    // "coinbox-claim/1", 0; then [ "n", "C", "a", "EdDSA", h'01', "b", "EdDSA", h'02' ].
    const head = '636f696e626f782d636c61696d2f3100';
    const array = '88' + '616e' + '6143' + '6161' + '654564445341' + '4101' + '6162';
    assert.equal(
      toHex(claimProof('n', 'C', own('a', 1), own('b', 2))),
      `${head}${array}6545644453414102`,
    );
  });

  it('is another for another network, code, wallet or key, and the other way round', () => {
    const all = [
      claimProof('n', 'C', own('a', 1), own('b', 2)),
      claimProof('m', 'C', own('a', 1), own('b', 2)),
      claimProof('n', 'D', own('a', 1), own('b', 2)),
      claimProof('n', 'C', own('c', 1), own('b', 2)),
      claimProof('n', 'C', own('a', 3), own('b', 2)),
      claimProof('n', 'C', own('b', 2), own('a', 1)),
    ].map(toHex);
    assert.equal(new Set(all).size, all.length);
  });
});

describe('plainClaimCode()', () => {
  it('takes a code as people type it', () => {
    assert.equal(plainClaimCode(' ab-c\n 1 '), 'AB-C1');
  });
});

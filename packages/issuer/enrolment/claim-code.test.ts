import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProposalId } from '@coinbox/protocol';
import { SECRET_LETTERS, hashOfCode, makeClaimCode, proposalOfCode } from './claim-code.ts';

const proposal = 'prp_01M8432KHT3J95576N87WS75R1' as ProposalId;
/** 0 to 15: the first sixteen letters, in order. */
const counting = Uint8Array.from({ length: SECRET_LETTERS }, (_, n) => n);
const code = '01M8432KHT3J95576N87WS75R1-0123-4567-89AB-CDEF';

describe('a claim code', () => {
  it('names its enrolment and has a secret of 16 letters', () => {
    assert.equal(makeClaimCode(proposal, counting), code);
    assert.equal(proposalOfCode(code), proposal);
  });

  it('takes five bits of each random byte', () => {
    const high = counting.map((n) => n + 32 * 7);
    assert.equal(makeClaimCode(proposal, high), code);
    const last = makeClaimCode(proposal, new Uint8Array(SECRET_LETTERS).fill(255));
    assert.ok(last.endsWith('-ZZZZ-ZZZZ-ZZZZ-ZZZZ'));
    assert.equal(proposalOfCode(last), proposal);
  });

  it('is another with another letter', () => {
    assert.notDeepEqual(hashOfCode(code), hashOfCode(code.replace('F', 'G')));
  });

  for (const wrong of [
    '',
    code.slice(1),
    `${code}-0123`,
    code.replace('-0123', ''),
    code.replace('0123', '012I'),
    code.toLowerCase(),
    `8${code.slice(1)}`,
    `prp_${code}`,
  ]) {
    it(`is none where it is "${wrong}"`, () => {
      assert.equal(proposalOfCode(wrong), undefined);
    });
  }
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Instant, ProposeEnrolment, RejectionCode } from '@coinbox/protocol';
import { MOST_WRONG_CODES, refuseClaim } from './decide-claim.ts';
import type { Enrolment } from './enrolment-book.ts';

const NOW = 1_000_000 as Instant;
const bytes = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const claim = { codeHash: bytes(1), claimHash: bytes(2) };
const approved: Enrolment = {
  wanted: {} as ProposeEnrolment,
  proposedBy: 'maker',
  approvedBy: 'checker',
  expiresAt: (NOW + 1) as Instant,
  codeHash: bytes(1),
  wrongCodes: 0,
};
const proposed: Enrolment = { ...approved, codeHash: undefined } as unknown as Enrolment;

const rows: readonly (readonly [title: string, over: Partial<Enrolment>, RejectionCode?])[] = [
  ['a code that is right', {}],
  ['a right code after some wrong ones', { wrongCodes: MOST_WRONG_CODES - 1 }],
  ['another code', { codeHash: bytes(9) }, 'claim-code-unknown'],
  ['a right code after too many wrong ones', { wrongCodes: MOST_WRONG_CODES }, 'claim-code-locked'],
  [
    'another code after too many wrong ones',
    { wrongCodes: MOST_WRONG_CODES, codeHash: bytes(9) },
    'claim-code-locked',
  ],
  ['a code that was used with other keys', { claimHash: bytes(3) }, 'claim-code-used'],
  ['a code that was used with these keys', { claimHash: bytes(2) }],
  ['a code that has expired', { expiresAt: NOW }, 'claim-code-expired'],
  ['an expired code that these keys have used before', { expiresAt: NOW, claimHash: bytes(2) }],
];

describe('refuseClaim()', () => {
  for (const [title, over, code] of rows) {
    it(`${code ? 'refuses' : 'takes'} ${title}`, () => {
      assert.equal(refuseClaim({ ...approved, ...over }, claim, NOW)?.rejection.code, code);
    });
  }

  it('knows no code where nothing is proposed, or not approved', () => {
    for (const one of [undefined, proposed]) {
      assert.equal(refuseClaim(one, claim, NOW)?.rejection.code, 'claim-code-unknown');
    }
  });
});

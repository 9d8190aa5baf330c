import assert from 'node:assert/strict';
import { rejectionRow } from '@coinbox/protocol';
import type { Receipt, RejectionCode } from '@coinbox/protocol';
import type { Answer } from '../issuer.ts';
import { expect } from './fixture.ts';
import type { RunningFixture } from './fixture.ts';

/**
 * The message is rejected with this status and code, and nothing is written to the log: no counter
 * moves, no receipt comes.
 */
export async function assertRejected(
  { issuer, headOf }: RunningFixture,
  message: Uint8Array,
  status: number,
  code: RejectionCode,
): Promise<void> {
  const before = await headOf();
  const answer = await issuer.submit(message);
  assert.equal(answer.ok, false, answer.ok ? `accepted as ${answer.value.status}` : '');
  assert.equal(!answer.ok && answer.rejection.code, code);
  assert.equal(rejectionRow(code).status, status);
  assert.equal(await headOf(), before, 'the log has not moved');
}

/** The message is refused for good: an entry and a signed receipt say so. */
export async function assertRefused(
  fixture: RunningFixture,
  message: Uint8Array,
  status: number,
  code: RejectionCode,
): Promise<Receipt> {
  const answer = expect(await fixture.issuer.submit(message));
  assert.deepEqual([answer.status, answer.code], ['refused', code]);
  assert.equal(rejectionRow(code).status, status);
  const receipt = fixture.readReceipt(answer.receipt);
  assert.deepEqual([receipt.result, receipt.code], ['refused', code]);
  return receipt;
}

/** The message is posted. */
export async function assertPosted(
  fixture: RunningFixture,
  message: Uint8Array,
): Promise<Answer & { readonly content: Receipt }> {
  const answer = expect(await fixture.issuer.submit(message));
  assert.deepEqual([answer.status, answer.code], ['posted', undefined]);
  const content = fixture.readReceipt(answer.receipt);
  assert.equal(content.result, 'posted');
  return { ...answer, content };
}

/** Sent again, the message gets the same bytes and changes nothing. */
export async function assertSameAgain(
  { issuer, headOf }: RunningFixture,
  message: Uint8Array,
  first: Uint8Array,
): Promise<void> {
  const before = await headOf();
  const again = expect(await issuer.submit(message));
  assert.equal(again.replayed, true);
  assert.deepEqual(Buffer.from(again.receipt), Buffer.from(first));
  assert.equal(await headOf(), before);
}

import { describe } from 'node:test';
import { describeBalances } from './conformance/balances.ts';
import type { OpenSubject } from './conformance/groups.ts';
import { describeIdempotency } from './conformance/idempotency.ts';
import { describeRandomGroups } from './conformance/random.ts';
import { describeReads } from './conformance/reads.ts';
import { describeRejections } from './conformance/rejections.ts';

/**
 * The tests that every engine passes: same groups, same answers, same log. `openSubject` gives a
 * new, empty ledger each time; `randomRuns` is how many random histories the engine is held to the
 * model with (20 or more reach every answer).
 */
export function describeLedger(name: string, openSubject: OpenSubject, randomRuns: number): void {
  describe(`${name} ledger`, () => {
    describe('rejections', () => describeRejections(openSubject));
    describe('idempotency', () => describeIdempotency(openSubject));
    describe('balances', () => describeBalances(openSubject));
    describe('reads', () => describeReads(openSubject));
    describe('random groups', () => describeRandomGroups(openSubject, randomRuns));
  });
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { changed, checkFits } from './plant.ts';
import { runWorkers } from './run-workers.ts';

describe('the planted bugs', () => {
  it('are the ten mutations of the protocol, and at least twenty more', () => {
    assert.equal(PLANTED_BUGS.filter(({ isMutation }) => isMutation).length, 10);
    assert.ok(PLANTED_BUGS.length >= 30);
    assert.equal(new Set(PLANTED_BUGS.map(({ name }) => name)).size, PLANTED_BUGS.length);
  });

  for (const bug of PLANTED_BUGS) {
    it(`fit the code as it is: ${bug.name}`, () => checkFits(bug));
  }

  it('are refused where their text is not there exactly once', () => {
    const change = { file: 'a.ts', find: 'x', replace: '$&y' };
    assert.equal(changed('axb', [change]), 'a$&yb');
    assert.throws(() => changed('ab', [change]), /0 times/);
    assert.throws(() => changed('axxb', [change]), /2 times/);
  });

  // All of them are run by `npm run simulate -- --bugs`.
  const some = [
    ['payer time-out reversal', /I3 one answer/],
    ['full refund after a draw', /I2 non-negativity|I5 draw-bounded/],
    ['pays before it is stored', /I12 durable/],
    ['credit without debit', /I19 replay|I1 conservation/],
    ['waits for a start for ever', /I21 liveness/],
  ] as const;
  for (const [name, invariant] of some) {
    it(`are found: ${name}`, async () => {
      let failure = '';
      await runWorkers({ firstSeed: 1, seeds: 60, workers: 1, bug: name }, (news) => {
        failure ||= news.failure ?? '';
      });
      assert.match(failure, invariant);
    });
  }
});

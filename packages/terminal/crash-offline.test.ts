import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { liveOffline } from './testing/offline-life.ts';

/** A successor dies so many points after its start at most: it starts, catches up, goes on. */
const LATEST_SECOND = 23;
/** `COINBOX_CRASHES=all`: a successor dies after every death of the first, not after each sixth. */
const EACH = process.env.COINBOX_CRASHES === 'all' ? 1 : 6;

describe('an agent that dies at any point of a session without its issuer', () => {
  for (const [story, uploads] of [
    ['delivers', ['pay', 'accept', 'settle', 'refund']],
    ['fails', ['pay', 'accept', 'refund']],
  ] as const) {
    it(`brings the same to the issuer in the end: the machine ${story}`, async (test) => {
      const { passed, outcome: undisturbed } = await liveOffline([], story);
      const classes = undisturbed.uploaded.map((name) => name.split(' ')[0]);
      assert.deepEqual(
        classes,
        uploads.map((name) => `coinbox.${name}`),
      );
      assert.equal(undisturbed.accepts.size, 1);
      assert.equal(undisturbed.unsent, 0);
      assert.deepEqual(undisturbed.faults, []);
      const lives = passed.flatMap((_, at) =>
        at % EACH === 0 ? [[at], [at, at + 1 + (at % LATEST_SECOND)]] : [[at]],
      );
      test.diagnostic(`${passed.length} points, ${lives.length} lives`);
      for (const at of lives) {
        const { passed: here, deaths, outcome } = await liveOffline(at, story);
        const where = at.map((point) => `${point}: ${here[point]}`).join(', ');
        assert.ok(deaths > 0, where);
        assert.deepEqual(outcome, undisturbed, where);
      }
    });
  }
});

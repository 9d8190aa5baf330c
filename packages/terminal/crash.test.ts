import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCrashHooks, liveSession } from './testing/kit.ts';
import type { Outcome, Story } from './testing/kit.ts';

/** A session whose agents die at the given points, the points it passed, and how often one died. */
async function live(at: readonly number[], story: Story) {
  let passed: readonly string[] = [];
  const outcome: Outcome = await liveSession(story, (isArmed) => {
    const hooks = createCrashHooks(at, isArmed);
    passed = hooks.passed;
    return hooks;
  });
  return { passed, outcome };
}

/** A successor dies so many points after its start at most: it starts, catches up, goes on. */
const LATEST_SECOND = 23;
/** `COINBOX_CRASHES=all`: a successor dies after every death of the first, not after each third. */
const EACH = process.env.COINBOX_CRASHES === 'all' ? 1 : 3;

describe('an agent that dies at any point of a session', () => {
  for (const [story, balances, posted] of [
    ['delivers', [98_766n, 1_234n, 0n], [1, 1]],
    ['fails', [100_000n, 0n, 0n], [0, 1]],
  ] as const) {
    it(`comes back and ends it as if nothing had been: the machine ${story}`, async (test) => {
      const { passed, outcome: undisturbed } = await live([], story);
      assert.deepEqual(undisturbed.balances, balances);
      assert.equal(undisturbed.accepts.size, 1);
      assert.deepEqual([undisturbed.postedSettles, undisturbed.postedRefunds], posted);
      const lives = passed.flatMap((_, at) =>
        at % EACH === 0 ? [[at], [at, at + 1 + (at % LATEST_SECOND)]] : [[at]],
      );
      test.diagnostic(`${passed.length} points, ${lives.length} lives`);
      for (const at of lives) {
        const { passed: here, outcome } = await live(at, story);
        const where = at.map((point) => `${point}: ${here[point]}`).join(', ');
        const deaths = at.filter((point) => point < here.length).length;
        assert.ok(deaths > 0, where);
        assert.deepEqual(outcome, { ...undisturbed, deaths }, where);
      }
    });
  }

  it('is watched at every write, and before and after every effect', async () => {
    const { passed } = await live([], 'delivers');
    const steps = ['presented', 'accepted', 'metered', 'billed', 'receipted'];
    const statements = ['BEGIN', 'INSERT INTO journal', 'INSERT INTO outbox', 'COMMIT'];
    const effects = ['submit', 'start', 'receive', 'sent to provider'];
    for (const name of [...steps.map((step) => `append ${step}`), ...statements, ...effects]) {
      assert.ok(passed.includes(`before ${name}`), name);
      assert.ok(passed.includes(`after ${name}`), name);
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Crash, createLife } from './life.ts';

function lifeOf(diesAt: number | undefined) {
  const deaths: string[] = [];
  return { deaths, life: createLife({ diesAt, onDeath: (where) => void deaths.push(where) }) };
}

describe('a life', () => {
  it('dies at its point, after the work or before it, and only there', () => {
    for (const [diesAt, done, where] of [
      [0, 0, 'before work'],
      [1, 1, 'after work'],
    ] as const) {
      const { life, deaths } = lifeOf(diesAt);
      let worked = 0;
      assert.throws(() => life.around('work', () => (worked += 1)), Crash);
      assert.deepEqual([worked, deaths], [done, [where]]);
      assert.throws(() => life.point('anything'), Crash);
      assert.deepEqual(deaths, [where]);
    }
  });

  it('goes on where it is not to die', () => {
    const { life } = lifeOf(undefined);
    for (let i = 0; i < 1_000; i++)
      assert.equal(
        life.around('work', () => i),
        i,
      );
    assert.equal(life.dead, false);
  });

  it('never hears of a promise once it is dead', async () => {
    const { life } = lifeOf(undefined);
    const heard: string[] = [];
    const gated = [Promise.resolve('yes'), Promise.reject(new Error('no'))].map((promise) =>
      life.gate(promise).then(
        () => heard.push('yes'),
        () => heard.push('no'),
      ),
    );
    life.end('a power cut');
    life.end('a second one');
    await Promise.race([...gated, new Promise((resolve) => setImmediate(resolve))]);
    assert.deepEqual(heard, []);
  });
});

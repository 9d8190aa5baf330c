import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Instant } from '@coinbox/protocol';
import { createRandom } from './random.ts';
import { createSchedule } from './schedule.ts';

const START = 1_000 as Instant;
const never = (): boolean => false;

describe('createSchedule()', () => {
  it('lets things happen by time, and in the order of planning at one time', async () => {
    const schedule = createSchedule(START);
    const random = createRandom(1);
    const planned = Array.from({ length: 500 }, (_, order) => ({ at: random.below(50), order }));
    const happened: typeof planned = [];
    for (const one of planned) {
      schedule.after(one.at, `${one.at}`, () => {
        assert.equal(schedule.clock.now(), START + one.at);
        happened.push(one);
      });
    }
    await schedule.runUntil(50, never);
    assert.deepEqual(
      happened,
      [...planned].sort((a, b) => a.at - b.at || a.order - b.order),
    );
  });

  it('lets every promise settle between two events', async () => {
    const schedule = createSchedule(START);
    const said: string[] = [];
    schedule.after(1, 'first', () => {
      void Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => said.push('what follows from the first'));
    });
    schedule.after(1, 'second', () => void said.push('second'));
    await schedule.runUntil(10, never);
    assert.deepEqual(said, ['what follows from the first', 'second']);
  });

  it('does not do what was called off, and stops where it is told', async () => {
    const schedule = createSchedule(START);
    const happened: string[] = [];
    const callOff = schedule.after(1, 'called off', () => void happened.push('called off'));
    schedule.after(2, 'done', () => void happened.push('done'));
    schedule.after(3, 'not reached', () => void happened.push('not reached'));
    callOff();
    await schedule.runUntil(10, () => happened.length > 0);
    assert.deepEqual(happened, ['done']);
    assert.deepEqual(schedule.trace, ['2 done']);
    assert.equal(schedule.elapsedMs, 2);
    await schedule.runUntil(10, never);
    assert.deepEqual([schedule.elapsedMs, schedule.events], [10, 2]);
  });

  it('ends a run that does not end', async () => {
    const schedule = createSchedule(START);
    const again = (): void => void schedule.after(0, 'again', again);
    again();
    await assert.rejects(schedule.runUntil(1, never), /more than/);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import { createLife } from './life.ts';
import { createNetwork } from './network.ts';
import type { Weather } from './plan.ts';
import { createRandom } from './random.ts';
import { createSchedule } from './schedule.ts';
import { createTally } from './tally.ts';

const FINE: Weather = { loses: 0, repeats: 0, dawdles: 0, mostDelayMs: 10 };
const never = (): boolean => false;

function networkWith(weather: Partial<Weather>, seed = 1) {
  const schedule = createSchedule(0 as Instant);
  const tally = createTally();
  const random = createRandom(seed);
  const network = createNetwork({ schedule, random, tally, weather: { ...FINE, ...weather } });
  const life = createLife({ diesAt: undefined, onDeath: () => undefined });
  const ask = (serve: () => Promise<string> | undefined): Promise<string> =>
    network.ask({ from: 'a', to: 'b', what: 'question', life, withinMs: 100, serve });
  return { schedule, tally, network, life, ask };
}

describe('the network of a run', () => {
  it('brings everything once in fine weather, and not in the order of sending', async () => {
    const { schedule, network } = networkWith({ mostDelayMs: 100 });
    const came: number[] = [];
    for (let i = 0; i < 100; i++) network.carry('a', 'b', `${i}`, () => void came.push(i));
    await schedule.runUntil(1_000, never);
    assert.equal(new Set(came).size, 100);
    assert.equal(came.length, 100);
    assert.notDeepEqual(
      came,
      [...came].sort((a, b) => a - b),
    );
  });

  it('loses and repeats as often as the weather says', async () => {
    const { schedule, network, tally } = networkWith({ loses: 0.3, repeats: 0.5 });
    let came = 0;
    for (let i = 0; i < 2_000; i++) network.carry('a', 'b', 'it', () => void (came += 1));
    await schedule.runUntil(1_000, never);
    // 2,000 × (1 + 0.5) × 0.7 = 2,100.
    assert.ok(Math.abs(came - 2_100) < 150, `${came}`);
    assert.ok((tally.counts.get('network: lost') ?? 0) > 700);
  });

  it('cuts a party off, with what is on its way, and lets it back', async () => {
    const { schedule, network } = networkWith({});
    const came: string[] = [];
    network.carry('a', 'b', 'under way', () => void came.push('under way'));
    network.setCut('b', true);
    network.carry('a', 'b', 'cut off', () => void came.push('cut off'));
    await schedule.runUntil(50, never);
    network.setCut('b', false);
    network.carry('a', 'b', 'back', () => void came.push('back'));
    await schedule.runUntil(100, never);
    assert.deepEqual(came, ['back']);
  });

  it('answers a question, or says in time that there is no answer', async () => {
    const { schedule, ask } = networkWith({});
    const isUnreachable = (thrown: unknown): boolean =>
      thrown instanceof Fault && thrown.code === 'unreachable';
    const outcomes = Promise.all([
      ask(() => Promise.resolve('yes')).then((answer) => assert.equal(answer, 'yes')),
      assert.rejects(
        ask(() => Promise.reject(new Error('broken'))),
        isUnreachable,
      ),
      assert.rejects(
        ask(() => undefined),
        isUnreachable,
      ),
    ]);
    await schedule.runUntil(1_000, never);
    await outcomes;
  });

  it('tells the dead nothing', async () => {
    const { schedule, life, ask } = networkWith({});
    let heard = false;
    const tell = (): void => void (heard = true);
    ask(() => Promise.resolve('yes')).then(tell, tell);
    life.end('a power cut');
    await schedule.runUntil(1_000, never);
    assert.equal(heard, false);
  });
});

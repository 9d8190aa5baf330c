import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEEDS, createPlan, energyFor } from './plan.ts';
import { createRandom } from './random.ts';

const plans = Array.from({ length: 2_000 }, (_, seed) => createPlan(createRandom(seed)));

describe('createPlan()', () => {
  it('is the same for the same seed', () => {
    assert.deepEqual(createPlan(createRandom(5)), createPlan(createRandom(5)));
  });

  it('draws every deed, every party and every mixture of troubles', () => {
    const deeds = new Set(plans.flatMap((plan) => plan.deeds.map(({ what }) => what)));
    assert.deepEqual([...deeds].sort(), [...DEEDS].sort());
    const who = new Set(plans.flatMap((plan) => plan.crashes.map((crash) => crash.who)));
    assert.equal(who.size, 1 + 2 + 2 + 3);
    assert.ok(plans.some(({ weather }) => weather.loses > 0 && weather.repeats > 0));
    assert.ok(plans.some(({ weather, crashesAtWork }) => weather.loses === 0 && crashesAtWork > 0));
    assert.ok(plans.some((plan) => plan.diskFails > 0 && plan.crashes.length === 0));
  });

  it('names only what takes part', () => {
    for (const { payers, terminals, purchases } of plans) {
      assert.ok(purchases.length >= 1);
      for (const { payer, terminal } of purchases) {
        assert.ok(payer < payers && terminal < terminals);
      }
    }
  });
});

describe('energyFor()', () => {
  it('is worth the money, less, or more, in steps of a fen', () => {
    const random = createRandom(1);
    const energies = Array.from({ length: 1_000 }, () => energyFor(random, 100n));
    assert.ok(energies.every((energy) => energy > 0n && energy % 5n === 0n));
    for (const fits of [500n, 550n]) assert.ok(energies.includes(fits));
    assert.ok(energies.some((energy) => energy < 500n));
  });
});

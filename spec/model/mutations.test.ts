import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CAN_RESOLVE, explore } from './explore.ts';
import { MUTATIONS } from './mutations.ts';
import { RULES, protocolOf } from './protocol.ts';
import { PAIRS } from './scenes.ts';
import type { Scene, State } from './state.ts';

type Expected = { readonly online: string | undefined; readonly offline: string };

const both = (property: string): Expected => ({ online: property, offline: property });

/** Which property is there to find it: the first to fail on the shortest way. */
const expected: Readonly<Record<string, Expected>> = {
  'no VOID': both(CAN_RESOLVE),
  'payer time-out reversal': both('one answer to an offer'),
  'accept after VOID': both('one answer to an offer'),
  'duplicate accept': both('conservation on the devices'),
  'duplicate draw': both('no negative balance'),
  'issuer not idempotent': both('settled within delivered'),
  'full refund after a draw': both('no negative balance'),
  'draw without the delivery check': both('settled within delivered'),
  'upload in any order': { online: CAN_RESOLVE, offline: 'bounded loss' },
  'no parking': { online: undefined, offline: 'bounded loss' },
};

/** The states along a trace, the first one included. */
function statesAlong(scene: Scene, name: string, steps: readonly number[]): readonly State[] {
  const rules = MUTATIONS.find((one) => one.name === name)?.rules ?? RULES;
  const system = protocolOf(scene, rules);
  const states = [system.first];
  for (const wanted of steps) {
    let found: State | undefined;
    system.next(states.at(-1) as State, (next, step) => {
      if (step === wanted) found = next;
    });
    assert.ok(found, 'each step of a trace is allowed where it is taken');
    states.push(found);
  }
  return states;
}

describe('the ten mutations', () => {
  it('are those that the protocol is known to need', () => {
    assert.deepEqual(
      MUTATIONS.map(({ name }) => name),
      Object.keys(expected),
    );
  });

  for (const { name, rules } of MUTATIONS) {
    for (const way of ['online', 'offline'] as const) {
      const property = expected[name]?.[way];
      it(`${name}, ${way}: ${property ?? 'does no harm'}`, () => {
        const scene = PAIRS[way];
        const { finding } = explore(protocolOf(scene, rules));
        assert.equal(finding?.property, property);
        if (!finding) return;
        const { broken } = protocolOf(scene, rules);
        const properties = statesAlong(scene, name, finding.steps).map(broken);
        const last = property === CAN_RESOLVE ? undefined : property;
        assert.equal(properties.pop(), last);
        assert.deepEqual(properties.filter(Boolean), []);
      });
    }
  }
});

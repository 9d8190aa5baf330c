import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { CAN_RESOLVE, explore } from './explore.ts';
import { RULES, protocolOf, stepsOf, wordsOfStep } from './protocol.ts';
import { PAIRS, SCENES, singleOf } from './scenes.ts';
import { take } from './rules/terminal.ts';
import { sessionAt } from './state.ts';
import type { Scene, State } from './state.ts';

const root = join(import.meta.dirname, '..', '..');
const small: readonly Scene[] = [
  ...Object.values(PAIRS),
  singleOf('online'),
  singleOf('offline'),
  ...SCENES.filter(({ name }) => name === 'copied' || name === 'frozen'),
];

/** Names of the rules that some state of the scene allows. */
function takenIn(scene: Scene): ReadonlySet<string> {
  const taken = new Set<string>();
  const steps = stepsOf(scene, RULES);
  const system = protocolOf(scene);
  const counted = {
    ...system,
    next: (state: typeof system.first, reach: (next: typeof system.first, step: number) => void) =>
      system.next(state, (next, step) => {
        taken.add(steps[step]?.rule.name as string);
        reach(next, step);
      }),
  };
  assert.equal(explore(counted).finding, undefined);
  return taken;
}

describe('the protocol', () => {
  const taken = new Set<string>();
  for (const scene of small) {
    it(`holds every property and can always resolve: ${scene.name}`, () => {
      for (const name of takenIn(scene)) taken.add(name);
    });
  }

  it('takes every rule somewhere', () => {
    const never = RULES.map(({ name }) => name).filter((name) => !taken.has(name));
    assert.deepEqual(never, []);
  });

  it('has as many states as counted by hand, where nothing is delivered', () => {
    const rules = RULES.filter(
      ({ name }) => !['delivers', 'ends-delivery', 'pays-bill'].includes(name),
    );
    // none; debited, offered; debited, voided; recredited; then accepted, returned × payer × sync:
    // accepted: payer debited or done, PAY unsent, posted, answered           2 × 3 = 6
    // returned: payer debited, done, refunded; the journal at 5 places          3 × 5 = 15
    // PAY unsent, PAY posted, PAY answered, REFUND posted, REFUND answered
    const { states, resolved } = explore(protocolOf(singleOf('offline'), rules));
    assert.equal(states, 4 + 6 + 15);
    // none; recredited; refunded with all answered.
    assert.equal(resolved, 3);
  });
});

describe('a terminal that takes two PAYs of one sequence number', () => {
  const copied = SCENES.find(({ name }) => name === 'copied') as Scene;
  const place = { terminal: 0, way: 'offline' } as const;
  const alone: Scene = { ...copied, terminals: 1, sessions: [place, place] };
  const careless = RULES.map((rule) =>
    rule.name === 'accepts-offline'
      ? {
          ...rule,
          step: (state: State, at: number, scene: Scene): State | undefined => {
            const session = sessionAt(state, at);
            const isOpen = session.payer !== 'none' && session.holding === 'offered';
            return isOpen ? take(state, at, session, scene) : undefined;
          },
        }
      : rule,
  );

  it('would lose money alone', () => {
    const { finding } = explore(protocolOf(alone, careless));
    assert.equal(finding?.property, 'bounded loss');
  });

  it('loses none, since it refuses the second', () => {
    assert.equal(explore(protocolOf(alone)).finding, undefined);
  });
});

describe('a provider that is frozen for ever', () => {
  it('holds up what comes after its parked SETTLE', () => {
    const frozen = SCENES.find(({ name }) => name === 'frozen') as Scene;
    const rules = RULES.filter(({ name }) => name !== 'releases-provider');
    const { finding } = explore(protocolOf(frozen, rules));
    assert.equal(finding?.property, CAN_RESOLVE);
  });
});

describe('every rule', () => {
  it('has a name of its own', () => {
    assert.equal(new Set(RULES.map(({ name }) => name)).size, RULES.length);
  });

  for (const { name, source } of RULES) {
    it(`${name} names code or a page that is there`, () => {
      const [path, code] = source.split('#') as [string, string?];
      assert.ok(existsSync(join(root, path)), path);
      if (code === undefined) return;
      const text = readFileSync(join(root, path), 'utf8');
      assert.match(text, new RegExp(`^export (?:function|const) ${code}\\b`, 'm'));
    });
  }
});

describe('wordsOfStep()', () => {
  it('counts sessions from 1 and ends with the choice', () => {
    const rule = RULES.find(({ name }) => name === 'pays-bill');
    assert.ok(rule);
    assert.match(wordsOfStep({ rule, at: 1, choice: 3 }), /^session 2: .* a bill of 3$/);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeState, wordsOf } from './encode.ts';
import { explore } from './explore.ts';
import { protocolOf } from './protocol.ts';
import { SCENES } from './scenes.ts';
import { firstState, newUpload, withSession } from './state.ts';
import type { Scene, Session, State } from './state.ts';
import { encoderOf, renumber } from './symmetry.ts';

const offline = SCENES.find(({ name }) => name === 'offline') as Scene;
/** Two sessions of one kind, and one elsewhere; small amounts. */
const twins: Scene = { ...offline, amount: 1, float: 1 };

describe('renumber()', () => {
  it('changes the numbers of sessions wherever they stand', () => {
    const first = firstState(offline);
    const [session, , third] = first.sessions as [
      State['sessions'][0],
      unknown,
      State['sessions'][0],
    ];
    const [terminal, other] = first.terminals as [State['terminals'][0], State['terminals'][0]];
    const state: State = {
      ...first,
      sessions: [
        { ...session, payer: 'refunded' },
        { ...session, payer: 'debited', spends: 0b001 },
        { ...third, copyOf: 0, spends: 0b110 },
      ],
      terminals: [{ ...terminal, uploads: [newUpload('PAY', 0), newUpload('PAY', 1)] }, other],
    };
    const { sessions, terminals } = renumber(state, [1, 0, 2]);
    assert.deepEqual(
      sessions.map(({ payer, spends, copyOf }) => [payer, spends, copyOf]),
      [
        ['debited', 0b010, -1],
        ['refunded', 0, -1],
        ['none', 0b101, 1],
      ],
    );
    assert.deepEqual(terminals[0]?.uploads, [newUpload('PAY', 1), newUpload('PAY', 0)]);
  });
});

describe('encoderOf()', () => {
  const keyIn = (scene: Scene, state: State, encode = encoderOf(scene)): string => {
    const words = new Int32Array(wordsOf(scene));
    encode(state, words);
    return words.join();
  };

  it('tells apart sessions that cannot be exchanged, and not those that can', () => {
    const first = firstState(twins);
    const [session] = first.sessions as [Session];
    const [one, two, three] = [0, 1, 2].map((at) =>
      keyIn(twins, withSession(first, at, { ...session, payer: 'debited' })),
    );
    assert.equal(one, two);
    assert.notEqual(two, three);
  });

  it('loses no state: each has its double among those that are explored', () => {
    /** The same for a state and its double. */
    const orbitOf = (state: State): string => {
      const keys = [state, renumber(state, [1, 0, 2])].map((one) => keyIn(twins, one, encodeState));
      return keys.sort()[0] as string;
    };
    const all = new Set<string>();
    const whole = explore({ ...protocolOf(twins), encode: encodeState }, (state) =>
      all.add(orbitOf(state)),
    );
    const kept = new Set<string>();
    const part = explore(protocolOf(twins), (state) => kept.add(orbitOf(state)));
    assert.equal(kept.size, all.size);
    assert.ok([...all].every((key) => kept.has(key)));
    assert.equal(whole.finding, undefined);
    assert.equal(part.finding, undefined);
    assert.equal(part.depth, whole.depth);
    assert.ok(part.states < whole.states && part.states * 2 >= whole.states);
  });
});

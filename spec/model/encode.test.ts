import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeState, wordsOf } from './encode.ts';
import { explore } from './explore.ts';
import { protocolOf } from './protocol.ts';
import { PAIRS, SCENES } from './scenes.ts';
import { firstState, newUpload } from './state.ts';
import type { Scene, State } from './state.ts';

const copied = SCENES.find(({ name }) => name === 'copied') as Scene;

describe('encodeState()', () => {
  for (const scene of [PAIRS.online, PAIRS.offline, copied]) {
    it(`keeps apart the states that differ, and no others: ${scene.name}`, () => {
      const texts = new Set<string>();
      const encoded = new Set<string>();
      const words = new Int32Array(wordsOf(scene));
      const { states } = explore(protocolOf(scene), (state) => {
        encodeState(state, words);
        texts.add(JSON.stringify(state));
        encoded.add(words.join());
      });
      assert.equal(encoded.size, states);
      assert.equal(texts.size, states);
    });
  }

  const scene = PAIRS.offline;
  const first = firstState(scene);
  const [session, terminal] = [first.sessions[0] as State['sessions'][number], first.terminals[0]];
  const wordsFor = (state: State): readonly number[] => {
    const words = new Int32Array(wordsOf(scene));
    encodeState(state, words);
    return [...words];
  };
  const withSession = (change: object): State => ({
    ...first,
    sessions: [{ ...session, ...change }, session],
  });
  const withTerminal = (change: object): State => ({
    ...first,
    terminals: [{ ...terminal, ...change }, terminal] as State['terminals'],
  });
  const withAccounts = (change: object): State => ({
    ...first,
    accounts: { ...first.accounts, ...change },
  });
  const rows: readonly (readonly [string, State])[] = [
    ...[
      { payer: 'debited' },
      { spends: 2 },
      { copyOf: 1 },
      { holding: 'drawn' },
      { delivered: 1 },
      { drawn: 1 },
      { refund: 1 },
      { issuer: 'applied' },
      { covered: 1 },
      { settleParked: true },
      { voidPosted: true },
      { settlePosted: true },
      { refundPosted: true },
    ].map((change) => [Object.keys(change).join(), withSession(change)] as const),
    ...[
      { holding: 1 },
      { settlement: 1 },
      { uploads: [newUpload('PAY', 0)] },
      { uploads: [{ ...newUpload('PAY', 0), passed: true }] },
      { uploads: [newUpload('PAY', 1)] },
      { uploads: [newUpload('SETTLE', 0), newUpload('PAY', 0)] },
      { uploads: [newUpload('PAY', 0), newUpload('SETTLE', 0)] },
      { firstPosted: true },
    ].map((change) => [JSON.stringify(change), withTerminal(change)] as const),
    ...[
      { payer: 4 },
      { float: 4 },
      { holding: [0, 1] },
      { provider: 1 },
      { loss: -1 },
      { frozen: true },
      { providerFrozen: true },
    ].map((change) => [`account ${Object.keys(change).join()}`, withAccounts(change)] as const),
    ['the wallet', { ...first, wallet: 4 }],
  ];
  it('has a place for every field of a state', () => {
    const all = [first, ...rows.map(([, state]) => state)].map((state) => wordsFor(state).join());
    assert.equal(new Set(all).size, rows.length + 1);
    assert.equal(Object.keys(session).length, 13);
    assert.equal(Object.keys(terminal as object).length, 4);
    assert.equal(Object.keys(first.accounts).length, 7);
  });

  for (const [what, state] of [
    ['a balance that does not fit', withAccounts({ payer: 48 })],
    ['a balance far below zero', withAccounts({ payer: -17 })],
    ['too many uploads', withTerminal({ uploads: Array(7).fill(newUpload('PAY', 0)) })],
  ] as const) {
    it(`refuses ${what}`, () => assert.throws(() => wordsFor(state)));
  }
});

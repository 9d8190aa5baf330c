import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PAIRS, SCENES } from '../scenes.ts';
import type { Scene } from '../state.ts';
import { allows, deliveredSteps, walk } from '../testing/walk.ts';

const { online, offline } = PAIRS;
const copied = SCENES.find(({ name }) => name === 'copied') as Scene;
const copiedHere = { ...copied, sessions: [copied.sessions[0], copied.sessions[0]] } as Scene;
const paid = ['pays-offline 1'];
const accepted = [...paid, 'accepts-offline 1'];
const presented = ['pays-online 1', 'presents-pay 1'];
const awaiting = deliveredSteps(offline, 1, 1);
const copies = ['pays-offline 1', 'copy-pays 2 1', 'accepts-offline 1'];

describe('the terminal', () => {
  // What is allowed and what is not, from spec/05-flow.md.
  const rows: readonly (readonly [string, boolean, Scene, readonly string[], string])[] = [
    ['presents a PAY', true, online, ['pays-online 1'], 'presents-pay 1'],
    ['does not accept before the RECEIPT', false, online, presented, 'accepts-posted 1'],
    ['accepts with it', true, online, [...presented, 'posts-pay 1'], 'accepts-posted 1'],
    ['voids a PAY that it has presented', true, online, presented, 'voids-offer 1'],
    [
      'accepts nothing after VOID, not even with the RECEIPT',
      false,
      online,
      [...presented, 'voids-offer 1', 'posts-pay 1'],
      'accepts-posted 1',
    ],
    ['accepts a PAY offline as it comes', true, offline, paid, 'accepts-offline 1'],
    ['accepts it once', false, offline, accepted, 'accepts-offline 1'],
    ['voids nothing that it has accepted', false, offline, accepted, 'voids-offer 1'],
    ['signs no VOID for an offer that nobody pays', false, offline, [], 'voids-offer 1'],
    ['takes a copied number elsewhere', true, copied, copies, 'accepts-offline 2'],
    ['knows a copied number of its own', false, copiedHere, copies, 'accepts-offline 2'],
    ['delivers what was paid', true, offline, accepted, 'delivers 1'],
    ['delivers no more', false, offline, awaiting, 'delivers 1'],
    ['pays no bill before the delivery is over', false, offline, accepted, 'pays-bill 1 0'],
    ['pays what was delivered', true, offline, awaiting, 'pays-bill 1 1'],
    ['pays no more than was delivered', false, offline, awaiting, 'pays-bill 1 2'],
    ['pays no more than is held', false, offline, deliveredSteps(offline, 1, 2), 'pays-bill 1 3'],
    ['pays one bill', false, offline, [...awaiting, 'pays-bill 1 1'], 'pays-bill 1 1'],
    ['gives all back where no bill comes', true, offline, awaiting, 'returns-money 1'],
    [
      'gives nothing back while it delivers',
      false,
      offline,
      [...accepted, 'delivers 1'],
      'returns-money 1',
    ],
    ['gives nothing back twice', false, offline, [...awaiting, 'pays-bill 1 1'], 'returns-money 1'],
    ['waits for the answer to its first upload', false, offline, accepted, 'takes-pay-answer 1'],
  ];
  for (const [title, isAllowed, scene, steps, step] of rows) {
    it(title, () => assert.equal(allows(scene, steps, step), isAllowed));
  }

  it('draws and gives the rest back in one step, and sends both in their order', () => {
    const { terminals, sessions } = walk(offline, [...awaiting, 'pays-bill 1 1']);
    const [terminal] = terminals;
    assert.deepEqual([terminal?.holding, terminal?.settlement], [0, 1]);
    assert.deepEqual([sessions[0]?.drawn, sessions[0]?.refund], [1, 1]);
    assert.deepEqual(
      terminal?.uploads.map(({ kind }) => kind),
      ['PAY', 'SETTLE', 'REFUND'],
    );
  });

  it('empties the settlement wallet with the RECEIPT of the SETTLE', () => {
    const settled = [...deliveredSteps(online, 1, 2), 'pays-bill 1 2', 'posts-settle 1'];
    assert.equal(walk(online, settled).terminals[0]?.settlement, 2);
    const [terminal] = walk(online, [...settled, 'takes-settle-answer 1']).terminals;
    assert.deepEqual([terminal?.settlement, terminal?.uploads.length], [0, 0]);
  });
});

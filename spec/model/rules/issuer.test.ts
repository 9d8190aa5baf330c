import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PAIRS, SCENES } from '../scenes.ts';
import type { Scene } from '../state.ts';
import { allows, deliveredSteps, walk } from '../testing/walk.ts';

const { online, offline } = PAIRS;
const sceneOf = (name: string): Scene => SCENES.find((one) => one.name === name) as Scene;
const [copied, frozen] = [sceneOf('copied'), sceneOf('frozen')];
const billed = [...deliveredSteps(online, 1, 1), 'pays-bill 1 1'];
const spending = [
  ...deliveredSteps(offline, 1, 1),
  'pays-bill 1 1',
  'takes-refund 1',
  'pays-offline 2',
  'accepts-offline 2',
];
const synced = ['syncs-pay 1', 'takes-pay-answer 1', 'posts-settle 1', 'takes-settle-answer 1'];
const forked = ['pays-offline 1', 'copy-pays 2 1', 'accepts-offline 1', 'accepts-offline 2'];

describe('the issuer', () => {
  // What is allowed and what is not, from spec/05-flow.md.
  const rows: readonly (readonly [string, boolean, Scene, readonly string[], string])[] = [
    ['takes no PAY that was not made', false, online, [], 'posts-pay 1'],
    ['takes a PAY once', false, online, ['pays-online 1', 'posts-pay 1'], 'posts-pay 1'],
    ['posts a REFUND after its SETTLE only', false, online, billed, 'posts-refund 1'],
    ['posts the SETTLE first', true, online, billed, 'posts-settle 1'],
    ['posts it once', false, online, [...billed, 'posts-settle 1'], 'posts-settle 1'],
    [
      'posts the REFUND once the SETTLE is answered',
      true,
      online,
      [...billed, 'posts-settle 1', 'takes-settle-answer 1'],
      'posts-refund 1',
    ],
    ['takes no SETTLE before its PAY', false, offline, spending, 'posts-settle 1'],
    ['parks a PAY that spends an unseen refund', false, offline, spending, 'syncs-pay 2'],
    [
      'takes it when the refund is there',
      true,
      offline,
      [...spending, ...synced, 'posts-refund 1'],
      'syncs-pay 2',
    ],
    ['freezes a provider where that may happen', true, frozen, [], 'freezes-provider 1'],
    ['freezes none elsewhere', false, online, [], 'freezes-provider 1'],
    ['releases none that is not frozen', false, frozen, [], 'releases-provider 1'],
  ];
  for (const [title, isAllowed, scene, steps, step] of rows) {
    it(title, () => assert.equal(allows(scene, steps, step), isAllowed));
  }

  it('moves a payment, a settlement and a refund', () => {
    const paid = walk(online, ['pays-online 1', 'posts-pay 1']).accounts;
    assert.deepEqual([paid.payer, paid.holding], [1, [2, 0]]);
    const done = [...billed, 'posts-settle 1', 'takes-settle-answer 1', 'posts-refund 1'];
    const { payer, holding, provider } = walk(online, done).accounts;
    assert.deepEqual([payer, holding, provider], [2, [0, 0], 1]);
  });

  it('refuses for good what the payer has not got', () => {
    const state = walk(online, ['pays-online 1', 'pays-online 2', 'posts-pay 1', 'posts-pay 2']);
    assert.equal(state.sessions[1]?.issuer, 'refused');
    assert.equal(state.accounts.payer, 1);
  });

  it('gives back a PAY that was applied before the VOID, and refuses one that comes after', () => {
    const voided = ['pays-online 1', 'voids-offer 1'];
    const before = walk(online, [...voided, 'posts-pay 1', 'posts-void 1']);
    assert.equal(before.sessions[0]?.issuer, 'given-back');
    const after = walk(online, [...voided, 'posts-void 1', 'posts-pay 1']);
    assert.equal(after.sessions[0]?.issuer, 'refused');
    for (const { accounts } of [before, after]) {
      assert.deepEqual([accounts.payer, accounts.holding], [3, [0, 0]]);
    }
  });

  it('parks a SETTLE while the provider is frozen, and posts it after the release', () => {
    const settled = [...deliveredSteps(frozen, 1, 1), 'pays-bill 1 1', 'freezes-provider 1'];
    const parked = walk(frozen, [...settled, 'posts-settle 1']);
    assert.deepEqual([parked.sessions[0]?.settleParked, parked.accounts.provider], [true, 0]);
    const released = [...settled, 'posts-settle 1', 'releases-provider 1', 'posts-settle 1'];
    assert.equal(walk(frozen, released).accounts.provider, 1);
  });

  it('covers the second PAY of a copied wallet and freezes the payer', () => {
    const state = walk(copied, [...forked, 'syncs-pay 1', 'syncs-pay 2']);
    const { float, loss, holding, frozen: isFrozen } = state.accounts;
    assert.deepEqual([float, loss, holding, isFrozen], [0, -2, [2, 2], true]);
  });

  it('takes what it has covered out of the refund first', () => {
    const steps = [...forked, 'syncs-pay 1', 'syncs-pay 2', 'takes-pay-answer 2'];
    const returned = [...steps, 'returns-money 2', 'posts-refund 2'];
    const { float, loss } = walk(copied, returned).accounts;
    assert.deepEqual([float, loss], [0, 0]);
  });
});

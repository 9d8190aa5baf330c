import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PAIRS, SCENES } from '../scenes.ts';
import type { Scene } from '../state.ts';
import { allows, deliveredSteps, walk } from '../testing/walk.ts';
import { creditsOf } from './payer.ts';

const { online, offline } = PAIRS;
const copied = SCENES.find(({ name }) => name === 'copied') as Scene;
const refunded = [...deliveredSteps(offline, 1, 1), 'pays-bill 1 1', 'takes-refund 1'];

describe('the payer', () => {
  // What is allowed and what is not, from spec/05-flow.md.
  const rows: readonly (readonly [string, boolean, Scene, readonly string[], string])[] = [
    ['pays an offer', true, online, [], 'pays-online 1'],
    ['pays an offer once', false, online, ['pays-online 1'], 'pays-online 1'],
    ['pays online what the issuer will refuse', true, online, ['pays-online 1'], 'pays-online 2'],
    ['pays offline only what it has', false, offline, ['pays-offline 1'], 'pays-offline 2'],
    ['pays offline out of a refund', true, offline, refunded, 'pays-offline 2'],
    ['waits for ACCEPT', false, offline, ['pays-offline 1'], 'takes-accept 1'],
    [
      'takes no VOID after ACCEPT',
      false,
      offline,
      ['pays-offline 1', 'accepts-offline 1', 'takes-accept 1'],
      'takes-void 1',
    ],
    ['takes no refund before ACCEPT', false, offline, ['pays-offline 1'], 'takes-refund 1'],
    [
      'has money back online only with the RECEIPT',
      false,
      online,
      [...deliveredSteps(online, 1, 1), 'pays-bill 1 1'],
      'takes-refund-receipt 1',
    ],
    ['takes a refund once', false, offline, refunded, 'takes-refund 1'],
    ['runs no copy where none is', false, offline, ['pays-offline 1'], 'copy-pays 2 1'],
    ['may be copied', true, copied, ['pays-offline 1'], 'copy-pays 2 1'],
    ['copies only what it has signed', false, copied, [], 'copy-pays 2 1'],
  ];
  for (const [title, isAllowed, scene, steps, step] of rows) {
    it(title, () => assert.equal(allows(scene, steps, step), isAllowed));
  }

  it('takes what it pays offline from its wallet, and has it back with a VOID', () => {
    assert.equal(walk(offline, ['pays-offline 1']).wallet, 1);
    const voided = walk(offline, ['pays-offline 1', 'voids-offer 1', 'takes-void 1']);
    assert.equal(voided.wallet, 3);
    assert.equal(voided.sessions[0]?.payer, 'recredited');
  });

  it("is credited again by the issuer's refusal", () => {
    const steps = ['pays-online 1', 'pays-online 2', 'posts-pay 1', 'posts-pay 2'];
    const state = walk(online, [...steps, 'takes-refused-pay 2']);
    assert.deepEqual(
      state.sessions.map(({ payer }) => payer),
      ['debited', 'recredited'],
    );
  });

  it('names in a PAY the refunds that it spends', () => {
    const state = walk(offline, refunded);
    assert.equal(state.wallet, 2);
    assert.equal(creditsOf(state, offline), 0b01);
    assert.equal(walk(offline, [...refunded, 'pays-offline 2']).sessions[1]?.spends, 0b01);
  });
});

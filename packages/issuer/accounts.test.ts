import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import * as names from './accounts.ts';

const random = new Uint8Array(10).fill(255);
const at = 253_402_300_799_999 as Instant;
const wallet = newId('wallet', at, random);
const settlement = newId('settlement', at, random);
const hash = new Uint8Array(32).fill(255);
const most = Number.MAX_SAFE_INTEGER;

/** Each name at its longest. */
const longest: readonly (readonly [string, string])[] = [
  ['settlement account', names.accountOf('settlement', wallet)],
  ['claim on an offer', names.offerClaim(wallet, hash)],
  ['claim on a payer sequence', names.payerSequenceClaim(wallet, most)],
  ['claim on a key', names.keyClaim('f'.repeat(16))],
  ['series of uploads', names.uploadSeries(wallet)],
  ['series of mappings', names.mappingSeries(wallet)],
  ['hold of a payment', names.holdOfPayment(newId('payment', at, random))],
  ['hold of what is parked', names.holdOfParked(settlement)],
  ['group of a VOID', names.voidGroup(wallet, hash)],
  ['group of a parking', names.parkGroup(settlement)],
  ['group of a REFUSAL', names.refusalGroup(hash)],
  ['group of a suspension', names.suspendGroup(hash)],
  ['group of a freeze', names.freezeGroup(wallet, most)],
  ['group of a mapping', names.mappingGroup(wallet, most)],
];

describe('the names of the issuer in the ledger', () => {
  for (const [what, name] of longest) {
    test(`are what the ledger takes: the ${what}`, () => assert.match(name, /^[\x21-\x7e]{1,80}$/));
  }

  test('differ from each other', () => {
    assert.equal(new Set(longest.map(([, name]) => name)).size, longest.length);
  });

  test('keep the offers of different terminals apart', () => {
    const other = newId('wallet', at, new Uint8Array(10));
    assert.notEqual(names.offerClaim(wallet, hash), names.offerClaim(other, hash));
  });
});

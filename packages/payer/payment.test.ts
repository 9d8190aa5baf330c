import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money } from '@coinbox/protocol';
import { receiptsOf, spendableOf } from './payment.ts';
import { takeAccept, takeVoid } from './step.ts';
import { kitAccept, kitOffer, kitPayment, kitVoid } from './testing/kit.ts';

const offer = kitOffer();
const debited = kitPayment(offer);
const taken = takeAccept(debited, kitAccept(debited));
const voided = takeVoid(debited, kitVoid(offer));
assert.ok(taken.ok && voided.ok);

test('receiptsOf() gives the messages in the order in which they were made', () => {
  assert.deepEqual(
    receiptsOf(taken.value).map(({ name }) => name),
    ['offer', 'pay', 'accept'],
  );
  assert.deepEqual(
    receiptsOf(voided.value).map(({ name }) => name),
    ['offer', 'pay', 'void'],
  );
});

test('spendableOf() takes away what is debited and not confirmed, and stops at nothing', () => {
  const payments = [debited, taken.value, voided.value];
  assert.equal(spendableOf(money(5000n), payments), 3000n);
  assert.equal(spendableOf(money(1999n), payments), 0n);
  assert.equal(spendableOf(money(0n), []), 0n);
});

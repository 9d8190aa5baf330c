import assert from 'node:assert/strict';
import { exampleId } from '@coinbox/protocol/testing';
import type { PayerStore } from '../store.ts';
import { takeAccept, takeReceipt, takeRefund } from '../step.ts';
import { kitAccept, kitOffer, kitPayer, kitPayment, kitReceipt, kitRefund } from './kit.ts';

// What every store of payments must do: one suite, run over each.

const offer = kitOffer();
const payment = kitPayment(offer);
const counters = { sequence: 1, previous: payment.payHash };
const later = exampleId('offer', 'later', 1000);
const second = kitPayment(kitOffer({ offer: later }), 1);
const otherWallet = exampleId('wallet', 'other');

function complete() {
  const accepted = takeAccept(payment, kitAccept(payment));
  assert.ok(accepted.ok);
  const refund = kitRefund();
  const refunding = takeRefund(accepted.value, refund);
  assert.ok(refunding.ok);
  const refunded = takeReceipt(refunding.value, kitReceipt(refund.hash));
  assert.ok(refunded.ok);
  return refunded.value;
}

export const storeConformance: readonly {
  readonly name: string;
  check(store: PayerStore): Promise<void>;
}[] = [
  {
    name: 'is empty at first',
    async check(store) {
      assert.deepEqual(store.counters(kitPayer), { sequence: 0 });
      assert.deepEqual(store.payments(kitPayer), []);
      assert.equal(store.payment(kitPayer, payment.offer), undefined);
    },
  },
  {
    name: 'keeps a payment and the counters that it was signed with',
    async check(store) {
      await store.begin(kitPayer, payment, counters);
      assert.deepEqual(store.counters(kitPayer), counters);
      assert.deepEqual(store.payment(kitPayer, payment.offer), payment);
    },
  },
  {
    name: 'keeps everything that comes to a payment',
    async check(store) {
      await store.begin(kitPayer, payment, counters);
      await store.save(kitPayer, complete());
      assert.deepEqual(store.payment(kitPayer, payment.offer), complete());
      assert.deepEqual(store.counters(kitPayer), counters);
    },
  },
  {
    name: 'keeps the payments of many wallets apart, each in order of their offers',
    async check(store) {
      await store.begin(kitPayer, payment, counters);
      await store.begin(kitPayer, second, { sequence: 2, previous: second.payHash });
      await store.begin(otherWallet, payment, { sequence: 7, previous: payment.payHash });
      assert.deepEqual(
        store.payments(kitPayer).map((one) => one.offer),
        [payment.offer, later],
      );
      assert.equal(store.payments(otherWallet).length, 1);
      assert.deepEqual(
        [store.counters(kitPayer).sequence, store.counters(otherWallet).sequence],
        [2, 7],
      );
    },
  },
];

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PAY, Fault, accept, equalBytes, money, openMessage, toHex } from '@coinbox/protocol';
import type { IssuerClient, Pay, Result, Signed } from '@coinbox/protocol';
import { exampleBytes, exampleId, exampleTime } from '@coinbox/protocol/testing';
import type { Carrier } from './carrier.ts';
import { createPayer } from './payer.ts';
import type { Payer, PaymentView } from './payer.ts';
import { openPayerStore } from './sqlite-store.ts';
import { createMemoryStore } from './store.ts';
import type { PayerStore } from './store.ts';
import { temporaryFolder } from './testing/folder.ts';
import {
  NOW,
  PAID,
  REST,
  createClock,
  createTwin,
  kit,
  kitAccept,
  kitBill,
  kitBook,
  kitOffer,
  kitReceipt,
  kitRefund,
  kitRefusedPay,
  kitVoid,
} from './testing/kit.ts';
import type { TwinAnswer } from './testing/kit.ts';

const { signer, certificate } = kit.payer;
const openPayer = (store: PayerStore = createMemoryStore()): Payer =>
  createPayer({
    signer,
    certificate,
    asset: 'CNY/2',
    book: kitBook(),
    store,
    clock: createClock(),
  });
const paid = (pay: Signed<Pay>) => ({ payHash: pay.hash });
const accepting: TwinAnswer = (pay) => ({
  kind: 'session',
  messages: [kitAccept(paid(pay)).bytes],
  stage: 'accepted',
});
const waiting: TwinAnswer = () => ({ kind: 'wait' });
const order = { amount: PAID };
const offerId = kitOffer().body.offer;
const told = (view: Result<PaymentView>): string =>
  view.ok ? view.value.payment.stage : view.rejection.code;
const isUnreachable = (fault: unknown): boolean =>
  fault instanceof Fault && fault.code === 'unreachable';

test('a payment goes from the offer to the refund', async () => {
  const payer = openPayer();
  const twin = createTwin(accepting);
  const offer = await payer.askOffer(twin.carrier, PAID);
  assert.ok(offer.ok);
  const view = await payer.pay(twin.carrier, offer.value, order);
  assert.equal(told(view), 'done');
  const refund = kitRefund();
  twin.answer = (pay) => ({
    kind: 'session',
    stage: 'closed',
    messages: [
      kitAccept(paid(pay)).bytes,
      kitBill().bytes,
      refund.bytes,
      kitReceipt(refund.hash).bytes,
    ],
  });
  const ended = await payer.refresh(twin.carrier, offerId);
  assert.ok(ended.ok);
  assert.deepEqual(
    [ended.value.stage, ended.value.payment.stage, ended.value.payment.refunded],
    ['closed', 'refunded', REST],
  );
  assert.deepEqual(payer.payment(offerId), ended.value.payment);
  assert.equal(payer.payments().length, 1);
});

test('an offer that a payer may not take is neither stored nor paid', async () => {
  const payer = openPayer();
  const twin = createTwin(accepting);
  assert.equal(
    told(await payer.pay(twin.carrier, kitOffer(), { amount: money(99n) })),
    'offer-mismatch',
  );
  assert.deepEqual([payer.payments().length, twin.pays.length], [0, 0]);
});

test('an offer signed by a key of another role is rejected', async () => {
  const twin = createTwin(accepting, kitOffer({}, kit.provider));
  const offer = await openPayer().askOffer(twin.carrier, PAID);
  assert.equal(offer.ok ? 'yes' : offer.rejection.code, 'key-wrong-role');
});

for (const lose of ['request', 'answer'] as const) {
  test(`when the ${lose} is lost the wallet is debited, and the same PAY goes again`, async (t) => {
    const folder = temporaryFolder(t);
    const store = openPayerStore(folder);
    const twin = createTwin(accepting);
    twin.lose = lose;
    await assert.rejects(openPayer(store).pay(twin.carrier, kitOffer(), order), isUnreachable);
    store.close();

    const reopened = openPayerStore(folder);
    t.after(() => reopened.close());
    const payer = openPayer(reopened);
    const stored = payer.payment(offerId);
    assert.equal(stored?.stage, 'debited');
    assert.equal(told(await payer.resend(twin.carrier, offerId)), 'done');
    for (const pay of twin.pays) assert.ok(equalBytes(pay.bytes, stored!.messages.pay));
    assert.equal(twin.pays.length, lose === 'request' ? 1 : 2);
  });
}

test('paying an offer again sends the first PAY, whatever amount is named', async () => {
  const payer = openPayer();
  const twin = createTwin(waiting);
  await payer.pay(twin.carrier, kitOffer(), order);
  await payer.pay(twin.carrier, kitOffer(), { amount: money(3000n) });
  assert.deepEqual(
    twin.pays.map(({ body }) => [body.sequence, body.amount]),
    [
      [1, PAID],
      [1, PAID],
    ],
  );
});

/** A store that shows a write at once, and has written it when it is told to. */
function slowStore(): { store: PayerStore; written: (ok: boolean) => void } {
  const store = createMemoryStore();
  const disk = Promise.withResolvers<void>();
  const begin: PayerStore['begin'] = async (...payment) => {
    await store.begin(...payment);
    return disk.promise;
  };
  return {
    store: { ...store, begin },
    written: (ok) => (ok ? disk.resolve() : disk.reject(new Fault('storage-full', 'no room'))),
  };
}

for (const [name, again] of [
  ['paying it', (payer, carrier) => payer.pay(carrier, kitOffer(), order)],
  ['sending it', (payer, carrier) => payer.resend(carrier, offerId)],
] as const satisfies readonly (readonly [
  string,
  (payer: Payer, carrier: Carrier) => Promise<Result<PaymentView>>,
])[]) {
  test(`${name} again at once waits until the PAY is stored`, async () => {
    const { store, written } = slowStore();
    const payer = openPayer(store);
    const twin = createTwin(accepting);
    const both = [payer.pay(twin.carrier, kitOffer(), order), again(payer, twin.carrier)];
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(twin.pays.length, 0);
    written(true);
    for (const view of await Promise.all(both)) assert.equal(told(view), 'done');
    assert.equal(new Set(twin.pays.map(({ hash }) => toHex(hash))).size, 1);
  });

  test(`${name} again at once fails where the PAY could not be stored`, async () => {
    const { store, written } = slowStore();
    const payer = openPayer(store);
    const twin = createTwin(accepting);
    const both = [payer.pay(twin.carrier, kitOffer(), order), again(payer, twin.carrier)];
    written(false);
    for (const outcome of await Promise.allSettled(both)) assert.equal(outcome.status, 'rejected');
    assert.equal(twin.pays.length, 0);
  });
}

test('a terminal that refuses without a signature leaves the payment debited', async () => {
  const payer = openPayer();
  const twin = createTwin(() => ({ kind: 'refused', code: 'offer-taken' }));
  assert.equal(told(await payer.pay(twin.carrier, kitOffer(), order)), 'offer-taken');
  assert.equal(payer.payment(offerId)?.stage, 'debited');
});

test('a message that is no good does not keep the others out', async () => {
  const payer = openPayer();
  const twin = createTwin((pay) => ({
    kind: 'session',
    messages: [kitAccept(paid(pay)).bytes, kitBill({}, kit.holding).bytes],
  }));
  assert.equal(told(await payer.pay(twin.carrier, kitOffer(), order)), 'done');
  assert.equal(payer.payment(offerId)?.messages.bill, undefined);
});

const forged = { ...kit.issuer, certificate: kit.issuer.certificate, signer: kit.payer.signer };
const refund = kitRefund();
const forgeries: readonly [string, TwinAnswer, string][] = [
  [
    'a VOID by another key',
    () => ({ kind: 'voided', messages: [kitVoid(kitOffer(), {}, kit.payer).bytes] }),
    'key-wrong-role',
  ],
  [
    'a refusal that the terminal signed',
    (pay) => ({ kind: 'session', messages: [kitRefusedPay(paid(pay), kit.holding).bytes] }),
    'key-wrong-role',
  ],
  [
    'a refusal that the payer signed itself',
    (pay) => ({ kind: 'session', messages: [kitRefusedPay(paid(pay), forged).bytes] }),
    'key-wrong-role',
  ],
  [
    'an ACCEPT of another PAY',
    () => ({
      kind: 'session',
      messages: [kitAccept({ payHash: exampleBytes('other') }).bytes],
    }),
    'offer-mismatch',
  ],
  [
    'a message of another class',
    () => ({ kind: 'session', messages: [kitOffer({ sequence: 8 }).bytes] }),
    'malformed-value',
  ],
];
for (const [name, answer, code] of forgeries) {
  test(`${name} changes nothing: ${code}`, async () => {
    const payer = openPayer();
    const twin = createTwin(answer);
    assert.equal(told(await payer.pay(twin.carrier, kitOffer(), order)), code);
    assert.equal(payer.payment(offerId)?.stage, 'debited');
  });
}

test('a receipt with a flipped bit refunds nothing', async () => {
  const payer = openPayer();
  const receipt = Uint8Array.from(kitReceipt(refund.hash).bytes);
  receipt[receipt.length - 1]! ^= 1;
  const twin = createTwin((pay) => ({
    kind: 'session',
    messages: [kitAccept(paid(pay)).bytes, refund.bytes, receipt],
  }));
  assert.equal(told(await payer.pay(twin.carrier, kitOffer(), order)), 'done');
  assert.equal(told(await payer.refresh(twin.carrier, offerId)), 'signature-invalid');
  assert.equal(payer.payment(offerId)?.stage, 'done');
});

const issuerThat = (submit: IssuerClient['submit']): IssuerClient => ({ submit }) as IssuerClient;

test('the issuer is asked with the same PAY, and its refusal gives the money back', async () => {
  const payer = openPayer();
  await payer.pay(createTwin(waiting).carrier, kitOffer(), order);
  const submitted: Uint8Array[] = [];
  const issuer = issuerThat(async (bytes) => {
    submitted.push(bytes);
    const pay = openMessage(PAY, bytes, kitBook(), NOW);
    assert.ok(pay.ok);
    return accept(kitRefusedPay(paid(pay.value)).bytes);
  });
  assert.equal(told(await payer.askIssuer(issuer, offerId)), 'recredited');
  assert.deepEqual(submitted, [payer.payment(offerId)?.messages.pay]);
});

test('a rejection that the issuer has not signed leaves the payment debited', async () => {
  const payer = openPayer();
  await payer.pay(createTwin(waiting).carrier, kitOffer(), order);
  const issuer = issuerThat(async () => ({ ok: false, rejection: { code: 'wallet-frozen' } }));
  assert.equal(told(await payer.askIssuer(issuer, offerId)), 'wallet-frozen');
  assert.equal(payer.payment(offerId)?.stage, 'debited');
});

test('what is not there cannot be sent again', async () => {
  const twin = createTwin(waiting);
  assert.equal(told(await openPayer().resend(twin.carrier, offerId)), 'payment-unknown');
  assert.equal(told(await openPayer().refresh(twin.carrier, offerId)), 'payment-unknown');
});

test('in any history of payments, losses and restarts no number signs two PAYs', async () => {
  const action = fc.record({
    offer: fc.nat({ max: 3 }),
    lose: fc.constantFrom('request', 'answer', undefined),
    answer: fc.constantFrom('accept', 'void', 'wait'),
    restart: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 15 }), async (actions) => {
      const store = createMemoryStore();
      let payer = openPayer(store);
      const pays = new Map<number, string>();
      for (const { offer: number, lose, answer, restart } of actions) {
        if (restart) payer = openPayer(store);
        const offer = kitOffer({ offer: exampleId('offer', `offer ${number}`) });
        const twin = createTwin((pay) =>
          answer === 'wait'
            ? { kind: 'wait' }
            : answer === 'void'
              ? { kind: 'voided', messages: [kitVoid(offer).bytes] }
              : {
                  kind: 'session',
                  messages: [kitAccept(paid(pay), { offer: offer.body.offer }).bytes],
                },
        );
        twin.lose = lose;
        await payer.pay(twin.carrier, offer, order).catch(() => undefined);
        for (const { body, hash } of twin.pays) {
          assert.equal(pays.get(body.sequence) ?? toHex(hash), toHex(hash));
          pays.set(body.sequence, toHex(hash));
        }
      }
      for (const { stage, messages } of payer.payments()) {
        assert.ok(!(messages.accept && messages.void));
        assert.ok(stage !== 'recredited' || messages.void);
      }
    }),
    { numRuns: 40 },
  );
});

test('a message that was taken before is not checked again', async () => {
  const store = createMemoryStore();
  const twin = createTwin(accepting);
  await openPayer(store).pay(twin.carrier, kitOffer(), order);
  // The terminal's certificate has run out meanwhile; what was accepted stays accepted.
  const expired = createPayer({
    signer,
    certificate,
    asset: 'CNY/2',
    book: kitBook(),
    store,
    clock: createClock(exampleTime(400 * 86_400_000)),
  });
  assert.equal(told(await expired.refresh(twin.carrier, offerId)), 'done');
});

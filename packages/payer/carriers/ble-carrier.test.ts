import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '@coinbox/protocol';
import { createPayer } from '../payer.ts';
import { createMemoryStore } from '../store.ts';
import { createGattTwin } from '../testing/gatt-twin.ts';
import type { Mishap } from '../testing/gatt-twin.ts';
import { PAID, createClock, createTwin, kit, kitAccept, kitBook } from '../testing/kit.ts';
import { createBleCarrier } from './ble-carrier.ts';

const backwards = async (request: Uint8Array) => Uint8Array.from(request).reverse();
const upTo = (length: number) => Uint8Array.from({ length }, (_, i) => i & 0xff);
const isUnreachable = (fault: unknown): boolean =>
  fault instanceof Fault && fault.code === 'unreachable';
/** So long a test waits for what never comes. */
const SOON_MS = 15;

describe('createBleCarrier()', () => {
  for (const mtu of [23, 24, 64, 185, 247, 256, 512, 515, 517]) {
    it(`brings requests and replies over whole at MTU ${mtu}`, async () => {
      const twin = createGattTwin(backwards, mtu);
      const carrier = createBleCarrier(twin.open);
      for (const length of [1, 17, 18, mtu, 1024, 4096]) {
        assert.deepEqual(await carrier.exchange(upTo(length)), upTo(length).reverse());
      }
      assert.equal(twin.links, 1);
    });
  }

  it('asks one thing after the other', async () => {
    const carrier = createBleCarrier(createGattTwin(backwards).open);
    const requests = [upTo(3), upTo(500), upTo(7)];
    const replies = await Promise.all(requests.map((request) => carrier.exchange(request)));
    assert.deepEqual(
      replies,
      requests.map((request) => request.reverse()),
    );
  });

  for (const what of ['lose-link', 'lose-value', 'repeat-value'] as const) {
    it(`fails at every fragment with ${what}, and a new exchange brings the reply`, async () => {
      const count = createGattTwin(backwards, 23);
      await createBleCarrier(count.open).exchange(upTo(60));
      // 60 bytes at MTU 23 are 17, 19, 19 and 5: four fragments each way.
      assert.equal(count.values, 8);
      for (let at = 0; at < count.values; at++) {
        const twin = createGattTwin(backwards, 23);
        const carrier = createBleCarrier(twin.open, SOON_MS);
        twin.mishap = { at, what };
        const first = await carrier.exchange(upTo(60)).catch((fault: unknown) => fault);
        // A last fragment that comes twice is one too many, and all was well before it.
        const isHarmless = what === 'repeat-value' && (at === 3 || at === 7);
        if (isHarmless) assert.deepEqual(first, upTo(60).reverse());
        else assert.ok(isUnreachable(first), `${what} at ${at}`);
        assert.deepEqual(await carrier.exchange(upTo(60)), upTo(60).reverse());
      }
    });
  }

  it('is unreachable without a terminal, and while one does not answer', async () => {
    const nowhere = createBleCarrier(() => Promise.reject(new Error('no adapter')));
    await assert.rejects(nowhere.exchange(upTo(1)), isUnreachable);
    const silent = createGattTwin(() => new Promise(() => undefined));
    await assert.rejects(createBleCarrier(silent.open, SOON_MS).exchange(upTo(1)), isUnreachable);
  });

  it('opens no link for nothing, and closes the one that it has', async () => {
    const twin = createGattTwin(backwards);
    const carrier = createBleCarrier(twin.open);
    await carrier.close();
    assert.equal(twin.links, 0);
    await carrier.exchange(upTo(1));
    await carrier.close();
    await carrier.exchange(upTo(1));
    assert.equal(twin.links, 2);
  });
});

describe('a payment over Bluetooth', () => {
  const { signer, certificate } = kit.payer;
  const start = () => {
    const terminal = createTwin((pay) => ({
      kind: 'session',
      messages: [kitAccept({ payHash: pay.hash }).bytes],
      stage: 'accepted',
    }));
    const gatt = createGattTwin((request) => terminal.carrier.exchange(request));
    const store = createMemoryStore();
    const clock = createClock();
    const parts = { signer, certificate, asset: 'CNY/2', book: kitBook(), store, clock } as const;
    const carrier = createBleCarrier(gatt.open, SOON_MS);
    return { terminal, gatt, carrier, payer: createPayer(parts) };
  };
  const offerAndPay = async ({ payer, carrier, gatt }: ReturnType<typeof start>, what?: Mishap) => {
    const offer = await payer.askOffer(carrier, PAID);
    assert.ok(offer.ok);
    gatt.values = 0;
    gatt.mishap = what;
    const first = await payer
      .pay(carrier, offer.value, { amount: PAID })
      .catch((fault: unknown) => fault);
    if (what) assert.ok(isUnreachable(first));
    const again = await payer.pay(carrier, offer.value, { amount: PAID });
    assert.ok(again.ok);
    return again.value.payment;
  };

  it('that is lost at any value is sent again, the same bytes, and is one', async () => {
    const whole = start();
    await offerAndPay(whole);
    // The PAY was sent twice, though nothing was lost.
    const values = whole.gatt.values / 2;
    for (let at = 0; at < values; at++) {
      const torn = start();
      const payment = await offerAndPay(torn, { at, what: 'lose-link' });
      assert.equal(payment.stage, 'done');
      const hashes = new Set(torn.terminal.pays.map(({ hash }) => hash.join()));
      assert.equal(hashes.size, 1);
      assert.equal(torn.payer.payments().length, 1);
    }
  });
});

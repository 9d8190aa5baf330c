import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryLinks } from '@coinbox/link';
import type { LinkMessage, MemoryLinks, Parcel } from '@coinbox/link';
import {
  BILL,
  CertificateBook,
  Fault,
  RECEIPT,
  equalBytes,
  openMessage,
  sign1,
  toHex,
} from '@coinbox/protocol';
import type { Bill, Rejection, Signed } from '@coinbox/protocol';
import {
  EXAMPLE_NETWORK,
  exampleId,
  exampleMessage,
  exampleMessages,
  exampleSigner,
  exampleTime,
} from '@coinbox/protocol/testing';
import { startProvider } from './agent.ts';
import type { Provider, StartProvider } from './agent.ts';
import { readProviderBook } from './report.ts';
import { createClock, createRandom, enrolledFolder } from './testing/folder.ts';
import { addTariff } from './tariff-shelf.ts';
import {
  KIT_TARIFF,
  kit,
  kitMeter,
  kitMeters,
  kitProvider,
  kitReceipt,
  kitRefusal,
  kitTerminal,
} from './testing/kit.ts';

type Test = { after(work: () => void | Promise<void>): void };

/** A terminal twin: its outbox, and the bills it has got. It takes every bill that is authentic. */
function openTwin(links: MemoryLinks) {
  const outbox = new Map<string, LinkMessage>();
  const bills: Signed<Bill>[] = [];
  const book = new CertificateBook(EXAMPLE_NETWORK, exampleSigner('root').publicKey);
  book.add(kit.authority.certificate.bytes, exampleTime(0), true);
  links.open({
    side: 'terminal',
    own: kitTerminal,
    peers: [kitProvider],
    certificates: [kit.holding.certificate.bytes, kit.settlement.certificate.bytes],
    outbox: {
      pending: () => outbox.values(),
      acknowledged: (_peer, hash) => void outbox.delete(toHex(hash)),
    },
    handler: {
      receive(_from, message, certificates) {
        for (const bytes of certificates) book.add(bytes, exampleTime(0));
        const bill = openMessage(BILL, message, book, exampleTime(9_000_000));
        assert.ok(bill.ok, bill.ok ? '' : bill.rejection.code);
        const { hash } = bill.value;
        const known = bills.find((one) => equalBytes(one.hash, hash));
        if (known) assert.deepEqual(known.bytes, bill.value.bytes, 'repeats have the same bytes');
        else bills.push(bill.value);
        return 'durable';
      },
    },
  });
  return { outbox, bills };
}

/** A terminal twin, and a provider that can be killed and started again. */
function stage(t: Test, tariffs?: readonly string[]) {
  const folder = enrolledFolder(t, tariffs);
  const lost = { provider: false };
  const queue: Parcel[] = [];
  const links = createMemoryLinks({
    carry: (parcel) => {
      if (!(lost.provider && parcel.from === kitProvider)) queue.push(parcel);
    },
  });
  const { outbox, bills } = openTwin(links);
  const refused: Rejection[] = [];
  const options: StartProvider = {
    folder,
    clock: createClock(),
    random: createRandom(),
    openLink: (order) => links.open(order),
    onRefused: (_from, _typ, rejection) => refused.push(rejection),
  };
  let provider: Provider | undefined;
  const start = (): Provider => (provider = startProvider(options));
  t.after(() => provider?.close());
  const settle = (): void => {
    for (let next = queue.shift(); next; next = queue.shift()) next.arrive();
  };
  return {
    folder,
    bills,
    outbox,
    lost,
    refused,
    start,
    /** Puts messages into the terminal's outbox and lets the network run until it is quiet. */
    send(...messages: readonly Pick<LinkMessage, 'hash' | 'bytes'>[]) {
      for (const { hash, bytes } of messages) {
        outbox.set(toHex(hash), { peer: kitProvider, hash, bytes });
      }
      for (let round = 0; round < 3; round++) {
        links.retry();
        settle();
      }
    },
    /** As a kill does it: nothing is said good-bye to, only the lock and the files go. */
    async kill() {
      await provider?.close();
      provider = undefined;
      queue.length = 0;
    },
    report: () => readProviderBook(folder),
  };
}

const stateOf = ({ report }: ReturnType<typeof stage>): readonly unknown[] =>
  report().bills.map(({ state, amount, code }) => [state, amount, ...(code ? [code] : [])]);

test('METERs come in, the bill goes out, and the receipt closes it', (t) => {
  const world = stage(t);
  world.start();
  world.send(...kitMeters([0, 3000, 6170]));
  const [bill] = world.bills;
  assert.ok(bill);
  assert.deepEqual([world.bills.length, bill.body.amount, world.outbox.size], [1, 1234n, 0]);
  assert.deepEqual(stateOf(world), [['sent', 1234n]]);
  world.send(kitReceipt(bill.body));
  assert.deepEqual(stateOf(world), [['settled', 1234n]]);
  assert.equal(world.report().bills[0]?.receiptIndex, 77);
  assert.deepEqual([world.outbox.size, world.refused], [0, []]);
});

test('a receipt of a settlement that is none of ours is refused, and does not come again', (t) => {
  const world = stage(t);
  world.start();
  world.send(kitMeter());
  const { body } = world.bills[0]!;
  const unknown = kitReceipt({ ...body, bill: exampleId('bill', 'other') });
  const { bill: _bill, ...unnamed } = kitReceipt(body).body;
  world.send(unknown, exampleMessage(RECEIPT, unnamed, kit.issuer));
  assert.deepEqual([world.outbox.size, stateOf(world)], [0, [['sent', 1234n]]]);
  assert.deepEqual(
    world.refused.map(({ code }) => code),
    ['settlement-bill-missing', 'settlement-bill-missing'],
  );
  world.send(kitReceipt(body));
  assert.deepEqual([world.outbox.size, stateOf(world)], [0, [['settled', 1234n]]]);
});

test('a message of a class that is not for a provider is refused, and does not come again', (t) => {
  const world = stage(t);
  world.start();
  world.send(exampleMessages(kit).settle);
  assert.deepEqual(
    [world.outbox.size, world.refused.map(({ code }) => code)],
    [0, ['parameter-unknown']],
  );
});

test('a refusal closes the bill with its code', (t) => {
  const world = stage(t);
  world.start();
  world.send(kitMeter());
  const { body, hash } = world.bills[0]!;
  world.send(kitRefusal({ ...body, hash }));
  assert.deepEqual(stateOf(world), [['refused', 1234n, 'bill-over-ceiling']]);
});

test('a bill of nothing is void once the terminal has acknowledged it', (t) => {
  const world = stage(t);
  world.start();
  world.send(kitMeter({ readings: [] }));
  assert.deepEqual([world.bills.length, stateOf(world)], [1, [['void', 0n]]]);
});

test('killed between commit and send, a provider sends the same bill later', async (t) => {
  const world = stage(t);
  world.start();
  world.lost.provider = true;
  world.send(kitMeter());
  assert.deepEqual([world.bills.length, stateOf(world)], [0, [['sent', 1234n]]]);
  const [first] = world.report().bills;
  await world.kill();
  world.lost.provider = false;
  world.start();
  world.send();
  assert.equal(world.bills.length, 1);
  assert.ok(equalBytes(world.bills[0]!.hash, first!.hash));
  await world.kill();
  world.start();
  world.send(kitMeter());
  assert.deepEqual([world.bills.length, world.report().bills.length], [1, 1]);
});

test('two different finals of one session give one bill, and the second is refused', (t) => {
  const world = stage(t);
  world.start();
  world.send(kitMeter());
  world.send(kitMeter({ sequence: 2 }));
  assert.deepEqual([world.bills.length, world.outbox.size], [1, 0]);
  assert.deepEqual(
    world.refused.map(({ code }) => code),
    ['counter-conflict'],
  );
});

test('a session under an unknown tariff is billed after the tariff was added', async (t) => {
  const world = stage(t, []);
  world.start();
  world.send(kitMeter());
  assert.deepEqual([world.bills.length, world.outbox.size], [0, 0]);
  assert.equal(world.report().unbilled[0]?.problem, 'tariff-invalid');
  await world.kill();
  addTariff(world.folder, KIT_TARIFF);
  world.start();
  world.send();
  assert.deepEqual([world.bills.length, stateOf(world)], [1, [['sent', 1234n]]]);
  assert.deepEqual(world.report().unbilled, []);
});

test('what cannot be authenticated is not acknowledged, what is no METER of ours is', (t) => {
  const world = stage(t);
  world.start();
  const meter = kitMeter();
  const forged = sign1(EXAMPLE_NETWORK, 'coinbox.meter', new Uint8Array(3), exampleSigner('thief'));
  const flipped = Uint8Array.from(meter.bytes);
  flipped[flipped.length - 1]! ^= 1;
  world.send({ hash: new Uint8Array(32), bytes: forged }, { hash: meter.hash, bytes: flipped });
  assert.deepEqual([world.outbox.size, world.report().sessions], [2, 0]);
  world.send(meter);
  assert.deepEqual([world.outbox.size, world.bills.length], [1, 1]);
  const wrongRole = kitMeter({ sequence: 9 }, kit.settlement);
  world.send(wrongRole);
  assert.deepEqual(
    [world.outbox.size, world.refused.map(({ code }) => code)],
    [1, ['key-wrong-role']],
  );
});

test('one provider at a time works on a folder', (t) => {
  const world = stage(t);
  world.start();
  assert.throws(
    () => world.start(),
    (fault: unknown) => fault instanceof Fault && fault.code === 'already-running',
  );
});

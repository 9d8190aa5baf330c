import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CertificateBook,
  EPOCH,
  EPOCH_MS,
  PARAMETERS,
  STATUS_LIST,
  concatBytes,
  isStopped,
  openMessage,
  sha256,
} from '@coinbox/protocol';
import type { BeaconJson, MessageType } from '@coinbox/protocol';
import { createIssuerFixture, expect } from '../testing/fixture.ts';
import { DAY, TEST_LIMITS, both, createOfflineFixture } from '../testing/offline.ts';
import type { OfflineFixture } from '../testing/offline.ts';
import { statusLists } from './beacon.ts';

const submit = async (s: OfflineFixture, bytes: Uint8Array): Promise<string> => {
  const answer = await s.issuer.submit(bytes);
  if (!answer.ok) return answer.rejection.code;
  const { status, code } = answer.value;
  return code ? `${status} ${code}` : status;
};

describe('load()', () => {
  test('moves money into the float, once', async () => {
    const s = await createOfflineFixture();
    const payer = await s.openFloat(5_000n, 0n);
    const load = s.load(payer, 3_000n).bytes;
    assert.equal(await submit(s, load), 'posted');
    assert.equal(await submit(s, load), 'posted');
    assert.equal(await s.floatOf(payer), 3_000n);
    assert.equal((await s.balanceOf(payer)).balance, 2_000n);
    assert.equal(await submit(s, s.load(payer, 2_001n).bytes), 'refused insufficient-funds');
  });

  const rows: readonly (readonly [string, string, (s: OfflineFixture) => Promise<Uint8Array>])[] = [
    [
      'over what the float may hold',
      'offline-limit',
      async (s) => s.load(await s.openFloat(20_000n, 9_999n), 2n).bytes,
    ],
    [
      'of a wallet that may not pay offline',
      'offline-limit',
      async (s) => s.load(await s.openPayer(100n), 10n).bytes,
    ],
    [
      'that another wallet has signed',
      'key-wrong-role',
      async (s) => {
        const [one, two] = [await s.openFloat(10n, 0n), await s.openFloat(10n, 0n)];
        return s.load(one, 1n, { payer: two.wallet }).bytes;
      },
    ],
    [
      'in another asset',
      'currency-mismatch',
      async (s) => s.load(await s.openFloat(10n, 0n), 1n, { asset: 'EUR/2' }).bytes,
    ],
    [
      'of tomorrow',
      'order-not-yet-valid',
      async (s) =>
        s.load(await s.openFloat(10n, 0n), 1n, { at: (s.clock.now() + DAY) as never }).bytes,
    ],
    [
      'of eight days ago',
      'order-expired',
      async (s) =>
        s.load(await s.openFloat(10n, 0n), 1n, { at: (s.clock.now() - 8 * DAY) as never }).bytes,
    ],
    [
      'of a frozen wallet',
      'wallet-frozen',
      async (s) => {
        const payer = await s.openFloat(10n, 0n);
        await s.freeze(payer);
        return s.load(payer, 1n).bytes;
      },
    ],
  ];
  for (const [name, code, make] of rows) {
    test(`rejects a load ${name} with ${code}, without a trace`, async () => {
      const s = await createOfflineFixture();
      const bytes = await make(s);
      const head = await s.headOf();
      assert.equal(await submit(s, bytes), code);
      assert.equal(await s.headOf(), head);
    });
  }

  test('rejects the id of another load', async () => {
    const s = await createOfflineFixture();
    const payer = await s.openFloat(100n, 0n);
    const first = s.load(payer, 10n);
    await submit(s, first.bytes);
    const other = s.load(payer, 11n, { load: first.body.load }).bytes;
    assert.equal(await submit(s, other), 'id-reused');
  });

  test('gives back after the time to cool off, less the payments that came meanwhile', async () => {
    const s = await createOfflineFixture();
    const payer = await s.openFloat(5_000n, 3_000n);
    const back = s.load(payer, 3_000n, { direction: 'return' }).bytes;
    assert.equal(await submit(s, back), 'parked float-cooling');
    const late = s.take(payer, 500n);
    s.clock.set(s.clock.now() + 8 * DAY - 1);
    assert.equal(await submit(s, back), 'parked float-cooling');
    assert.equal((await s.sync(both(late))).stopped, undefined);
    s.clock.set(s.clock.now() + 1);
    assert.equal(await submit(s, back), 'posted');
    assert.equal(await submit(s, back), 'posted');
    assert.deepEqual([await s.floatOf(payer), (await s.balanceOf(payer)).balance], [0n, 4_500n]);
  });

  test('does nothing where no parameters were ever set', async () => {
    const s = await createIssuerFixture();
    const payer = await s.openPayer(10n, { offline: TEST_LIMITS });
    const offline = await createOfflineFixture();
    const answer = await s.issuer.submit(offline.load(payer, 1n).bytes);
    assert.equal(answer.ok || answer.rejection.code, 'offline-unavailable');
  });
});

/** Another freezes the terminal, one revokes its key: it never comes back. */
async function revoke(s: OfflineFixture): Promise<void> {
  await s.freeze(s.terminal.holding);
  const parameter = s.terminal.holding.wallet;
  expect(await s.issuer.call('revokeKey', { query: {}, person: 'checker', parameter, body: {} }));
}

describe('claimBack()', () => {
  test('credits the payer of a terminal that was destroyed before it accepted, once', async () => {
    const s = await createOfflineFixture();
    const payer = await s.openFloat(1_000n, 1_000n);
    const taken = s.take(payer, 700n);
    const { bytes } = taken.pay;
    assert.equal(await submit(s, bytes), 'payment-unsynced');
    await revoke(s);
    s.clock.set(s.clock.now() + 7 * DAY - 1);
    assert.equal(await submit(s, bytes), 'payment-unsynced');
    s.clock.set(s.clock.now() + 1);
    assert.equal(await submit(s, bytes), 'refused offer-voided');
    assert.equal(await submit(s, bytes), 'refused offer-voided');
    assert.equal(await s.floatOf(payer), 1_000n);
    // The terminal comes back with its journal: its key signs nothing any more.
    assert.equal((await s.sync(both(taken))).receipts[0]?.result, 'refused');
    assert.equal((await s.sync(both(s.take(payer, 10n)))).stopped, 'key-revoked');
    assert.equal(await s.floatOf(payer), 1_000n);
  });

  test('rebuilds a destroyed terminal’s session from copies, and gives back', async () => {
    const s = await createOfflineFixture();
    const payer = await s.openFloat(1_000n, 600n);
    const taken = s.take(payer, 700n);
    assert.equal((await s.upload(both(taken))).receipts[0]?.result, 'posted');
    assert.equal((await s.balanceOf(s.terminal.holding)).held, 700n);
    assert.equal(await s.lossOf(s.terminal), -100n);
    await revoke(s);
    await s.unfreeze(s.terminal.holding);
    assert.equal(await submit(s, taken.pay.bytes), 'posted');
    assert.equal((await s.balanceOf(s.terminal.holding)).held, 700n);
    s.clock.set(s.clock.now() + 7 * DAY);
    assert.equal(await submit(s, taken.pay.bytes), 'posted');
    assert.equal(await submit(s, taken.pay.bytes), 'posted');
    assert.deepEqual([await s.floatOf(payer), await s.lossOf(s.terminal)], [600n, 0n]);
    // It reappears: the PAY is known, and nothing is credited twice.
    assert.equal((await s.upload(both(taken))).receipts[0]?.result, 'posted');
    assert.equal((await s.issuer.summary()).difference, '0');
    assert.equal(await s.floatOf(payer), 600n);
  });
});

describe('getBeacon() and setParameters()', () => {
  test('sign the epoch, the stopped wallets and the newest parameters', async () => {
    const s = await createOfflineFixture();
    await s.openFloat(10n, 0n);
    const bad = await s.openFloat(10n, 0n);
    await s.freeze(bad);
    await s.setParameters({ number: 2, per_payment: '77' });
    const call = { query: {}, person: '' };
    const beacon = expect(await s.issuer.call('getBeacon', call)) as BeaconJson;
    const book = new CertificateBook(s.ports.network, s.ports.root);
    assert.ok(book.add(s.ports.certificates[0] as Uint8Array, s.clock.now(), true).ok);
    const open = <T>(type: MessageType<T>, text = '') =>
      expect(
        openMessage(type, Uint8Array.from(Buffer.from(text, 'base64url')), book, s.clock.now()),
      );
    const epoch = open(EPOCH, beacon.epoch);
    const list = open(STATUS_LIST, beacon.status[0]);
    assert.equal(epoch.body.epoch, Math.floor(s.clock.now() / EPOCH_MS));
    assert.deepEqual(epoch.body.statusHash, sha256(concatBytes(list.hash)));
    assert.deepEqual(
      [0, 1, 2].map((number) => isStopped(list.body, number)),
      [false, true, false],
    );
    const { body } = open(PARAMETERS, beacon.parameters);
    assert.deepEqual([body.number, body.perPayment], [2, 77n]);
  });

  test('take numbers in their order, and each once', async () => {
    const s = await createOfflineFixture();
    const codeOf = async (change: Parameters<OfflineFixture['setParameters']>[0]) => {
      const set = await s.setParameters(change);
      return set.ok ? 'set' : set.rejection.code;
    };
    assert.equal(await codeOf({}), 'set');
    assert.equal(await codeOf({ cover: '1' }), 'id-reused');
    assert.equal(await codeOf({ number: 3 }), 'counter-gap');
    assert.equal(await codeOf({ number: 0 }), 'parameter-invalid');
    assert.equal(await codeOf({ number: 2, valid_ms: 400 * DAY }), 'parameter-invalid');
    assert.equal(await codeOf({ number: 2 }), 'set');
  });

  test('make as many lists as the wallets need', () => {
    const lists = statusLists([0, 16_384], 16_385);
    assert.deepEqual(
      lists.map(({ first, bits }) => [first, bits.length, bits[0]]),
      [
        [0, 2_048, 1],
        [16_384, 1, 1],
      ],
    );
    assert.deepEqual(statusLists([], 0), [{ first: 0, bits: Uint8Array.of(0) }]);
  });
});

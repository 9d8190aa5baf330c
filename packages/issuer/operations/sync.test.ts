import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FORK, encodeRun } from '@coinbox/protocol';
import { both, createOfflineFixture, idOf } from '../testing/offline.ts';
import type { OfflineFixture, TakenPay } from '../testing/offline.ts';

/** The bill, the settlement and the rest of a session of one payment. */
function ended(s: OfflineFixture, taken: TakenPay, billed: bigint, upload: number) {
  const { session } = taken.accept.body;
  const bill = s.messages.bill(s.provider, s.terminal, session, billed);
  const settle = s.messages.settle(s.terminal, bill, [idOf(taken)], { upload });
  const rest = taken.pay.body.amount - billed;
  const { payer } = taken.pay.body;
  const refund = s.messages.refund(s.terminal, payer, [idOf(taken)], rest, {
    session,
    upload: upload + 1,
  });
  return { settle, refund };
}

describe('sync()', () => {
  test('books a whole offline session, and the rest back to the float', async () => {
    const s = await createOfflineFixture();
    const payer = await s.openFloat(5_000n, 3_000n);
    const taken = s.take(payer, 1_000n);
    const { settle, refund } = ended(s, taken, 700n, 1);
    const run = [...both(taken), settle.bytes, refund.bytes];
    const { receipts, stopped } = await s.sync(run);
    assert.equal(stopped, undefined);
    const results = receipts.map(({ subjectTyp, result }) => `${subjectTyp} ${result}`);
    assert.deepEqual(results, [
      'coinbox.pay posted',
      'coinbox.settle posted',
      'coinbox.refund posted',
    ]);
    assert.equal(await s.floatOf(payer), 2_300n);
    assert.equal((await s.balanceOf(payer)).balance, 2_000n);
    assert.equal((await s.balanceOf(s.provider)).balance, 700n);
    assert.deepEqual(await s.balanceOf(s.terminal.holding), { balance: 0n, held: 0n });
    const summary = await s.issuer.summary();
    assert.deepEqual([summary.difference, summary.payers], ['0', '4300']);
    // The same run again changes nothing and is answered alike.
    const head = await s.headOf();
    assert.deepEqual((await s.sync(run)).receipts, receipts);
    assert.equal(await s.headOf(), head);
  });

  test('takes a run in two commits, whatever its length', async () => {
    const s = await createOfflineFixture();
    const payer = await s.openFloat(9_000n, 9_000n);
    const sessions = [1, 3, 5].map((upload) => {
      const taken = s.take(payer, 100n);
      return { taken, ...ended(s, taken, 60n, upload) };
    });
    const run = sessions.flatMap((one) => [...both(one.taken), one.settle.bytes, one.refund.bytes]);
    const { receipts } = await s.sync(run);
    const { items } = await s.ports.ledger.entries({ limit: 1_000 });
    const own = items.filter(({ index }) => receipts.some((one) => one.index === index));
    assert.equal(own.length, 9);
    assert.ok(new Set(own.map(({ commitEnd }) => commitEnd)).size <= 2);
  });

  test('takes a payer’s copies before the terminal’s run, or after it', async () => {
    const s = await createOfflineFixture();
    const payer = await s.openFloat(5_000n, 3_000n);
    const taken = s.take(payer, 1_000n);
    const { settle, refund } = ended(s, taken, 700n, 1);
    const copied = await s.upload(both(taken));
    assert.deepEqual(
      copied.receipts.map(({ result }) => result),
      ['posted'],
    );
    const { stopped } = await s.sync([...both(taken), settle.bytes, refund.bytes]);
    assert.equal(stopped, undefined);
    assert.deepEqual((await s.upload(both(taken))).receipts, copied.receipts);
    assert.equal(await s.floatOf(payer), 2_300n);
  });

  test('freezes a wallet that has spent twice, and publishes both PAYs', async () => {
    const s = await createOfflineFixture();
    const other = await s.openTerminal(s.provider);
    const payer = await s.openFloat(5_000n, 1_000n);
    const first = s.take(payer, 1_000n);
    const { sequence } = first.pay.body;
    const second = s.take(payer, 900n, { at: other, pay: { sequence } });
    await s.sync(both(first));
    const { receipts } = await s.sync(both(second), other);
    assert.deepEqual(
      receipts.map(({ result }) => result),
      ['posted'],
    );
    assert.deepEqual(
      [await s.floatOf(payer), await s.lossOf(s.terminal), await s.lossOf(other)],
      [0n, 0n, -900n],
    );
    const fork = await s.ports.ledger.entryOf(`fork/${payer.wallet}/${sequence}`);
    const memo = Buffer.from(fork?.memo ?? []);
    for (const { pay } of [first, second]) assert.ok(memo.includes(Buffer.from(pay.bytes)));
    assert.equal(s.issuer.registry.wallet(payer.wallet)?.frozen, true);
    const load = await s.issuer.submit(s.load(payer, 10n).bytes);
    assert.equal(load.ok || load.rejection.code, 'wallet-frozen');
    assert.equal((await s.issuer.summary()).difference, '0');
  });

  test('gives what it has borne back to itself first', async () => {
    const s = await createOfflineFixture();
    const payer = await s.openFloat(1_000n, 400n);
    const taken = s.take(payer, 1_000n);
    const { settle, refund } = ended(s, taken, 300n, 1);
    const { stopped } = await s.sync([...both(taken), settle.bytes, refund.bytes]);
    assert.equal(stopped, undefined);
    // 600 were borne; 300 went to the provider, out of the payer's own 400; 600 + 100 came back.
    assert.equal(await s.lossOf(s.terminal), 0n);
    assert.equal(await s.floatOf(payer), 100n);
    assert.equal((await s.balanceOf(s.provider)).balance, 300n);
  });

  test('gives back what it has borne before anything else, where a refund is a part', async () => {
    const s = await createOfflineFixture();
    const payer = await s.openFloat(1_000n, 400n);
    const taken = s.take(payer, 1_000n);
    const { session } = taken.accept.body;
    const part = s.messages.refund(s.terminal, payer.wallet, [idOf(taken)], 650n, { session });
    assert.equal((await s.sync([...both(taken), part.bytes])).stopped, undefined);
    assert.deepEqual([await s.lossOf(s.terminal), await s.floatOf(payer)], [0n, 50n]);
  });

  test('bears no more for a terminal than the parameters say, until they say more', async () => {
    const s = await createOfflineFixture();
    const payers = await Promise.all([1, 2].map(() => s.openFloat(100n, 0n)));
    const [one, two] = payers.map((payer) => s.take(payer, 600n)) as [TakenPay, TakenPay];
    const { receipts, stopped } = await s.sync([...both(one), ...both(two)]);
    assert.deepEqual([receipts.length, stopped], [1, 'offline-uncovered']);
    assert.equal(await s.lossOf(s.terminal), -600n);
    await s.setParameters({ number: 2, cover: '1200' });
    assert.equal((await s.sync([...both(one), ...both(two)])).stopped, undefined);
    assert.equal(await s.lossOf(s.terminal), -1_200n);
  });

  test('lets a PAY wait for the refund that it spends', async () => {
    const s = await createOfflineFixture();
    const other = await s.openTerminal(s.provider);
    const payer = await s.openFloat(1_000n, 1_000n);
    const first = s.take(payer, 1_000n);
    const { settle, refund } = ended(s, first, 200n, 1);
    const offline = { credits: [refund.body.refund], count: 2 };
    const second = s.take(payer, 800n, { at: other, offline });
    const parked = await s.sync(both(second), other);
    assert.deepEqual(parked, { receipts: [], stopped: 'payment-parked' });
    await s.sync([...both(first), settle.bytes, refund.bytes]);
    assert.equal((await s.sync(both(second), other)).stopped, undefined);
    assert.deepEqual([await s.floatOf(payer), await s.lossOf(other)], [0n, 0n]);
  });

  test('lets the refund and the PAY that spends it come in one run, the rest again', async () => {
    const s = await createOfflineFixture();
    const payer = await s.openFloat(1_000n, 1_000n);
    const first = s.take(payer, 1_000n);
    const { settle, refund } = ended(s, first, 200n, 1);
    const second = s.take(payer, 800n, { offline: { credits: [refund.body.refund] } });
    const run = [...both(first), settle.bytes, refund.bytes, ...both(second)];
    const { receipts, stopped } = await s.sync(run);
    assert.deepEqual([receipts.length, stopped], [3, 'payment-parked']);
    assert.equal((await s.sync(run)).receipts.length, 4);
    assert.equal(await s.floatOf(payer), 0n);
  });

  const rows: readonly (readonly [
    string,
    string,
    (s: OfflineFixture) => Promise<readonly Uint8Array[]>,
  ])[] = [
    [
      'a PAY over the limit of the certificate',
      'limit-transaction',
      async (s) => both(s.take(await s.openFloat(5_000n, 5_000n), 2_001n)),
    ],
    [
      'a PAY of a wallet that may not pay offline',
      'offline-limit',
      async (s) => both(s.take(await s.openPayer(100n), 10n)),
    ],
    [
      'a PAY by which the wallet has spent too much',
      'offline-limit',
      async (s) => {
        const payer = await s.openFloat(5_000n, 5_000n);
        return both(s.take(payer, 10n, { offline: { spent: 10_001n as never } }));
      },
    ],
    [
      'a PAY of parameters that there never were',
      'offline-stale',
      async (s) => {
        const payer = await s.openFloat(5_000n, 5_000n);
        return both(s.take(payer, 10n, { offline: { parameters: 9 } }));
      },
    ],
    [
      'a PAY of a wallet whose last contact is too long ago',
      'offline-stale',
      async (s) => {
        const payer = await s.openFloat(5_000n, 5_000n);
        return both(s.take(payer, 10n, { offline: { epoch: 1 } }));
      },
    ],
    [
      'a PAY with the ACCEPT of another',
      'run-invalid',
      async (s) => {
        const payer = await s.openFloat(5_000n, 5_000n);
        const [one, two] = [s.take(payer, 10n), s.take(payer, 20n)];
        return [one.pay.bytes, two.accept.bytes];
      },
    ],
    [
      'a PAY without its ACCEPT',
      'run-invalid',
      async (s) => [s.take(await s.openFloat(5_000n, 5_000n), 10n).pay.bytes],
    ],
    [
      'a PAY of another terminal',
      'run-invalid',
      async (s) => {
        const at = await s.openTerminal(s.provider);
        return both(s.take(await s.openFloat(5_000n, 5_000n), 10n, { at }));
      },
    ],
    [
      'a second PAY for an offer',
      'offer-taken',
      async (s) => {
        const payer = await s.openFloat(5_000n, 5_000n);
        const one = s.take(payer, 10n);
        const { offerHash } = one.pay.body;
        return [...both(one), ...both(s.take(payer, 10n, { pay: { offerHash } }))].slice();
      },
    ],
    [
      'a run of a suspended terminal',
      'terminal-not-accepting',
      async (s) => {
        const payer = await s.openFloat(5_000n, 5_000n);
        const taken = s.take(payer, 10n);
        await s.freeze(s.terminal.holding);
        return both(taken);
      },
    ],
  ];
  for (const [name, code, make] of rows) {
    test(`stops at ${name} with ${code}, and books nothing of it`, async () => {
      const s = await createOfflineFixture();
      const messages = await make(s);
      const { receipts, stopped } = await s.sync(messages);
      assert.equal(stopped, code);
      assert.equal(receipts.length, code === 'offer-taken' ? 1 : 0);
    });
  }

  test('refuses a run that is not what its SYNC says', async () => {
    const s = await createOfflineFixture();
    const payer = await s.openFloat(5_000n, 5_000n);
    const [one, two] = [s.take(payer, 10n), s.take(payer, 20n)];
    const head = await s.headOf();
    const run = s.runOf(both(one));
    const longer = new Uint8Array([...run, ...encodeRun(both(two))]);
    for (const bad of [longer, run.slice(0, -1), new Uint8Array()]) {
      const answer = await s.issuer.submitRun(bad);
      assert.ok(!answer.ok);
    }
    assert.equal(await s.headOf(), head);
  });

  test('finds a copied wallet at 50 terminals, and bears no more than it said', async () => {
    const s = await createOfflineFixture();
    const payer = await s.openFloat(2_000n, 1_000n);
    const terminals = await Promise.all(
      Array.from({ length: 50 }, () => s.openTerminal(s.provider)),
    );
    const first = s.take(payer, 1_000n);
    const { sequence } = first.pay.body;
    const copies = terminals.map((at) => ({
      at,
      ...s.take(payer, 1_000n, { at, pay: { sequence } }),
    }));
    await s.sync(both(first));
    assert.equal(s.issuer.registry.wallet(payer.wallet)?.frozen, false);
    const losses: bigint[] = [];
    for (const [place, copy] of copies.entries()) {
      const { receipts } = await s.sync(both(copy), copy.at);
      assert.equal(receipts[0]?.result, 'posted');
      losses.push(await s.lossOf(copy.at));
      // The first copy that comes is the second sync: from there on the wallet is known.
      if (place === 0) assert.equal(s.issuer.registry.wallet(payer.wallet)?.frozen, true);
    }
    const all = losses.reduce((sum, loss) => sum - loss, 0n);
    assert.ok(
      losses.every((loss) => -loss <= 1_000n),
      'no terminal over its cover',
    );
    assert.ok(all <= 50n * 1_000n, `${all}`);
    const { items } = await s.ports.ledger.entries({ limit: 1_000 });
    const count = (code: string) => items.filter((entry) => entry.code === code).length;
    assert.deepEqual([count('fork'), count('uncovered'), count('pay')], [1, 50, 51]);
    assert.equal((await s.issuer.summary()).difference, '0');
  });

  test('takes the FORK that anybody sends, once', async () => {
    const s = await createOfflineFixture();
    const payer = await s.openFloat(5_000n, 5_000n);
    const one = s.take(payer, 10n).pay;
    const two = s.take(payer, 20n, { pay: { sequence: one.body.sequence } }).pay;
    const report = (first: Uint8Array, second: Uint8Array) =>
      s.provider.sign(FORK, { sequence: s.provider.next(), first, second }).bytes;
    const no = await s.issuer.submit(report(one.bytes, one.bytes));
    assert.equal(no.ok || no.rejection.code, 'fork-invalid');
    const fork = report(one.bytes, two.bytes);
    const answer = await s.issuer.submit(fork);
    assert.equal(answer.ok && answer.value.status, 'posted');
    assert.equal(s.issuer.registry.wallet(payer.wallet)?.frozen, true);
    const again = await s.issuer.submit(fork);
    assert.equal(again.ok && again.value.replayed, true);
    const late = await s.issuer.submit(report(two.bytes, one.bytes));
    assert.equal(late.ok || late.rejection.code, 'fork-known');
  });
});

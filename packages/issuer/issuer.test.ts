import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMemoryLedger } from '@coinbox/ledger';
import type { Ledger } from '@coinbox/ledger';
import { Fault, reject } from '@coinbox/protocol';
import type { Clock } from '@coinbox/protocol';
import { createIssuer } from './issuer.ts';
import { openMemoryRecords } from './registry/schema.ts';
import { assertPosted, assertRejected } from './testing/assertions.ts';
import { createTestPorts, expect } from './testing/fixture.ts';
import { createPaidSession } from './testing/session.ts';
import { createTestClock, createTestRandom } from './testing/wallets.ts';

/** A ledger whose post() can be made to fail, or to be too busy. */
function createFailingLedger(clock: Clock) {
  const ledger = createMemoryLedger({ clock });
  let answer: 'works' | 'fails' | 'busy' = 'works';
  const post: Ledger['post'] = async (groups) => {
    if (answer === 'fails') throw new Fault('storage-full', 'the disk is full');
    return answer === 'busy' ? groups.map(() => reject('overloaded')) : ledger.post(groups);
  };
  const set = (next: typeof answer): void => void (answer = next);
  return { ledger: { ...ledger, post }, set };
}

describe('submit()', () => {
  test('throws the Fault of the ledger, and takes the message when it works again', async () => {
    const failing = createFailingLedger(createTestClock());
    const s = await createPaidSession({ ledger: () => failing.ledger });
    const settle = s.settle(s.bill(320n)).bytes;
    failing.set('fails');
    await assert.rejects(s.issuer.submit(settle), (cause) => cause instanceof Fault);
    failing.set('works');
    await assertPosted(s, settle);
  });

  test('passes on that the ledger is busy: overloaded, and nothing is written', async () => {
    const failing = createFailingLedger(createTestClock());
    const s = await createPaidSession({ ledger: () => failing.ledger });
    failing.set('busy');
    await assertRejected(s, s.settle(s.bill(320n)).bytes, 503, 'overloaded');
  });

  test('settles a hundred sessions at once without losing or making a minor unit', async () => {
    const s = await createPaidSession();
    const rich = await s.openPayer(100_000n);
    const terminals = await Promise.all([1, 2, 3, 4, 5].map(() => s.openTerminal(s.provider)));
    const sessions = terminals.flatMap((terminal) => Array.from({ length: 20 }, () => terminal));
    const answers = await Promise.all(
      sessions.map(async (terminal) => {
        const pay = s.messages.pay(rich, s.messages.offer(terminal, s.provider), 100n);
        const answer = expect(await s.issuer.submit(pay.bytes));
        assert.equal(answer.status, 'posted');
        const bill = s.messages.bill(s.provider, terminal, s.newId('session'), 70n);
        const upload = (terminal.upload += 1);
        const change = { upload };
        const payments = [s.messages.paymentIdOf(pay)];
        const settle = s.messages.settle(terminal, bill, payments, change);
        return s.issuer.submit(settle.bytes);
      }),
    );
    assert.ok(answers.every((one) => one.ok && one.value.status === 'posted'));
    const { providers, holding, difference, settlements } = await s.issuer.summary();
    assert.deepEqual([providers, holding, difference], ['7000', `${100 * 30 + 500}`, '0']);
    assert.equal(settlements, 100);
  });
});

describe('submit() with bytes that are no message', () => {
  test('rejects more than 4 KiB before it looks at them: too-large', async () => {
    const s = await createPaidSession();
    await assertRejected(s, new Uint8Array(4_097), 413, 'too-large');
    await assertRejected(s, new Uint8Array(4_096), 400, 'malformed-tag');
  });
});

describe('createIssuer()', () => {
  test('opens the account of issuance once', async () => {
    const clock = createTestClock();
    const ledger = createMemoryLedger({ clock });
    const ports = createTestPorts(clock, ledger, openMemoryRecords(), createTestRandom());
    await createIssuer(ports);
    await createIssuer({ ...ports, records: openMemoryRecords() });
    const { items } = await ledger.entries({ limit: 10 });
    assert.deepEqual(
      items.map(({ code }) => code),
      ['open'],
    );
  });

  test('closes the ledger when it cannot start', async () => {
    const clock = createTestClock();
    const ledger = createMemoryLedger({ clock });
    const records = openMemoryRecords();
    const ports = createTestPorts(clock, ledger, records, createTestRandom());
    await assert.rejects(createIssuer({ ...ports, certificates: [] }));
    await assert.rejects(
      ledger.head(),
      (cause) => cause instanceof Fault && cause.code === 'closed',
    );
    assert.equal(records.isOpen, false);
  });
});

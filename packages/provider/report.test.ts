import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault, money } from '@coinbox/protocol';
import { createMemoryLinks } from '@coinbox/link';
import { exampleId } from '@coinbox/protocol/testing';
import { startProvider } from './agent.ts';
import { openBook } from './book.ts';
import { readProviderBook } from './report.ts';
import { createClock, createRandom, enrolledFolder, temporaryFolder } from './testing/folder.ts';
import { kit, kitMeter, kitProvider, kitTerminal } from './testing/kit.ts';

test('a report counts bills and sums by state, while the provider is at work', async (t) => {
  const folder = enrolledFolder(t);
  const links = createMemoryLinks();
  const provider = startProvider({
    folder,
    clock: createClock(),
    random: createRandom(),
    openLink: (order) => links.open(order),
  });
  t.after(() => provider.close());
  const meters = [1, 2, 3].map((number) =>
    kitMeter({ session: exampleId('session', `s${number}`), sequence: number }),
  );
  const open = kitMeter({ session: exampleId('session', 'open'), final: false });
  const link = links.open({
    side: 'terminal',
    own: kitTerminal,
    peers: [kitProvider],
    certificates: [kit.holding.certificate.bytes],
    outbox: {
      pending: () => [...meters, open].map((one) => ({ peer: kitProvider, ...one })),
      acknowledged() {},
    },
    handler: { receive: () => 'durable' },
  });
  link.wake();
  links.settle();
  const report = readProviderBook(folder);
  assert.equal(report.sessions, 4);
  assert.deepEqual(report.unbilled, [
    { session: open.body.session, terminal: kitTerminal, final: false },
  ]);
  assert.equal(report.bills.length, 3);
  assert.deepEqual(report.totals, {
    sent: { count: 3, sum: 3702n },
    settled: { count: 0, sum: 0n },
    refused: { count: 0, sum: 0n },
    void: { count: 0, sum: 0n },
  });
});

test('an amount past 2^53 is read exactly', (t) => {
  const folder = temporaryFolder(t);
  const book = openBook(folder);
  const meter = kitMeter({ final: false });
  const { session, terminal, tariffHash, readings } = meter.body;
  const bill = exampleId('bill', 'large');
  const lastMeter = meter.hash;
  const state = {
    session,
    terminal,
    number: 1,
    lastMeter,
    tariffHash,
    readings,
    final: true,
    bill,
  };
  const body = { bill, session, terminal, amount: money(2n ** 62n + 1n), issuedAt: 1, sequence: 1 };
  book.record(state, meter, { body, hash: meter.hash, bytes: meter.bytes } as never);
  book.close();
  assert.equal(readProviderBook(folder).bills[0]?.amount, 2n ** 62n + 1n);
});

test('a folder without a book is a fault', (t) => {
  assert.throws(
    () => readProviderBook(temporaryFolder(t)),
    (fault: unknown) => fault instanceof Fault && fault.code === 'storage-failed',
  );
});

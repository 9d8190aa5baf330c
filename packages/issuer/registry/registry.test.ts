import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Entry } from '@coinbox/ledger';
import { createIssuer } from '../issuer.ts';
import { assertPosted, assertSameAgain } from '../testing/assertions.ts';
import { createPaidSession } from '../testing/session.ts';
import type { PaidSession } from '../testing/session.ts';
import { createRegistry, openBook } from './registry.ts';
import type { Registry } from './registry.ts';
import { openMemoryRecords } from './schema.ts';

/** A log with every kind of entry that the registry reads. */
async function eventful(): Promise<{ s: PaidSession; entries: readonly Entry[] }> {
  const s = await createPaidSession();
  await s.freeze(s.provider);
  await s.issuer.submit(s.settle(s.bill(10n)).bytes);
  await s.issuer.submit(s.settle(s.bill(20n), { upload: 2 }).bytes);
  await s.unfreeze(s.provider);
  await s.issuer.submit(s.settle(s.bill(30n), { upload: 1 }).bytes);
  await s.map(s.terminal, await s.openWallet('provider'));
  const { items } = await s.issuer.ledger.entries({ limit: 1_000 });
  return { s, entries: items };
}

const bookOf = ({ ports: { network, root, certificates } }: PaidSession) =>
  openBook(network, root, certificates).book;

const emptyRegistry = (s: PaidSession): Registry =>
  createRegistry({ database: openMemoryRecords(), book: bookOf(s) });

/** Everything that a registry answers. */
const answersOf = (registry: Registry) => ({
  appliedIndex: registry.appliedIndex,
  tally: registry.tally,
  wallets: registry.wallets(0, 100).map(({ certificate, ...rest }) => ({
    ...rest,
    certificate: Buffer.from(certificate.bytes).toString('hex'),
  })),
  proposals: registry.proposals(0, 100),
  mappings: registry.wallets(0, 100).map(({ wallet }) => registry.mappings(wallet)),
  current: registry.wallets(0, 100).map(({ wallet }) => registry.currentMapping(wallet)),
});

/** The same shuffle each time. */
function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  const keyed = items.map((item, at) => ({ item, key: ((at + 1) * 2_654_435_761 * seed) % 1_009 }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}

describe('createRegistry()', () => {
  test('makes the same of the log, read from its beginning', async () => {
    const { s, entries } = await eventful();
    const registry = emptyRegistry(s);
    for (const entry of entries) registry.note(entry);
    assert.deepEqual(answersOf(registry), answersOf(s.issuer.registry));
  });

  test('makes the same of entries that come out of order, twice, or after a pause', async () => {
    const { s, entries } = await eventful();
    for (const seed of [3, 7, 11]) {
      const database = openMemoryRecords();
      const registry = createRegistry({ database, book: bookOf(s) });
      for (const entry of shuffled([...entries, ...entries], seed)) registry.note(entry);
      assert.deepEqual(answersOf(registry), answersOf(s.issuer.registry));
      registry.save();
      const reopened = createRegistry({ database, book: bookOf(s) });
      assert.deepEqual(answersOf(reopened), answersOf(s.issuer.registry));
    }
  });

  test('waits with an entry until all before it are there', async () => {
    const { s, entries } = await eventful();
    const registry = emptyRegistry(s);
    for (const entry of entries.slice(1)) registry.note(entry);
    assert.equal(registry.appliedIndex, 0);
    registry.note(entries[0] as Entry);
    assert.equal(registry.appliedIndex, entries.length);
  });

  test('knows keys, terminals and standings', async () => {
    const { s } = await eventful();
    const { registry } = s.issuer;
    const { holding, settlement } = s.terminal;
    assert.equal(registry.walletOfKey(holding.signer.keyId), holding.wallet);
    assert.equal(registry.settlementWalletOf(holding.wallet), settlement.wallet);
    assert.equal(registry.wallet(settlement.wallet)?.terminal, holding.wallet);
    assert.equal(registry.wallet(holding.wallet)?.suspended, true);
    assert.equal(registry.wallet(s.provider.wallet)?.frozen, false);
    assert.equal(registry.currentMapping(holding.wallet)?.version, 2);
    assert.equal(registry.mapping(holding.wallet, 1)?.provider, s.provider.wallet);
    assert.equal(registry.mapping(holding.wallet, 3), undefined);
  });
});

describe('createIssuer() over a log without its records', () => {
  test('answers old messages with the same bytes, and goes on', async () => {
    const s = await createPaidSession();
    const settle = s.settle(s.bill(320n));
    const { receipt } = await assertPosted(s, settle.bytes);
    const ports = { ...s.fullPorts, records: openMemoryRecords() };
    const issuer = await createIssuer(ports);
    const again = { ...s, issuer };
    await assertSameAgain(again, settle.bytes, receipt);
    await assertPosted(again, s.settle(s.bill(30n), { upload: 2 }).bytes);
    assert.deepEqual(issuer.registry.tally, { payments: 1, settlements: 2, refunds: 0 });
  });
});

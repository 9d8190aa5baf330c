import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { createMemoryLedger, createPostgresLedger, createPostgresLocks } from '@coinbox/ledger';
import { postgresMissing, startPostgres } from '@coinbox/ledger/testing';
import type { PostgresServer } from '@coinbox/ledger/testing';
import { Fault, createIssuerClient, settlementIdOf } from '@coinbox/protocol';
import type { Clock, Result } from '@coinbox/protocol';
import { pino } from 'pino';
import { initIssuer } from './init.ts';
import { createIssuer } from './issuer.ts';
import type { Answer, Issuer, IssuerPorts } from './issuer.ts';
import { openMemoryRecords } from './registry/schema.ts';
import { startIssuer } from './server.ts';
import { createIssuerFixture, createTestPorts, expect, fixtureOf } from './testing/fixture.ts';
import type { RunningFixture } from './testing/fixture.ts';
import { paidSession } from './testing/session.ts';
import { createTestClock, createTestRandom } from './testing/wallets.ts';

const faultOf = (code: string) => (cause: unknown) => cause instanceof Fault && cause.code === code;
const wordOf = (result: Result<Answer>): string =>
  result.ok ? result.value.status : result.rejection.code;

describe('two issuers on one database', { skip: postgresMissing() ?? false }, () => {
  let server: PostgresServer;
  let schemas = 0;
  let ports: IssuerPorts;
  let one: RunningFixture;
  let other: RunningFixture;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server.discard());

  /** What each issuer has of its own on the one database. */
  async function openShared(clock: Clock): Promise<Pick<IssuerPorts, 'ledger' | 'sharedLocks'>> {
    const place = { url: server.url(), schema: `i_${schemas}` };
    const ledger = await createPostgresLedger({ ...place, clock });
    return { ledger, sharedLocks: createPostgresLocks(place) };
  }

  beforeEach(async () => {
    const clock = createTestClock();
    const random = createTestRandom(`shared ${(schemas += 1)}`);
    const own = createTestPorts(clock, createMemoryLedger({ clock }), openMemoryRecords(), random);
    ports = { ...own, ...(await openShared(clock)) };
    one = fixtureOf(await createIssuer(ports), ports, clock, random);
    const others = { ...ports, ...(await openShared(clock)), records: openMemoryRecords() };
    other = fixtureOf(await createIssuer(others), others, clock, random);
  });
  afterEach(async () => {
    await one.issuer.close();
    await other.issuer.close();
  });

  const toBoth = (message: Uint8Array): Promise<Result<Answer>[]> =>
    Promise.all([one, other].map(({ issuer }) => issuer.submit(message)));

  test('a wallet that one has opened pays at the other at once', async () => {
    const provider = await one.openWallet('provider');
    const terminal = await other.openTerminal(provider);
    const payer = await one.openPayer(100n);
    const pay = one.messages.pay(payer, one.messages.offer(terminal, provider), 30n);
    assert.equal(wordOf(await other.issuer.submit(pay.bytes)), 'posted');
    assert.deepEqual(await one.balanceOf(payer), { balance: 70n, held: 0n });
  });

  test('a message to both at once has one effect and one receipt', async () => {
    const s = await paidSession(one);
    const pay = s.messages.pay(s.payer, s.messages.offer(s.terminal, s.provider), 70n);
    const settle = s.settle(s.bill(320n));
    for (const message of [pay, settle]) {
      const [first, second] = (await toBoth(message.bytes)).map(expect);
      assert.deepEqual(first?.receipt, second?.receipt);
      assert.deepEqual([first?.replayed, second?.replayed].sort(), [false, true]);
    }
    assert.equal((await one.balanceOf(s.provider)).balance, 320n);
    assert.equal((await one.balanceOf(s.payer)).balance, 10_000n - 500n - 70n);
  });

  test('two messages that want the same offer, one at each: one gets it', async () => {
    const provider = await one.openWallet('provider');
    const terminal = await one.openTerminal(provider);
    const [ann, ben] = [await one.openPayer(100n), await one.openPayer(100n)];
    const offer = one.messages.offer(terminal, provider);
    const answers = await Promise.all([
      one.issuer.submit(one.messages.pay(ann, offer, 30n).bytes),
      other.issuer.submit(one.messages.pay(ben, offer, 30n).bytes),
    ]);
    assert.deepEqual(answers.map(wordOf).sort(), ['posted', 'refused']);
    assert.equal((await one.balanceOf(terminal.holding)).balance, 30n);
  });

  test('a PAY at one and the VOID of its offer at the other leave nothing behind', async () => {
    const provider = await one.openWallet('provider');
    const terminal = await one.openTerminal(provider);
    const payer = await one.openPayer(100n);
    for (let n = 0; n < 8; n++) {
      const offer = one.messages.offer(terminal, provider);
      const pay = one.messages.pay(payer, offer, 30n);
      const giveUp = one.messages.voidOf(terminal, offer);
      const [paid, voided] = await Promise.all([
        one.issuer.submit(pay.bytes),
        other.issuer.submit(giveUp.bytes),
      ]);
      assert.equal(wordOf(voided as Result<Answer>), 'posted');
      assert.ok(['posted', 'refused'].includes(wordOf(paid as Result<Answer>)));
      assert.deepEqual(await one.balanceOf(payer), { balance: 100n, held: 0n });
    }
  });

  test('no payment at one comes behind a mapping that the other has approved', async () => {
    const [north, south] = [await one.openWallet('provider'), await one.openWallet('provider')];
    const terminal = await one.openTerminal(north);
    const payer = await one.openPayer(100n);
    const pays = Array.from({ length: 12 }, () =>
      one.messages.pay(payer, one.messages.offer(terminal, north), 1n),
    );
    const [, ...answers] = await Promise.all([
      one.map(terminal, south),
      ...pays.map(({ bytes }) => other.issuer.submit(bytes)),
    ]);
    const words = answers.map((answer) => wordOf(answer as Result<Answer>));
    assert.ok(words.every((word) => word === 'posted' || word === 'mapping-changed'));
    const { items } = await one.issuer.ledger.entries({ limit: 1000 });
    const mapped = items.findLast(({ code }) => code === 'mapping')?.index ?? 0;
    const late = items.filter(({ code, index }) => code === 'pay' && index > mapped);
    assert.deepEqual(late, []);
  });

  test('two uploads with one number, one at each: one is posted', async () => {
    const s = await paidSession(one);
    const first = s.settle(s.bill(100n));
    const second = s.settle(s.bill(200n), { upload: first.body.upload });
    const answers = await Promise.all([
      one.issuer.submit(first.bytes),
      other.issuer.submit(second.bytes),
    ]);
    const words = answers.map(wordOf).sort();
    assert.deepEqual(words, ['counter-conflict', 'posted']);
    const paid = answers[0]?.ok ? 100n : 200n;
    assert.equal((await one.balanceOf(s.provider)).balance, paid);
  });

  test('what one has frozen or suspended the other refuses from then on', async () => {
    const s = await paidSession(one);
    await one.freeze(s.payer);
    const pay = s.messages.pay(s.payer, s.messages.offer(s.terminal, s.provider), 1n);
    assert.equal(wordOf(await other.issuer.submit(pay.bytes)), 'wallet-frozen');
    await other.unfreeze(s.payer);
    assert.equal(wordOf(await one.issuer.submit(pay.bytes)), 'posted');

    for (const upload of [1, 2]) {
      const settle = s.settle(s.bill(10n), { upload });
      assert.equal(wordOf(await one.issuer.submit(settle.bytes)), 'posted');
    }
    const old = s.settle(s.bill(30n), { upload: 1 });
    assert.equal(wordOf(await one.issuer.submit(old.bytes)), 'counter-rollback');
    const late = s.messages.pay(s.payer, s.messages.offer(s.terminal, s.provider), 1n);
    assert.equal(wordOf(await other.issuer.submit(late.bytes)), 'terminal-not-accepting');
  });

  test('what one has parked the other answers with the same receipt', async () => {
    const s = await paidSession(one);
    await other.freeze(s.provider);
    const bill = s.bill(10n);
    const settle = s.settle(bill).bytes;
    const parked = expect(await one.issuer.submit(settle));
    assert.equal(parked.status, 'parked');
    assert.deepEqual(expect(await other.issuer.submit(settle)).receipt, parked.receipt);
    await one.unfreeze(s.provider);
    assert.equal(wordOf(await other.issuer.submit(settle)), 'posted');
    const id = settlementIdOf(bill.body.bill, s.session);
    assert.equal(one.issuer.registry.wasParked(id), true);
    await one.issuer.follow();
    assert.equal(one.issuer.registry.wasParked(id), false);
  });

  test('of two proposals approved at once, one at each, one comes into force', async () => {
    const [north, south] = [await one.openWallet('provider'), await one.openWallet('provider')];
    const { holding } = await one.openTerminal();
    const proposals = await Promise.all(
      [north, south].map(async ({ wallet: provider }) => {
        const proposal = one.newId('proposal');
        const body = { proposal, terminal: holding.wallet, provider, replaces: 0 };
        expect(await one.issuer.call('proposeMapping', { query: {}, person: 'maker', body }));
        return proposal;
      }),
    );
    const approve = (issuer: Issuer, parameter: string) =>
      issuer.call('approveMapping', { query: {}, person: 'checker', parameter, body: {} });
    const [first, second] = proposals as [string, string];
    const answers = await Promise.all([approve(one.issuer, first), approve(other.issuer, second)]);
    assert.equal(answers.filter(({ ok }) => ok).length, 1);
    await one.issuer.follow();
    await other.issuer.follow();
    const mappings = [one, other].map(({ issuer }) => issuer.registry.mappings(holding.wallet));
    assert.equal(mappings[0]?.length, 1);
    assert.deepEqual(mappings[0], mappings[1]);
  });

  test('one key for two wallets, one at each, becomes that of one', async () => {
    const key = { algorithm: 'EdDSA', bytes: Buffer.from(ports.receipts.publicKey.bytes) };
    const body = { role: 'payer', key: { ...key, bytes: key.bytes.toString('base64url') } };
    const answers = await Promise.all(
      [one, other].map(({ issuer, newId }) =>
        issuer.call('openWallet', {
          query: {},
          person: 'maker',
          body: { ...body, wallet: newId('wallet') },
        }),
      ),
    );
    assert.equal(answers.filter(({ ok }) => ok).length, 1);
  });

  test('after a hundred payments both know the same, and the books are whole', async () => {
    const provider = await one.openWallet('provider');
    const terminal = await one.openTerminal(provider);
    const payer = await one.openPayer(95n);
    const messages = Array.from({ length: 100 }, () =>
      one.messages.pay(payer, one.messages.offer(terminal, provider), 1n),
    );
    const answers = await Promise.all(
      messages.map(({ bytes }, n) => (n % 2 === 0 ? one : other).issuer.submit(bytes)),
    );
    const words = answers.map(wordOf);
    assert.equal(words.filter((word) => word === 'posted').length, 95);
    assert.equal(words.filter((word) => word === 'refused').length, 5);
    const [mine, theirs] = await Promise.all([one.issuer.summary(), other.issuer.summary()]);
    assert.deepEqual(mine, theirs);
    assert.equal(mine.difference, '0');
    assert.deepEqual(one.issuer.registry.tally, other.issuer.registry.tally);
    assert.equal(one.issuer.registry.tally.payments, 95);
  });

  test('an issuer with another root does not start on the ledger', async () => {
    const clock = createTestClock();
    const { ledger, sharedLocks } = await openShared(clock);
    const random = createTestRandom('strange');
    const strange = createTestPorts(clock, ledger, openMemoryRecords(), random);
    const starting = createIssuer({ ...strange, ...(sharedLocks && { sharedLocks }) });
    await assert.rejects(starting, faultOf('config-invalid'));
  });

  test('two servers with copies of one folder answer for each other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'issuer-'));
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    const log = pino({ level: 'silent' });
    const clock = createTestClock();
    const database = server.url();
    initIssuer(first, { network: 'two-servers', asset: 'CNY/2', clock, database });
    cpSync(first, second, { recursive: true });
    const running = await Promise.all(
      [first, second].map((at) => startIssuer({ folder: at, clock, log })),
    );
    const found = await Promise.all(
      running.map(({ url }) => createIssuerClient({ url, fetch: fetch as never }).discover()),
    );
    assert.deepEqual(found[0], found[1]);
    const schema = `SELECT count(*)::int AS n FROM coinbox_two_servers.entries`;
    assert.deepEqual((await server.query(schema)).rows, [{ n: 1 }]);
    await Promise.all(running.map((each) => each.close()));
    rmSync(folder, { recursive: true });
  });
});

test('an issuer does not start on a ledger that ends before its records', async () => {
  const s = await createIssuerFixture({ seed: 'ahead' });
  await s.openPayer(1n);
  s.issuer.registry.save();
  const ledger = createMemoryLedger({ clock: s.clock });
  await assert.rejects(createIssuer({ ...s.fullPorts, ledger }), faultOf('ledger-corrupt'));
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, beforeEach, afterEach, describe, test } from 'node:test';
import {
  LEDGER_FILE,
  createMemoryLedger,
  createPostgresLedger,
  createSqliteLedger,
} from '@coinbox/ledger';
import type { Ledger } from '@coinbox/ledger';
import { postgresMissing, startPostgres } from '@coinbox/ledger/testing';
import type { PostgresServer } from '@coinbox/ledger/testing';
import type { Clock, MovementJson, Page, Result } from '@coinbox/protocol';
import pg from 'pg';
import { createIssuer } from './issuer.ts';
import type { Answer } from './issuer.ts';
import { openMemoryRecords } from './registry/schema.ts';
import { createTestPorts, expect, fixtureOf } from './testing/fixture.ts';
import type { RunningFixture } from './testing/fixture.ts';
import { createServerFixture } from './testing/server.ts';
import { paidSession } from './testing/session.ts';
import { createTestClock, createTestRandom } from './testing/wallets.ts';

// What other ledgers have done wrong, by name, as tests of ours. Each runs on both durable engines.

/** An engine with an auditor beside it, who reads all entries and takes their time. */
type Engine = {
  open(clock: Clock): Promise<Ledger>;
  /** Begins to read the entries, and answers with a function that ends it with their number. */
  audit(): Promise<() => Promise<number>>;
  discard(): Promise<void>;
};

async function sqliteEngine(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'coinbox-peers-'));
  let ledgers = 0;
  const place = (): string => join(folder, `${ledgers}`);
  return {
    open(clock) {
      ledgers += 1;
      return createSqliteLedger({ folder: place(), clock });
    },
    async audit() {
      const database = new DatabaseSync(join(place(), LEDGER_FILE), { readOnly: true });
      const count = (): number =>
        Number(database.prepare('SELECT count(*) AS n FROM entries').get()?.n);
      database.exec('BEGIN');
      count();
      return async () => {
        const counted = count();
        database.close();
        return counted;
      };
    },
    discard: async () => rmSync(folder, { recursive: true }),
  };
}

async function postgresEngine(): Promise<Engine> {
  const server: PostgresServer = await startPostgres();
  let ledgers = 0;
  const schema = (): string => `peers_${ledgers}`;
  return {
    open(clock) {
      ledgers += 1;
      return createPostgresLedger({ url: server.url(), schema: schema(), clock });
    },
    async audit() {
      const client = new pg.Client({ connectionString: server.url() });
      await client.connect();
      const count = async (): Promise<number> =>
        (await client.query(`SELECT count(*)::int AS n FROM ${schema()}.entries`)).rows[0].n;
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      await count();
      return async () => {
        const counted = await count();
        await client.end();
        return counted;
      };
    },
    discard: () => server.discard(),
  };
}

const wordOf = (answer: Result<Answer>): string =>
  answer.ok ? (answer.value.code ?? answer.value.status) : answer.rejection.code;
const countOf = (words: readonly string[], wanted: string): number =>
  words.filter((word) => word === wanted).length;

/** The engine, and the issuer of the test that runs. */
type World = { engine: Engine; fixture: RunningFixture };
type Message = { readonly bytes: Uint8Array };

const submitAll = async ({ fixture }: World, messages: readonly Message[]): Promise<string[]> =>
  (await Promise.all(messages.map(({ bytes }) => fixture.issuer.submit(bytes)))).map(wordOf);

const assertWhole = async ({ fixture }: World): Promise<void> =>
  assert.equal((await fixture.issuer.summary()).difference, '0');

/** Rafiki sums transfers and inserts without a lock: of 100 credited, 220 to 240 were debited. */
function rafikiTests(world: World): void {
  test('Rafiki: 80 parallel payments of 10 out of 100 are ten payments', async () => {
    const { fixture } = world;
    const provider = await fixture.openWallet('provider');
    const terminals = await Promise.all(
      Array.from({ length: 4 }, () => fixture.openTerminal(provider)),
    );
    const payer = await fixture.openPayer(100n);
    const { messages } = fixture;
    const pays = Array.from({ length: 80 }, (_, at) => {
      const terminal = terminals[at % 4] as (typeof terminals)[0];
      return messages.pay(payer, messages.offer(terminal, provider), 10n);
    });
    const words = await submitAll(world, pays);
    assert.deepEqual([countOf(words, 'posted'), countOf(words, 'insufficient-funds')], [10, 70]);
    assert.deepEqual(await fixture.balanceOf(payer), { balance: 0n, held: 0n });
    const held = await Promise.all(terminals.map(({ holding }) => fixture.balanceOf(holding)));
    assert.equal(
      held.reduce((sum, one) => sum + one.balance, 0n),
      100n,
    );
    await assertWhole(world);
  });

  test('Rafiki: 80 parallel redemptions of 10 out of 100 are ten redemptions', async () => {
    const { fixture } = world;
    const { wallet } = await fixture.openPayer(100n);
    const redeem = () => {
      const id = fixture.newId('redemption');
      const body = { id, wallet, amount: '10', asset: 'CNY/2' };
      return fixture.issuer.call('redeemMoney', { query: {}, person: 'maker', body });
    };
    const answers = await Promise.all(Array.from({ length: 80 }, redeem));
    const words = answers.map((answer) => (answer.ok ? 'posted' : answer.rejection.code));
    assert.deepEqual([countOf(words, 'posted'), countOf(words, 'insufficient-funds')], [10, 70]);
    assert.equal((await fixture.issuer.summary()).outstanding, '0');
    await assertWhole(world);
  });
}

/** Blnk #182: an inflight transaction that was rejected could still be committed. */
function blnkTests(world: World): void {
  test('Blnk: a payment that was refused cannot be settled', async () => {
    const s = await paidSession(world.fixture);
    const poor = await s.openPayer(10n);
    const pay = s.messages.pay(poor, s.messages.offer(s.terminal, s.provider), 11n);
    assert.deepEqual(await submitAll(world, [pay]), ['insufficient-funds']);
    const refused = [s.messages.paymentIdOf(pay)];
    const bill = s.bill(1n);
    const settle = s.messages.settle(s.terminal, bill, refused);
    assert.deepEqual(await submitAll(world, [settle]), ['payment-unknown']);
    const refund = s.messages.refund(s.terminal, poor.wallet, refused, 1n);
    assert.deepEqual(await submitAll(world, [refund]), ['payment-unknown']);
    assert.equal((await s.balanceOf(s.provider)).balance, 0n);
    assert.equal((await s.balanceOf(poor)).balance, 10n);
    await assertWhole(world);
  });

  // Blnk #182 and #41: committed after it was voided, and voided twice.
  test('Blnk: a payment that was voided cannot be settled, nor voided again', async () => {
    const s = await paidSession(world.fixture);
    const offer = s.messages.offer(s.terminal, s.provider);
    const pay = s.messages.pay(s.payer, offer, 70n);
    const voids = [1, 2].map(() => s.messages.voidOf(s.terminal, offer));
    assert.deepEqual(await submitAll(world, [pay]), ['posted']);
    assert.deepEqual(await submitAll(world, voids), ['posted', 'id-reused']);
    assert.equal((await s.balanceOf(s.payer)).balance, 9_500n);
    const paid = [s.messages.paymentIdOf(pay)];
    const settle = s.messages.settle(s.terminal, s.bill(70n), paid);
    assert.deepEqual(await submitAll(world, [settle]), ['backing-insufficient']);
    assert.equal((await s.balanceOf(s.provider)).balance, 0n);
    await assertWhole(world);
  });
}

/** Midaz #1519: a pending transaction committed twice by two parallel requests. */
function midazTests(world: World): void {
  test('Midaz: a settlement that comes eight times at once is applied once', async () => {
    const s = await paidSession(world.fixture);
    const { bytes } = s.settle(s.bill(320n));
    const answers = await Promise.all(Array.from({ length: 8 }, () => s.issuer.submit(bytes)));
    const receipts = answers.map((answer) => Buffer.from(expect(answer).receipt).toString('hex'));
    assert.equal(new Set(receipts).size, 1);
    assert.equal(answers.filter((answer) => !expect(answer).replayed).length, 1);
    assert.equal((await s.balanceOf(s.provider)).balance, 320n);
    await assertWhole(world);
  });

  test('Midaz: of a settlement and a refund of the same money one is posted', async () => {
    const s = await paidSession(world.fixture);
    const settle = s.settle(s.bill(500n));
    const refund = s.messages.refund(s.terminal, s.payer.wallet, [s.payment], 500n, {
      upload: 2,
    });
    const words = await submitAll(world, [settle, refund]);
    assert.deepEqual(words, ['posted', 'refund-exceeds-unspent']);
    assert.deepEqual(await s.balanceOf(s.terminal.holding), { balance: 0n, held: 0n });
    assert.equal((await s.balanceOf(s.payer)).balance, 9_500n);
    await assertWhole(world);
  });

  test('Midaz: a parked settlement is posted once, however often it comes', async () => {
    const s = await paidSession(world.fixture);
    await s.freeze(s.provider);
    const settle = s.settle(s.bill(320n));
    assert.deepEqual(await submitAll(world, [settle]), ['settlement-parked']);
    await s.unfreeze(s.provider);
    assert.deepEqual(
      new Set(await submitAll(world, [settle, settle, settle])),
      new Set(['posted']),
    );
    assert.equal((await s.balanceOf(s.provider)).balance, 320n);
    assert.deepEqual(await s.balanceOf(s.terminal.holding), { balance: 180n, held: 180n });
    await assertWhole(world);
  });

  // Midaz, SDK #236: the same key with another body is answered with the first result.
  test('Midaz: an id with another body is a conflict, and changes nothing', async () => {
    const s = await paidSession(world.fixture);
    const sequence = s.payer.next();
    const pays = [10n, 11n].map((amount) =>
      s.messages.pay(s.payer, s.messages.offer(s.terminal, s.provider), amount, { sequence }),
    );
    const refund = s.newId('refund');
    const refunds = [20n, 21n].map((amount) =>
      s.messages.refund(s.terminal, s.payer.wallet, [s.payment], amount, { refund }),
    );
    assert.deepEqual(await submitAll(world, pays), ['posted', 'id-reused']);
    assert.deepEqual(await submitAll(world, refunds), ['posted', 'id-reused']);
    const id = s.newId('issuance');
    const issue = (amount: string) => {
      const body = { id, wallet: s.payer.wallet, amount, asset: 'CNY/2' };
      return s.issuer.call('issueMoney', { query: {}, person: 'maker', body });
    };
    assert.equal((await issue('30')).ok, true);
    const other = await issue('31');
    assert.equal(!other.ok && other.rejection.code, 'id-reused');
    assert.equal((await s.balanceOf(s.payer)).balance, 10_000n - 500n - 10n + 20n + 30n);
    await assertWhole(world);
  });
}

/** Mojaloop #4445: the close of a settlement window takes minutes and times transfers out. */
function mojaloopTests(world: World): void {
  test('Mojaloop: whoever reads all entries holds up no payment', async () => {
    const s = await paidSession(world.fixture);
    const { index } = await s.ports.ledger.head();
    const end = await world.engine.audit();
    const pays = Array.from({ length: 100 }, () =>
      s.messages.pay(s.payer, s.messages.offer(s.terminal, s.provider), 1n),
    );
    const words = await submitAll(world, [...pays, s.settle(s.bill(320n))]);
    assert.equal(countOf(words, 'posted'), 101);
    assert.equal(await end(), index, 'the auditor reads what there was at the beginning');
    assert.equal((await s.balanceOf(s.provider)).balance, 320n);
  });

  test('Mojaloop: a report that waits between its pages holds up no settlement', async () => {
    const s = await paidSession(world.fixture);
    for (let n = 0; n < 3; n++) await s.payAgain(1n);
    const pageAfter = async (cursor?: string): Promise<Page<MovementJson>> => {
      const query = { limit: '2', ...(cursor !== undefined && { cursor }) };
      return expect(await s.issuer.call('listPayments', { query, person: 'maker' }));
    };
    const first = await pageAfter();
    assert.deepEqual(await submitAll(world, [s.settle(s.bill(320n))]), ['posted']);
    await s.payAgain(2n);
    const second = await pageAfter(first.next);
    const third = await pageAfter(second.next);
    const amounts = [first, second, third].flatMap(({ items }) => items).map((one) => one.amount);
    assert.deepEqual(amounts, ['500', '1', '1', '1', '2']);
  });
}

const engines = [
  ['sqlite', sqliteEngine, undefined],
  ['postgres', postgresEngine, postgresMissing()],
] as const;

for (const [name, start, missing] of engines) {
  describe(`what other ledgers got wrong, on ${name}`, { skip: missing ?? false }, () => {
    const world = {} as World;
    let runs = 0;
    before(async () => {
      world.engine = await start();
    });
    after(() => world.engine.discard());
    beforeEach(async () => {
      const clock = createTestClock();
      const random = createTestRandom(`peers ${name} ${(runs += 1)}`);
      const bare = createMemoryLedger({ clock });
      const own = createTestPorts(clock, bare, openMemoryRecords(), random);
      const ports = { ...own, ledger: await world.engine.open(clock) };
      world.fixture = fixtureOf(await createIssuer(ports), ports, clock, random);
    });
    afterEach(() => world.fixture.issuer.close());
    rafikiTests(world);
    blnkTests(world);
    midazTests(world);
    mojaloopTests(world);
  });
}

test('Midaz: an Idempotency-Key with another body is a conflict over HTTP', async (t) => {
  const server = await createServerFixture();
  t.after(() => server.close());
  const { wallet } = await server.openPayer(0n);
  const issue = (id: string, amount: string) =>
    server.ask('/v1/issuances', {
      method: 'POST',
      as: 'maker',
      key: 'one-key',
      json: { id, wallet, amount, asset: 'CNY/2' },
    });
  const id = server.newId('issuance');
  assert.equal((await issue(id, '5')).status, 201);
  const other = await issue(id, '6');
  assert.deepEqual([other.status, other.json?.['code']], [422, 'idempotency-key-reused']);
  assert.equal((await issue(id, '5')).headers.get('idempotent-replayed'), 'true');
  assert.equal((await server.issuer.summary()).outstanding, '5');
});

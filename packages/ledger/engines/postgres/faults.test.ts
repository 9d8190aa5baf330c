import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '@coinbox/protocol';
import type { FaultCode, Instant } from '@coinbox/protocol';
import pg from 'pg';
import { group, layGround, postOne, transfer } from '../../conformance/groups.ts';
import { allEntries, assertReplays } from '../../conformance/replay.ts';
import { foldEntries } from '../../fold.ts';
import type { Ledger } from '../../ledger.ts';
import { postgresMissing, startPostgres } from '../../testing/postgres-server.ts';
import type { PostgresServer } from '../../testing/postgres-server.ts';
import { createPostgresLedger } from './ledger.ts';

const clock = { now: () => Date.now() as Instant };
const faultOf = (code: FaultCode) => (error: unknown) =>
  error instanceof Fault && error.code === code;
const pay = (id: string) => group(id, [transfer('issuance', 'b', 1n)]);

describe('faults of the PostgreSQL engine', { skip: postgresMissing() ?? false }, () => {
  let server: PostgresServer;
  let schemas = 0;
  let schema = '';
  let ledger: Ledger;
  before(async () => {
    server = await startPostgres({ deadlock_timeout: "'200ms'" });
  });
  after(() => server.discard());
  beforeEach(async () => {
    schema = `faults_${(schemas += 1)}`;
    ledger = await open();
    await layGround(ledger);
  });
  afterEach(() => ledger.close());

  const open = (answerWithinMs = 10_000) =>
    createPostgresLedger({ url: server.url(), schema, clock, answerWithinMs });

  async function setSystem(setting: string): Promise<void> {
    await server.query(`ALTER SYSTEM SET ${setting}`);
    await server.query('SELECT pg_reload_conf()');
    const [name, value] = setting.split(' = ').map((part) => part.replaceAll("'", ''));
    // A reload reaches each session on its own.
    for (;;) {
      const { rows } = await server.query(`SHOW ${name}`);
      if (Object.values(rows[0] as object)[0] === value) return sleep(100);
    }
  }
  async function resetSystem(): Promise<void> {
    await server.query('ALTER SYSTEM RESET ALL');
    await server.query('SELECT pg_reload_conf()');
    await sleep(100);
  }

  const unsafe = [
    'synchronous_commit = off',
    'synchronous_commit = local',
    'synchronous_commit = remote_write',
    'fsync = off',
    'full_page_writes = off',
  ];
  for (const setting of unsafe) {
    test(`with ${setting} no ledger opens, and an open one posts nothing more`, async () => {
      await setSystem(setting);
      try {
        await assert.rejects(open(), faultOf('startup-unsafe'));
        await assert.rejects(ledger.post([pay('1')]), faultOf('startup-unsafe'));
      } finally {
        await resetSystem();
      }
      const again = await open();
      assert.equal((await again.head()).index, 1);
      await again.close();
    });
  }

  test('an address that is none, a user that may not, a server that is not there', async () => {
    const from = (url: string) => createPostgresLedger({ url, clock });
    await assert.rejects(from('postgres://127.0.0.1:1/x'), faultOf('unreachable'));
    await assert.rejects(from('postgres://u@/x?host=/nowhere'), faultOf('unreachable'));
    await assert.rejects(from(server.url('no_such_database')), faultOf('config-invalid'));
    await assert.rejects(from('http://['), faultOf('config-invalid'));
    const injecting = { url: server.url(), clock, schema: 'a; DROP SCHEMA b' };
    await assert.rejects(createPostgresLedger(injecting), faultOf('config-invalid'));
  });

  test('a deadlock with a tool of the operator is rolled back and tried again', async () => {
    const tool = new pg.Client({ connectionString: server.url() });
    await tool.connect();
    await tool.query(`SET deadlock_timeout = '60s'; SET search_path = ${schema}; BEGIN`);
    await tool.query("SELECT 1 FROM accounts WHERE id = 'b' FOR UPDATE");
    const posting = postOne(ledger, pay('1'));
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'`;
    while ((await server.query(waiting)).rowCount === 0) await sleep(5);
    await tool.query('SELECT 1 FROM head FOR UPDATE');
    await tool.query('COMMIT');
    await tool.end();
    assert.equal(await posting, 'posted');
    await assertReplays(ledger);
  });

  test('a commit without its standby is a fault, although the server says COMMIT', async () => {
    const other = await open(400);
    await setSystem("synchronous_standby_names = 'nobody'");
    const waiting = `SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'`;
    const posting = ledger.post([pay('1')]);
    const refused = assert.rejects(posting, faultOf('storage-failed'));
    let found: pg.QueryResult;
    do found = await server.query(waiting);
    while (found.rowCount === 0);
    await server.query(`SELECT pg_cancel_backend(${found.rows[0].pid})`);
    await refused;
    await assert.rejects(ledger.post([pay('2')]), faultOf('storage-failed'));
    // What the server shows now is on this one machine alone: no ledger repeats it or opens on it.
    await assert.rejects(other.post([pay('1')]), faultOf('unreachable'));
    await other.close();
    await assert.rejects(open(400), faultOf('unreachable'));
    await resetSystem();
    const again = await open();
    assert.equal(await postOne(again, pay('1')), 'replayed posted');
    assert.equal((await again.account('b'))?.balance, 1n);
    await again.close();
  });

  test('a commit without an answer is a fault after the time that was set', async () => {
    const impatient = await open(500);
    await setSystem("synchronous_standby_names = 'nobody'");
    try {
      await assert.rejects(impatient.post([pay('1')]), faultOf('unreachable'));
      // Not even what is known already is confirmed.
      await assert.rejects(open(500), faultOf('unreachable'));
    } finally {
      await resetSystem();
      await impatient.close();
    }
    assert.equal(await postOne(ledger, pay('1')), 'replayed posted');
  });

  test('a database that was restarted while nothing was under way is used again', async () => {
    await server.stop();
    await assert.rejects(ledger.head(), faultOf('unreachable'));
    await server.start();
    assert.equal((await ledger.head()).index, 1);
    assert.equal(await postOne(ledger, pay('1')), 'posted');
  });

  test('a database that went back to an older state takes no post and no new session', async () => {
    await postOne(ledger, pay('1'));
    await server.query(`ALTER TABLE ${schema}.entries DISABLE TRIGGER entries_stay;
      DELETE FROM ${schema}.entries WHERE number = 2; DELETE FROM ${schema}.legs WHERE entry = 2;
      UPDATE ${schema}.accounts SET balance = CASE id WHEN 'b' THEN 0 ELSE -150 END
        WHERE id IN ('b', 'issuance');
      UPDATE ${schema}.head SET entry = 1,
        hash = (SELECT hash FROM ${schema}.entries WHERE number = 1)`);
    await assert.rejects(ledger.post([pay('2')]), faultOf('ledger-corrupt'));
    await server.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'coinbox'`);
    await sleep(100);
    await assert.rejects(ledger.head(), faultOf('ledger-corrupt'));
    const fresh = await open();
    await assertReplays(fresh);
    await fresh.close();
  });

  test('a balance that the tables refuse fails the commit whole', async () => {
    await server.query(`ALTER TABLE ${schema}.accounts ADD CHECK (id <> 'b' OR balance < 5)`);
    const five = group('5', [transfer('issuance', 'b', 5n)]);
    await assert.rejects(ledger.post([pay('1'), five]), faultOf('ledger-corrupt'));
    await assert.rejects(ledger.post([pay('1')]), faultOf('ledger-corrupt'));
    assert.equal((await ledger.head()).index, 1);
    assert.equal((await ledger.account('b'))?.balance, 0n);
  });

  test('a server killed under load has confirmed nothing that is lost', async () => {
    const acknowledged = new Map<string, number>();
    const asked = new Set<string>();
    const caller = async (name: number): Promise<void> => {
      for (let n = 0; ; n++) {
        const id = `${name}-${n}`;
        asked.add(id);
        const [result] = await ledger.post([pay(id)]);
        if (result?.ok) acknowledged.set(id, result.value.index);
      }
    };
    const callers = Array.from({ length: 32 }, (_, name) => caller(name));
    const failed = Promise.allSettled(callers);
    await sleep(600);
    await server.kill();
    for (const one of await failed) {
      assert.ok(one.status === 'rejected' && faultOf('unreachable')(one.reason));
    }
    await server.start();
    await assert.rejects(ledger.post([pay('later')]), faultOf('unreachable'));
    const again = await open();
    assert.ok(acknowledged.size > 100, `only ${acknowledged.size} acknowledged`);
    for (const [id, index] of acknowledged)
      assert.equal((await again.outcome(id))?.index, index, id);
    const results = await again.post([...asked].map(pay));
    assert.ok(results.every(({ ok }) => ok));
    const books = foldEntries(await allEntries(again));
    assert.equal(books.accounts.get('b')?.balance, BigInt(asked.size));
    assert.deepEqual(await again.head(), books.head);
    await again.close();
  });
});
